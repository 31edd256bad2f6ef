-- +goose Up
-- Who left no address for mail is told by the association that something was taken off her order; who cancels it has that
-- by mail, too, since her link may be in other hands.
alter table order_messages
    drop constraint order_messages_news,
    add constraint order_messages_news check (news in ('accepted', 'adjusted', 'late', 'dispatched', 'waiting', 'delivered', 'refused', 'cancelled', 'withdrawn', 'link', 'address'));
