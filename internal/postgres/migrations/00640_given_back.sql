-- What the association was asked to give back of an order, so that the same is told from another thing under the same
-- key; and what it had let a buyer off on pieces that she does not keep comes back to it; owner: order.
-- +goose Up
create table order_refunds (
    order_id     uuid not null references orders (id),
    key          uuid not null,
    request_hash bytea not null, -- SHA-256 of what was asked for
    at           timestamptz not null,
    primary key (order_id, key),
    constraint order_refunds_hash_whole check (length(request_hash) = 32)
);
create trigger order_refunds_append_only before update or delete or truncate on order_refunds
    for each statement execute function append_only();

alter table order_adjustments
    add column borne_back_centimes bigint not null default 0, -- of what the association bore on the line, what its pieces take along
    add constraint order_adjustments_borne_back_sane check (borne_back_centimes = 0 or borne_back_centimes > 0 and quantity > 0 and borne_by = 'cooperative');

-- What the association bears is less commission, and the same for the cooperative as long as the buyer keeps the goods.
create or replace view sub_orders_now as
select s.id, s.order_id, s.cooperative_id, s.state, s.items_centimes - coalesce(a.amount, 0) as items_centimes,
       commission_left(s.commission_centimes, s.items_centimes, s.items_centimes - coalesce(a.amount - a.borne, 0)) - coalesce(a.borne, 0) as commission_centimes,
       s.earns_at, coalesce(a.borne, 0) as borne_centimes
from sub_orders s
left join lateral (
    select sum(amount_centimes)::bigint as amount,
           (coalesce(sum(amount_centimes) filter (where borne_by = 'association'), 0) - sum(borne_back_centimes))::bigint as borne
    from order_adjustments where sub_order_id = s.id
) a on true;
