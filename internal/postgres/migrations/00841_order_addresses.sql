-- A buyer may change where her order goes as long as no cooperative has begun with it, and what its delivery costs with
-- it. What stood before is kept beside the entry of its history that tells of the change, until she is erased; owner: order.
-- +goose Up
create table order_addresses (
    event_id          uuid   primary key, -- in order_events
    order_id          uuid   not null references orders (id),
    name              text   not null,
    place             text   not null references places (slug),
    address           text   not null,
    landmark          text   not null,
    note              text   not null,
    delivery_centimes bigint not null,
    constraint order_addresses_fee_sane check (delivery_centimes >= 0)
);
create index order_addresses_order on order_addresses (order_id);
create trigger order_addresses_append_only before delete or truncate on order_addresses
    for each statement execute function append_only();
-- +goose StatementBegin
create function order_addresses_as_written() returns trigger language plpgsql as $$
begin
    if (new.event_id, new.order_id, new.place, new.delivery_centimes, new.name, new.address, new.landmark, new.note)
       is distinct from (old.event_id, old.order_id, old.place, old.delivery_centimes, '', '', '', '')
       or not exists (select from orders where id = old.order_id and erased_at is not null) then
        raise exception 'table order_addresses is append-only'
            using errcode = 'restrict_violation', constraint = 'order_addresses_append_only';
    end if;
    return new;
end $$;

create or replace function orders_as_placed() returns trigger language plpgsql as $$
begin
    if (new.items_centimes, new.number, new.placed_at) is distinct from (old.items_centimes, old.number, old.placed_at)
       or new.place <> old.place and old.state not in ('awaiting_payment', 'placed', 'confirmed')
       or new.delivery_centimes <> old.delivery_centimes and (new.place = old.place or old.state not in ('placed', 'confirmed'))
       or new.means_fee_centimes <> old.means_fee_centimes and old.state <> 'awaiting_payment'
       or old.erased_at is not null and new.erased_at is distinct from old.erased_at then
        raise exception 'an order stays as it was placed'
            using errcode = 'restrict_violation', constraint = 'orders_as_placed';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger order_addresses_as_written before update on order_addresses
    for each row execute function order_addresses_as_written();

alter table order_promises
    drop constraint order_promises_why_known,
    add constraint order_promises_why_known check (why in ('placed', 'moved', 'late', 'address'));
alter table order_messages
    drop constraint order_messages_news,
    add constraint order_messages_news check (news in ('accepted', 'late', 'dispatched', 'waiting', 'delivered', 'refused', 'cancelled', 'link', 'address'));
