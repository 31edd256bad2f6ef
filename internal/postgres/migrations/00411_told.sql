-- Whether few enough orders wait that the association, or a cooperative, was told of is found without reading those
-- that nobody was told of, however many strangers send; owner: order.
-- +goose Up
create index holds_told on holds (at) where told;
create index sub_orders_told on sub_orders (cooperative_id, placed_at) where state = 'placed' and told;
