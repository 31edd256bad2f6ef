-- +goose Up
-- Who cancels her order has it by mail, too: her link may be in other hands.
alter table order_messages
    drop constraint order_messages_news,
    add constraint order_messages_news check (news in ('accepted', 'adjusted', 'late', 'dispatched', 'waiting', 'delivered', 'refused', 'cancelled', 'withdrawn', 'link', 'address'));
