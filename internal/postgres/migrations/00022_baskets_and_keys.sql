-- Nobody fills the database with baskets: of those from one network address only so many are kept.
-- +goose Up
alter table baskets add column maker bytea; -- HMAC of the network address; null: not counted
create index baskets_maker on baskets (maker, updated_at desc);

-- Whoever repeats a program's order is told its secret link only where it was first told. Emptied after a day.
alter table orders add column placed_from bytea; -- HMAC of the network address
create index orders_placed_from on orders (placed_at) where placed_from is not null;
