-- How often a file was repaired or read again, so that a page that showed it before the last time publishes
-- nothing that nobody looked at.
-- +goose Up
alter table uploads add column version int not null default 0;
