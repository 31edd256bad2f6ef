-- Kept messages are not kept for ever: a month, and one that holds a link no longer than that is good.
-- +goose Up
alter table mailbox add column ends_at timestamptz;
update mailbox set ends_at = least(at + interval '30 days', now() + interval '1 day');
alter table mailbox alter column ends_at set not null;
create index mailbox_end on mailbox (ends_at);
