-- What a buyer is promised is worked out from the time to answer, the days of preparation and the round, and again at
-- each moment; each part has the day by which its cooperative hands it over, which comes before.
-- +goose Up

-- Owner: cooperative.
alter table cooperatives
    add column prepare_days smallint not null default 1, -- that its goods take to be prepared, but for those that say otherwise
    add constraint cooperatives_prepare_days_sane check (prepare_days between 0 and 60);
create or replace view sellers as
    select c.id, c.slug, c.name_ar, c.name_fr, c.sector, c.commune, t.name_ar as commune_name_ar, t.name_fr as commune_name_fr,
           c.women, c.men, c.young, c.women_only, c.rib, c.state, c.state = 'approved' as approved, c.stripe_account, c.prepare_days
    from cooperatives c left join places t on t.slug = c.commune;

-- Owner: catalog.
alter table products
    add column prepare_days smallint, -- null: as many as its cooperative's
    add constraint products_prepare_days_sane check (prepare_days between 0 and 60);

-- Owner: order. orders.deliver_from and deliver_to are what was promised last, and these are all of it.
create table order_promises (
    id           uuid primary key,
    order_id     uuid not null references orders (id),
    deliver_from date not null,
    deliver_to   date not null,
    why          text not null,
    at           timestamptz not null,
    constraint order_promises_days_in_order check (deliver_to >= deliver_from),
    constraint order_promises_why_known check (why in ('placed', 'moved', 'late'))
);
create index order_promises_order on order_promises (order_id, at);
create trigger order_promises_append_only before update or delete or truncate on order_promises
    for each statement execute function append_only();

alter table sub_orders
    add column prepare_days smallint not null default 1, -- as it was placed
    add column hand_over_by date,        -- the association is to have it by the end of that day
    add column due_at       timestamptz, -- when its cooperative has to have done what comes next: to answer, then to hand it over
    add column late_on      date;        -- since then it is known that it was not handed over in time; null: it was, or nobody has looked
alter table sub_orders disable trigger user;
update sub_orders s
set hand_over_by = o.deliver_to - 1,
    due_at = case when s.state in ('accepted', 'ready') then o.deliver_to::timestamp at time zone 'Africa/Casablanca' else o.expires_at end
from orders o
where o.id = s.order_id and s.state in ('awaiting_payment', 'placed', 'accepted', 'ready');
alter table sub_orders enable trigger user;
-- From the next morning on it is looked whether these orders, too, are late (the job of package order).
-- +goose StatementBegin
do $$ begin
    if to_regclass('river_job') is not null then
        insert into river_job (state, max_attempts, kind, args, scheduled_at)
        select 'scheduled', 25, 'order_late', jsonb_build_object('order_id', o.id, 'day', w.day),
               (greatest(w.day, (now() at time zone 'Africa/Casablanca')::date) + 1 + time '07:00') at time zone 'Africa/Casablanca'
        from orders o
        cross join lateral (
            select o.deliver_to - (exists (select from sub_orders where order_id = o.id and state in ('accepted', 'ready')))::int as day) w
        where o.state in ('placed', 'confirmed', 'dispatched') and not (o.state = 'dispatched' and o.delivery = 'pickup') and not o.sample;
    end if;
end $$;
-- +goose StatementEnd

-- A program that knows nothing of these days places orders and takes them up again beside one that does.
-- +goose StatementBegin
create function sub_orders_dated() returns trigger language plpgsql as $$
begin
    if new.hand_over_by is null or new.due_at is null then
        new.hand_over_by := coalesce(new.hand_over_by, (select deliver_to - 1 from orders where id = new.order_id));
        new.due_at := coalesce(new.due_at, (select expires_at from orders where id = new.order_id));
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger sub_orders_dated before insert or update of state on sub_orders for each row execute function sub_orders_dated();
alter table sub_orders
    add constraint sub_orders_dated check (state not in ('awaiting_payment', 'placed', 'accepted', 'ready') or hand_over_by is not null and due_at is not null);
-- What a cooperative has still to do, the most urgent first.
create index sub_orders_by_urgency on sub_orders (cooperative_id, state, due_at, id);

-- A market in which nothing was decided and ordered yet begins with these: three days to answer are too long for what is
-- promised from the answer on. Owners: settings and delivery.
update settings set decided = decided || '{"reservation_hours": "24"}'
where version = 0 and decided->>'reservation_hours' = '72' and not exists (select from orders);
update delivery_zones z set days_min = n.least, days_max = n.most
from (values ('province', 1, 3, 1, 2), ('oriental', 2, 4, 1, 3), ('large-cities', 2, 5, 2, 4), ('elsewhere', 3, 7, 2, 5)) as n (slug, was_least, was_most, least, most)
where z.slug = n.slug and (z.days_min, z.days_max) = (n.was_least, n.was_most)
  and (select version from settings) = 0 and not exists (select from orders);
