-- What buyers were told of their orders, and what is to be told to those who gave no address for mail: the association
-- sends it by WhatsApp. Nothing of the buyer is kept in it: the text is made when it is shown. Of one order nothing older
-- than the latest waits to be sent.
-- +goose Up
create table order_messages (
    id       uuid primary key,
    order_id uuid not null references orders (id),
    news     text not null,
    at       timestamptz not null,
    sent_at  timestamptz, -- null: it waits
    sent_by  uuid references users (id), -- null of what was mailed
    constraint order_messages_news check (news in ('accepted', 'late', 'dispatched', 'waiting', 'delivered', 'refused', 'cancelled', 'link')),
    constraint order_messages_sent check (sent_at is not null or sent_by is null)
);
create unique index order_messages_latest on order_messages (order_id) where sent_at is null;
create index order_messages_order on order_messages (order_id);
create index order_messages_waiting on order_messages (at, id) where sent_at is null;
create index order_messages_by_hand on order_messages (sent_at, id) where sent_by is not null;
