-- What has to be paid (payment_intents) is tried to be paid in attempts, given back in refunds, and heard of
-- in events of the providers.
-- +goose Up
create table payment_attempts (
    id                 uuid primary key,
    intent_id          uuid   not null references payment_intents (id),
    number             int    not null, -- 1 is the first of its intent
    provider           text   not null,
    amount_centimes    bigint not null,
    state              text   not null,
    key                text   not null, -- the provider is asked under it, as often as it takes
    provider_reference text,            -- the provider's own name of it
    url                text   not null default '', -- where the buyer pays
    received_centimes  bigint not null default 0,
    refunded_centimes  bigint not null default 0,  -- of that; refunds that failed do not count
    created_at         timestamptz not null,
    expires_at         timestamptz, -- null: never
    ended_at           timestamptz,
    constraint payment_attempts_number_key unique (intent_id, number),
    constraint payment_attempts_key_key unique (key),
    constraint payment_attempts_reference_key unique (provider, provider_reference),
    constraint payment_attempts_state_known check (state in ('pending', 'waiting', 'succeeded', 'failed', 'expired', 'cancelled')),
    constraint payment_attempts_amount_positive check (amount_centimes > 0),
    constraint payment_attempts_received_when_succeeded check (received_centimes = case when state = 'succeeded' then amount_centimes else 0 end),
    constraint payment_attempts_refunded_sane check (refunded_centimes between 0 and received_centimes),
    constraint payment_attempts_end_told check ((state in ('pending', 'waiting')) = (ended_at is null))
);
create unique index payment_attempts_one_live on payment_attempts (intent_id) where state in ('pending', 'waiting');

create table payment_refunds (
    id                 uuid primary key,
    attempt_id         uuid   not null references payment_attempts (id),
    amount_centimes    bigint not null,
    reason             text   not null,
    state              text   not null,
    request            text   not null, -- names what was asked for, which may take a refund of several attempts
    key                text   not null, -- the provider is asked under it, as often as it takes
    provider_reference text,
    created_at         timestamptz not null,
    ended_at           timestamptz,
    constraint payment_refunds_key_key unique (key),
    constraint payment_refunds_state_known check (state in ('pending', 'waiting', 'succeeded', 'failed')),
    constraint payment_refunds_amount_positive check (amount_centimes > 0),
    constraint payment_refunds_reason_given check (btrim(reason) <> ''),
    constraint payment_refunds_end_told check ((state in ('pending', 'waiting')) = (ended_at is null))
);
create index payment_refunds_attempt on payment_refunds (attempt_id);
create index payment_refunds_request on payment_refunds (request);

-- What providers tell, as they told it: kept first, worked after that.
create table payment_events (
    provider    text  not null,
    id          text  not null, -- the provider's; it may tell the same again
    payload     bytea not null,
    received_at timestamptz not null,
    worked_at   timestamptz,
    error       text  not null default '', -- why it could not be worked the last time
    primary key (provider, id),
    constraint payment_events_bounded check (octet_length(payload) <= 262144 and octet_length(id) between 1 and 200)
);
create index payment_events_unworked on payment_events (received_at) where worked_at is null;

insert into payment_attempts (id, intent_id, number, provider, amount_centimes, state, key, received_centimes, created_at, ended_at)
select gen_random_uuid(), id, 1, provider, amount_centimes, 'succeeded', reference || ':1', amount_centimes, settled_at, settled_at
from payment_intents where state = 'succeeded' and amount_centimes > 0;

-- How a payment stands, for whoever opened it.
create view payments as
select i.reference, i.provider, i.state, i.amount_centimes,
       coalesce(a.received, 0) as received_centimes,
       coalesce(a.promised, 0) as promised_centimes, -- refunds that have not failed, the given ones among them
       coalesce(r.given, 0) as refunded_centimes,
       coalesce(r.failed, false) as refund_failed -- so that it is due, but not promised
from payment_intents i
left join lateral (
    select sum(received_centimes) as received, sum(refunded_centimes) as promised
    from payment_attempts where intent_id = i.id
) a on true
left join lateral (
    select sum(f.amount_centimes) filter (where f.state = 'succeeded') as given, bool_or(f.state = 'failed') as failed
    from payment_refunds f join payment_attempts t on t.id = f.attempt_id
    where t.intent_id = i.id
) r on true;

-- An order may wait for its payment, and the means are payment's to know.
alter table orders drop constraint orders_payment_known;
alter table orders add constraint orders_payment_named check (payment ~ '^[a-z_]+$');
alter table orders drop constraint orders_state_known;
alter table orders add constraint orders_state_known check (state in
    ('awaiting_payment', 'placed', 'confirmed', 'dispatched', 'delivered', 'refused', 'cancelled'));
alter table sub_orders drop constraint sub_orders_state_known;
alter table sub_orders add constraint sub_orders_state_known check (state in
    ('awaiting_payment', 'placed', 'accepted', 'ready', 'handed_over', 'delivered', 'declined', 'cancelled', 'refused'));
