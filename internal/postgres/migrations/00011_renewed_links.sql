-- A tracking link that fell into other hands is ended by a new one: which one of the order's it is.
-- +goose Up
alter table orders add column link int not null default 0;
