-- What a state means to others than package order is said once, and a test holds it against the package's own tables.
-- +goose Up

-- Nobody has confirmed such an order.
create function order_unconfirmed(state text) returns boolean language sql immutable parallel safe
    return state in ('awaiting_payment', 'placed');
-- Nobody has answered for such a part.
create function part_unanswered(state text) returns boolean language sql immutable parallel safe
    return state in ('awaiting_payment', 'placed');

create or replace view order_heads as
    select id, number, link, state, place, sample, placed_at, order_unconfirmed(state) as unconfirmed from orders;
create or replace view order_parts as
    select id, order_id, cooperative_id, state, items_centimes, commission_centimes, part_unanswered(state) as unanswered from sub_orders_now;
