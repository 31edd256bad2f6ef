-- The sectors that there are can be told without a look at all cooperatives.
-- +goose Up
create index cooperatives_sector on cooperatives (sector);
