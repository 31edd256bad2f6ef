-- A refund that failed is asked for again, by another one; owner: payment.
-- +goose Up
alter table payment_refunds
    add column number int not null default 1, -- 1 is the first of its request and attempt; all of these are as large as it
    add constraint payment_refunds_number_key unique (attempt_id, request, number);
drop index payment_refunds_attempt; -- that key begins as it does

-- What was asked for in vain and was not asked for again: it is due, but nobody was asked to give it.
create view payment_refunds_failed as
    select id, attempt_id, amount_centimes, reason, request
    from payment_refunds r
    where state = 'failed' and not exists (
        select from payment_refunds later
        where later.attempt_id = r.attempt_id and later.request = r.request and later.number > r.number);
create index payment_refunds_in_vain on payment_refunds (created_at) where state = 'failed';

drop view payments;
create view payments as
select i.reference, i.provider, i.state, i.amount_centimes,
       coalesce(a.received, 0) as received_centimes,
       coalesce(a.promised, 0) as promised_centimes, -- refunds that have not failed, the given ones among them
       coalesce(r.given, 0) as refunded_centimes,
       coalesce(f.failed, 0) as failed_centimes -- due, but neither promised nor asked for again
from payment_intents i
left join lateral (
    select sum(received_centimes) as received, sum(refunded_centimes) as promised
    from payment_attempts where intent_id = i.id
) a on true
left join lateral (
    select sum(g.amount_centimes) as given
    from payment_refunds g join payment_attempts t on t.id = g.attempt_id
    where t.intent_id = i.id and g.state = 'succeeded'
) r on true
left join lateral (
    select sum(v.amount_centimes) as failed
    from payment_refunds_failed v join payment_attempts t on t.id = v.attempt_id
    where t.intent_id = i.id
) f on true;
