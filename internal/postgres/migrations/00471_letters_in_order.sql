-- The letters to a recipient since then are found, however many others got some meanwhile; owner: order.
-- +goose Up
create index order_letters_since on order_letters (recipient, at) include (letters);
