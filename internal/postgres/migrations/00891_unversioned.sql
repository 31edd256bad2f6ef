-- What two change at once in the settings or in a cooperative's record is told apart field by field, so that nothing counts
-- their changes any more.
-- +goose Up
alter table settings drop column version;
alter table cooperatives drop column version;
