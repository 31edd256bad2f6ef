-- +goose Up
-- What a state is called depends on whether the order is brought to its buyer or waits for her.
create or replace view order_heads as
    select id, number, link, state, place, sample, placed_at, order_unconfirmed(state) as unconfirmed, delivery from orders;
