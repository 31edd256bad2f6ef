-- What a provider says of money otherwise than what is known here is shown until it is settled; owner: payment.
-- +goose Up
create table payment_differences (
    id              uuid    primary key,
    provider        text    not null,
    subject         text    not null, -- a payment or a refund
    name            text    not null, -- the provider's own of it
    reason          text    not null,
    theirs_centimes bigint  not null, -- what changed hands as the provider says; of a reservation, what it is for
    ours_centimes   bigint  not null,
    found_at        timestamptz not null,
    settled_at      timestamptz,
    user_id         uuid references users (id), -- who settled it; null: it was found to agree since
    note            text    not null default '', -- how it was settled
    constraint payment_differences_subject_known check (subject in ('payment', 'refund')),
    constraint payment_differences_reason_known check (reason in ('differs', 'reserved', 'unfit')),
    constraint payment_differences_sane check (theirs_centimes >= 0 and ours_centimes >= 0),
    constraint payment_differences_settled_by_somebody check (user_id is null or settled_at is not null and btrim(note) <> '')
);
create unique index payment_differences_open on payment_differences (provider, subject, name, reason) where settled_at is null;
create index payment_differences_turned on payment_differences (id) where settled_at is null;
