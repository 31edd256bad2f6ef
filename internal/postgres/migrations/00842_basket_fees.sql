-- What delivery cost when something was put into an empty basket, so that another fee is told before it is ordered; owner:
-- order.
-- +goose Up
alter table baskets
    add column fee_centimes bigint, -- null: nothing was put in by a program that keeps it
    add column fee_place    text not null default '', -- where to; empty: the reader had not said, and it was the least that it cost
    add constraint baskets_fee_sane check (fee_centimes >= 0);
