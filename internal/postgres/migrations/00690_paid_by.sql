-- Of two attempts that a buyer paid one pays what was to be paid, and the other is given back: a dispute of that one says
-- nothing of what was bought; owner: payment.
-- +goose Up
alter table payment_intents add column paid_by uuid references payment_attempts (id); -- the attempt; null: none, or nothing was to be paid
update payment_intents i set paid_by = (
    select a.id from payment_attempts a
    where a.intent_id = i.id and a.amount_centimes = i.amount_centimes and a.received_centimes >= i.amount_centimes
    order by exists (select from journals where order_id = i.reference and kind = 'paid' and payment_id = a.id) desc, a.number limit 1)
where i.state = 'succeeded' and i.amount_centimes > 0;
alter table payment_intents add constraint payment_intents_paid_by_what_was_paid check (paid_by is null or state = 'succeeded');

create or replace view payment_disputes_now as
    select d.id, i.reference, d.attempt_id, d.provider, d.name, d.state, d.amount_centimes, d.fee_centimes, d.given_centimes, d.written_off_centimes,
           case when d.state in ('open', 'lost') then d.amount_centimes - d.given_centimes - d.written_off_centimes else 0 end as left_centimes,
           d.opened_at, d.decided_at, d.due_by, d.bearer, d.version,
           i.paid_by is not distinct from d.attempt_id as pays -- what was to be paid was paid by what is disputed
    from payment_disputes d join payment_attempts a on a.id = d.attempt_id join payment_intents i on i.id = a.intent_id;

-- Owner: order.
create or replace view frozen_parts as
    select s.id, s.cooperative_id, s.order_id,
           case when s.state = 'delivered' and s.earns_at is null then s.frozen_centimes else n.items_centimes - n.commission_centimes end as amount_centimes
    from (
        select distinct reference from payment_disputes_now
        where left_centimes > 0 and (state in ('asked', 'open') or state = 'lost' and given_centimes + written_off_centimes < amount_centimes) and pays
    ) d
    join sub_orders s on s.order_id = d.reference and s.state not in ('declined', 'cancelled', 'refused')
    cross join lateral (select items_centimes, commission_centimes from sub_orders_now where id = s.id offset 0) n;
