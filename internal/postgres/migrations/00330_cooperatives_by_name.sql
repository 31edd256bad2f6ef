-- What a cooperative is found by, for packages that list what is theirs by cooperative; owner: cooperative.
-- +goose Up
create view cooperative_names as
    select cooperative_id, words from stalls;
