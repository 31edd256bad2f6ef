-- A cooperative's parts in some states are found in the order of their time, however many are in others; owner: order.
-- +goose Up
create index sub_orders_by_state on sub_orders (cooperative_id, state, placed_at, id);
drop index sub_orders_cooperative; -- which was its beginning
