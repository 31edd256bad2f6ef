-- Attempts and refunds of which a provider does not tell are asked after, and its days are compared with ours; owner:
-- payment.
-- +goose Up
alter table payment_attempts add column asked_at timestamptz; -- when its provider was last asked how it stands
alter table payment_refunds add column asked_at timestamptz;
create index payment_attempts_asked on payment_attempts (coalesce(asked_at, created_at)) where state in ('pending', 'waiting');
create index payment_refunds_asked on payment_refunds (coalesce(asked_at, created_at)) where state in ('pending', 'waiting');
-- What changed hands on a day is looked up by provider.
create index payment_attempts_ended on payment_attempts (provider, ended_at) where received_centimes > 0;
create index payment_refunds_given on payment_refunds (ended_at) where state = 'succeeded';

-- The days, in UTC, of which a provider's list was compared with what is known here.
create table payment_days (
    provider    text not null,
    day         date not null,
    compared_at timestamptz not null,
    primary key (provider, day)
);
