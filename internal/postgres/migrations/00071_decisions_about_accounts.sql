-- How often an account was ended or reopened, so that a page that showed it before the last time decides
-- nothing.
-- +goose Up
alter table users add column decisions int not null default 0;
