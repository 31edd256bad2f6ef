-- What a product cost when it was put into a basket, so that another price is told before it is ordered; owner: order.
-- +goose Up
alter table basket_lines
    add column price_centimes bigint, -- null: put in by a program that did not keep it
    add constraint basket_lines_price check (price_centimes > 0);
