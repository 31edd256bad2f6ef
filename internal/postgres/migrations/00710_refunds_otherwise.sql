-- A refund that its provider puts off may be given by another means, once the provider has said that it has not given it;
-- owner: payment. Instances of the version before ask a provider without saying so, and end before this is used.
-- +goose Up
alter table payment_refunds
    add column otherwise    text,        -- by which means it is to be given if its provider has not
    add column asking_until timestamptz, -- no request that its provider was sent takes effect after that; null: it was sent none
    add constraint payment_refunds_otherwise_given_by_hand check (otherwise is null or means is null);
create or replace view payment_refunds_now as
    select r.id, i.reference, r.amount_centimes, a.provider, coalesce(r.means, a.provider) as means, r.means is not null as by_hand,
           r.reason, r.state, r.created_at, r.ended_at, r.given_reference, r.user_id, r.dispute_id is not null as disputed, r.request, r.attempt_id,
           coalesce(r.otherwise, '') as otherwise
    from payment_refunds r join payment_attempts a on a.id = r.attempt_id join payment_intents i on i.id = a.intent_id
    where r.state <> 'failed' or not exists (
        select from payment_refunds later
        where later.attempt_id = r.attempt_id and later.request = r.request and later.number > r.number);
