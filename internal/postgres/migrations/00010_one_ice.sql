-- An ICE is one enterprise's: a cooperative that is added twice is told so.
-- +goose Up
alter table cooperatives add constraint cooperatives_ice_key unique (ice);
