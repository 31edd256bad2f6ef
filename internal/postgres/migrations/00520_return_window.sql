-- What was paid for goods is earned once the buyer cannot send them back any more; owner: order.
-- +goose Up
alter table orders
    add column closes_at timestamptz, -- until then goods may be sent back; from when it is delivered on, and never changed
    add column closed_at timestamptz, -- when all that was paid for it was earned
    add constraint orders_closed_in_turn check (closed_at is null or closes_at is not null and closed_at >= closes_at);
alter table sub_orders
    add column earns_at timestamptz, -- what was paid for it is held until then; null: it is not delivered, or it is earned
    add constraint sub_orders_earn_when_delivered check (earns_at is null or state = 'delivered');
create index sub_orders_earning on sub_orders (cooperative_id, earns_at) where earns_at is not null;

-- Nobody sends back what spoils. Of what was ordered before, only what is still on its way is told so.
alter table order_lines add column perishable boolean not null default false; -- as it was ordered
alter table order_lines disable trigger order_lines_as_placed;
update order_lines l set perishable = true
from orders o join sub_orders s on s.order_id = o.id
where s.id = l.sub_order_id and o.state in ('awaiting_payment', 'placed', 'confirmed', 'dispatched')
  and exists (select from products p where p.id = l.product_id and p.perishable);
alter table order_lines enable trigger order_lines_as_placed;

create or replace view order_lines_now as
select l.id, l.sub_order_id, l.product_id, l.quantity - coalesce(a.quantity, 0) as quantity,
       l.quantity - coalesce(a.released, 0) as reserved, l.total_centimes - coalesce(a.amount, 0) as total_centimes, l.perishable
from order_lines l
left join lateral (
    select sum(quantity)::int as quantity, (sum(quantity) filter (where released))::int as released, sum(amount_centimes)::bigint as amount
    from order_adjustments where line_id = l.id
) a on true;
create or replace view sub_orders_now as
select s.id, s.order_id, s.cooperative_id, s.state, s.items_centimes - coalesce(a.amount, 0) as items_centimes,
       commission_left(s.commission_centimes, s.items_centimes, s.items_centimes - coalesce(a.amount, 0)) as commission_centimes, s.earns_at
from sub_orders s
left join lateral (
    select sum(amount_centimes)::bigint as amount from order_adjustments where sub_order_id = s.id
) a on true;
