-- What tells who ordered is taken off an order whose time is over, or whose buyer asks for it. What was
-- ordered, for how much and in which commune stays.
-- +goose Up
alter table settings
    add column buyer_months int not null default 12, -- how long buyers are known after their orders' end
    add constraint settings_buyer_months_sane check (buyer_months between 1 and 120);

alter table orders
    add column erased_at timestamptz,
    add constraint orders_erased_know_nobody check (erased_at is null or (
        state in ('delivered', 'refused', 'cancelled')
        and (buyer_name, buyer_phone, buyer_email, address, landmark, note) = ('', '', '', '', '', '')
        and request_hash = '' and idempotency_key is null and placed_from is null));
create index orders_phone on orders (buyer_phone) where buyer_phone <> '';
create index orders_known on orders (placed_at) where erased_at is null and state in ('delivered', 'refused', 'cancelled');

-- +goose StatementBegin
create or replace function orders_as_placed() returns trigger language plpgsql as $$
begin
    if (new.items_centimes, new.delivery_centimes, new.total_centimes, new.number, new.placed_at)
       is distinct from (old.items_centimes, old.delivery_centimes, old.total_centimes, old.number, old.placed_at)
       or old.erased_at is not null and new.erased_at is distinct from old.erased_at then
        raise exception 'an order stays as it was placed'
            using errcode = 'restrict_violation', constraint = 'orders_as_placed';
    end if;
    return new;
end $$;
-- +goose StatementEnd

-- A history stays as it was written, but for what people wrote into that of an order that is erased.
drop trigger order_events_append_only on order_events;
create trigger order_events_append_only before delete or truncate on order_events
    for each statement execute function append_only();
-- +goose StatementBegin
create function order_events_as_written() returns trigger language plpgsql as $$
begin
    if (new.id, new.order_id, new.sub_order_id, new.state, new.user_id, new.at, new.note)
       is distinct from (old.id, old.order_id, old.sub_order_id, old.state, old.user_id, old.at, '')
       or not exists (select from orders where id = old.order_id and erased_at is not null) then
        raise exception 'table order_events is append-only'
            using errcode = 'restrict_violation', constraint = 'order_events_append_only';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger order_events_as_written before update on order_events
    for each row execute function order_events_as_written();

-- What a letter is about, so that it goes with it.
alter table mailbox add column about uuid;
create index mailbox_about on mailbox (about) where about is not null;
update mailbox m set about = o.id
from orders o where o.number = substring(m.subject from 'S-[0-9]{4}-[0-9]{8}');
-- +goose StatementBegin
do $$ begin
    if to_regclass('river_job') is not null then
        update river_job j set args = jsonb_set(j.args, '{about}', to_jsonb(o.id::text))
        from orders o
        where j.kind = 'mail_send' and o.number = substring(j.args->>'subject' from 'S-[0-9]{4}-[0-9]{8}');
    end if;
end $$;
-- +goose StatementEnd
