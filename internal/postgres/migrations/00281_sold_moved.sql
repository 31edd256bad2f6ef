-- Who looks at a report again reads of the cooperatives only those of which something has changed meanwhile.
-- +goose Up

-- Since which version of the sums (sold_turn) each cooperative's are what they are, and what is said of it; of one that
-- is not here, since before there was this table. Owner: report.
create table sold_moved (
    cooperative_id uuid   primary key,
    version        bigint not null
);
create index sold_moved_version on sold_moved (version);
