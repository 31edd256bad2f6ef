-- What is kept of a cooperative can be corrected. Its history tells that beside the decisions about
-- it: which fields changed and by whom, and a changed bank account by itself, as its last four digits.
-- +goose Up
alter table cooperatives add column version int not null default 0; -- grows with each correction

alter table cooperative_events
    alter column state drop not null,
    add column kind       text   not null default 'decision',
    add column fields     text[] not null default '{}',
    add column rib_before text   not null default '', -- the last four digits; empty for none
    add column rib_after  text   not null default '',
    add constraint cooperative_events_kind_known check (kind in ('decision', 'correction', 'rib')),
    add constraint cooperative_events_say_what check (
        (kind = 'decision') = (state is not null)
        and (kind = 'correction') = (cardinality(fields) > 0)
        and (kind = 'rib') = (rib_before <> '' or rib_after <> '')),
    add constraint cooperative_events_rib_ends check (
        rib_before ~ '^([0-9]{4})?$' and rib_after ~ '^([0-9]{4})?$');
