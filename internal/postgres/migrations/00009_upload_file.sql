-- A catalogue file that does not say how its letters are written is kept with its preview, so that it
-- can be read again in the other way.
-- +goose Up
alter table uploads add column file bytea;
alter table uploads alter column file set storage external;
