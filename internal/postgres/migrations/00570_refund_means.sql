-- What was paid by one means may be given back by another, by hand; owner: payment.
-- +goose Up
alter table payment_refunds
    add column means           text, -- by which somebody gives it by hand; null: its provider is asked for it, or, of cash, its provider
    add column given_reference text not null default '', -- what whoever gave it by hand named it by
    add column user_id         uuid, -- who said so
    add constraint payment_refunds_given_when_given check (state = 'succeeded' or given_reference = '' and user_id is null);
create index payment_refunds_not_given on payment_refunds (created_at, id) where state in ('pending', 'waiting', 'failed');

create or replace view payment_refunds_failed as
    select id, attempt_id, amount_centimes, reason, request, coalesce(means, '') as means
    from payment_refunds r
    where state = 'failed' and not exists (
        select from payment_refunds later
        where later.attempt_id = r.attempt_id and later.request = r.request and later.number > r.number);
create or replace view payment_returns as
    select r.id, r.attempt_id, i.reference, r.amount_centimes, coalesce(r.means, a.provider) as provider
    from payment_refunds r join payment_attempts a on a.id = r.attempt_id join payment_intents i on i.id = a.intent_id where r.state = 'succeeded';

-- What goes back to buyers, or went, for whoever opened the intents; without what failed and was asked for again.
create view payment_refunds_now as
    select r.id, i.reference, r.amount_centimes, a.provider, coalesce(r.means, a.provider) as means, r.means is not null as by_hand,
           r.reason, r.state, r.created_at, r.ended_at, r.given_reference, r.user_id
    from payment_refunds r join payment_attempts a on a.id = r.attempt_id join payment_intents i on i.id = a.intent_id
    where r.state <> 'failed' or not exists (
        select from payment_refunds later
        where later.attempt_id = r.attempt_id and later.request = r.request and later.number > r.number);
