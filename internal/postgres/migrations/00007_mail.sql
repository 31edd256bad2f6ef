-- Messages kept instead of sent when no mail server is configured; the demo shows them.
-- +goose Up
create table mailbox (
    id        uuid primary key,
    recipient text not null,
    subject   text not null,
    body      text not null,
    at        timestamptz not null
);
create index mailbox_at on mailbox (at);
