-- The orders of a cooperative that moved to another place, or makes something else now, are brought into the sums by
-- the job, and no page waits for ten thousand of them some at a time; owner: report.
-- +goose Up
create table sold_left (
    order_id uuid primary key
);
