-- What is taken back of a payout in a provider's own pages differs; each wrong sum and another currency are differences of
-- their own; and a provider may keep or give back a fee with a refund. Owner: payment. Instances of the version before
-- cannot keep differences any more, and end before.
-- +goose Up
alter table payment_differences
    drop constraint payment_differences_subject_known,
    add constraint payment_differences_subject_known check (subject in ('payment', 'refund', 'payout')),
    drop constraint payment_differences_reason_known,
    add constraint payment_differences_reason_known check (reason in ('differs', 'reserved', 'unfit', 'currency', 'disputed', 'taken_back'));
drop index payment_differences_open;
create unique index payment_differences_open on payment_differences
    (provider, subject, name, reason, (case when reason = 'unfit' then theirs_centimes else 0 end)) where settled_at is null;
alter table payment_refunds add column fee_centimes bigint not null default 0; -- what the provider kept for it, of what its attempt has; below zero: gave back
