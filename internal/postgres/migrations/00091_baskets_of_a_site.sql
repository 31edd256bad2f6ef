-- Whoever has a whole IPv6 site makes no more baskets than sixteen readers.
-- +goose Up
alter table baskets add column site bytea; -- HMAC of the customer's network; null: the address is all of it
create index baskets_site on baskets (site, updated_at desc) where site is not null;
