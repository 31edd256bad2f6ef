-- +goose Up
-- A refund with what asked for it.
create or replace view payment_refunds_now as
    select r.id, i.reference, r.amount_centimes, a.provider, coalesce(r.means, a.provider) as means, r.means is not null as by_hand,
           r.reason, r.state, r.created_at, r.ended_at, r.given_reference, r.user_id, r.dispute_id is not null as disputed, r.request
    from payment_refunds r join payment_attempts a on a.id = r.attempt_id join payment_intents i on i.id = a.intent_id
    where r.state <> 'failed' or not exists (
        select from payment_refunds later
        where later.attempt_id = r.attempt_id and later.request = r.request and later.number > r.number);

-- What is held of a cooperative's goods for as long as some of them are being sent back; owner: order.
create view returning_parts as
    select n.id, n.cooperative_id, n.items_centimes - n.commission_centimes as amount_centimes
    from (
        select distinct b.sub_order_id
        from order_returns r join order_return_lines b on b.return_id = r.id
        where r.state in ('asked', 'arranged')
    ) b
    cross join lateral (
        select id, cooperative_id, items_centimes, commission_centimes from sub_orders_now where id = b.sub_order_id and earns_at is not null offset 0) n;
