-- What nobody has confirmed is no sale: said once, by the owner of orders, for reports and settlement.
-- +goose Up
create or replace view order_heads as
    select id, number, link, state, place, sample, placed_at, state in ('awaiting_payment', 'placed') as unconfirmed from orders;
