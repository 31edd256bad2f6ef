-- What a buyer is given back of an order that was delivered: what comes back is another reason, the association may let
-- her off something by itself, and the delivery is given back with the last of the goods; owner: order.
-- +goose Up
alter table orders
    add column delivery_back_centimes bigint not null default 0, -- of the delivery, what was given back
    add constraint orders_delivery_back_sane check (delivery_back_centimes between 0 and delivery_centimes);
alter table order_adjustments
    add column borne_by text not null default 'cooperative', -- out of whose share it is taken
    add constraint order_adjustments_borne_by_known check (borne_by = 'cooperative' or borne_by = 'association' and quantity = 0 and reason = 'goodwill'),
    drop constraint order_adjustments_reason_known,
    add constraint order_adjustments_reason_known check (reason in ('missing', 'damaged', 'weight', 'goodwill', 'returned'));

-- What the association bears is less commission, and the same for the cooperative.
create or replace view sub_orders_now as
select s.id, s.order_id, s.cooperative_id, s.state, s.items_centimes - coalesce(a.amount, 0) as items_centimes,
       commission_left(s.commission_centimes, s.items_centimes, s.items_centimes - coalesce(a.amount - a.borne, 0)) - coalesce(a.borne, 0) as commission_centimes,
       s.earns_at, coalesce(a.borne, 0) as borne_centimes
from sub_orders s
left join lateral (
    select sum(amount_centimes)::bigint as amount, coalesce(sum(amount_centimes) filter (where borne_by = 'association'), 0)::bigint as borne
    from order_adjustments where sub_order_id = s.id
) a on true;
