-- The orders in a state are found in the order in which they are listed, so that no other index seems as good: with
-- orders_confirmed, all newer ones in other states were passed over.
-- +goose Up
create index orders_by_state on orders (state, placed_at, id);
drop index orders_state;
alter index orders_by_state rename to orders_state;
