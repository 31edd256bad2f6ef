-- Whom unconfirmed orders wrote to in the last day, whatever became of them: an order that was cancelled
-- writes no fewer letters. Emptied after that day.
-- +goose Up
create table order_letters (
    recipient bytea not null, -- HMAC of a mailbox, of a cooperative or of the association
    order_id  uuid  not null references orders (id),
    at        timestamptz not null,
    primary key (recipient, order_id)
);
create index order_letters_at on order_letters (at);
create index order_letters_order on order_letters (order_id);
alter table holds drop column email; -- by which letters were counted before
