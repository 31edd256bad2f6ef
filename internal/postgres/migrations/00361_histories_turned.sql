-- The last decision about a cooperative is found in a history of any length; owner: cooperative.
-- +goose Up
create index cooperative_events_of_kind on cooperative_events (cooperative_id, kind, at, id);
