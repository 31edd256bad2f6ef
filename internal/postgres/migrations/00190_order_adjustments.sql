-- What was ordered stays as it was placed; what is taken off a line after that is an adjustment.
-- +goose Up
create table order_adjustments (
    id              uuid primary key,
    order_id        uuid   not null references orders (id),
    sub_order_id    uuid   not null references sub_orders (id),
    line_id         uuid   not null references order_lines (id),
    quantity        int    not null, -- pieces that are in the order no more
    amount_centimes bigint not null, -- that the line is worth less
    released        boolean not null, -- the pieces are reserved for the order no more; those that the buyer has stay so
    reason          text   not null,
    key             uuid   not null, -- whoever asks names it so, and may ask again
    actor           text   not null,
    user_id         uuid,
    at              timestamptz not null,
    constraint order_adjustments_key_key unique (sub_order_id, key),
    constraint order_adjustments_amounts_sane check (quantity >= 0 and amount_centimes >= 0 and (quantity > 0 or amount_centimes > 0)),
    constraint order_adjustments_releases_pieces check (not released or quantity > 0),
    constraint order_adjustments_reason_known check (reason in ('missing', 'damaged', 'weight', 'goodwill')),
    constraint order_adjustments_actor_known check (actor in ('member', 'association')),
    constraint order_adjustments_user_named check (user_id is not null)
);
create index order_adjustments_line on order_adjustments (line_id);
create index order_adjustments_part on order_adjustments (sub_order_id);
create trigger order_adjustments_append_only before update or delete or truncate on order_adjustments
    for each statement execute function append_only();

-- The commission of what a part is still worth: its share of the commission as placed, rounded half up to the
-- centime, so that with the share of what was taken off it comes to the whole.
create function commission_left(commission bigint, items bigint, items_left bigint) returns bigint
    language sql immutable strict as 'select round(commission::numeric * items_left / items)::bigint';

-- A line as it is now; of reserved it has so many pieces out of stock while its part is active.
create view order_lines_now as
select l.id, l.sub_order_id, l.product_id, l.quantity - coalesce(a.quantity, 0) as quantity,
       l.quantity - coalesce(a.released, 0) as reserved, l.total_centimes - coalesce(a.amount, 0) as total_centimes
from order_lines l
left join lateral (
    select sum(quantity)::int as quantity, (sum(quantity) filter (where released))::int as released, sum(amount_centimes)::bigint as amount
    from order_adjustments where line_id = l.id
) a on true;

-- A part as it is now. What a whole order is worth now is its due_centimes: what its active parts are, with delivery.
create view sub_orders_now as
select s.id, s.order_id, s.cooperative_id, s.state, s.items_centimes - coalesce(a.amount, 0) as items_centimes,
       commission_left(s.commission_centimes, s.items_centimes, s.items_centimes - coalesce(a.amount, 0)) as commission_centimes
from sub_orders s
left join lateral (
    select sum(amount_centimes)::bigint as amount from order_adjustments where sub_order_id = s.id
) a on true;

-- No more is taken off a line than it has, and no piece without its share of what the line is still worth, rounded
-- down to the centime. Whoever adjusts an order waits for whoever does so already.
-- +goose StatementBegin
create function order_adjustments_within() returns trigger language plpgsql as $$
declare
    l record;
begin
    perform from orders where id = new.order_id for no key update;
    select n.quantity, n.total_centimes into l
    from order_lines_now n join sub_orders s on s.id = n.sub_order_id
    where n.id = new.line_id and s.id = new.sub_order_id and s.order_id = new.order_id;
    if not found then
        raise exception 'line % is not of part % of order %', new.line_id, new.sub_order_id, new.order_id
            using errcode = 'check_violation', constraint = 'order_adjustments_line_of_part';
    end if;
    if new.quantity > l.quantity or new.amount_centimes > l.total_centimes
       or new.quantity > 0 and new.amount_centimes < div(l.total_centimes::numeric * new.quantity, nullif(l.quantity, 0)) then
        raise exception 'line % has % pieces left, worth %', new.line_id, l.quantity, l.total_centimes
            using errcode = 'check_violation', constraint = 'order_adjustments_within_line';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger order_adjustments_within before insert on order_adjustments
    for each row execute function order_adjustments_within();

-- What an adjustment puts back into stock is a movement beside that of a part that leaves the order. Pieces that are
-- missing or damaged are counted off the stock at the same time: nobody can have them.
alter table stock_movements add column adjustment_id uuid;
alter table stock_movements drop constraint stock_movements_once_per_order;
create unique index stock_movements_once_per_order on stock_movements (product_id, order_id, reason) where adjustment_id is null;
create unique index stock_movements_once_per_adjustment on stock_movements (adjustment_id, reason) where adjustment_id is not null;
alter table stock_movements add constraint stock_movements_adjustment_releases
    check (adjustment_id is null or reason = 'release' or reason = 'count' and delta < 0);
create view stock_lost as
    select adjustment_id, product_id, -delta as quantity from stock_movements where adjustment_id is not null and reason = 'count';

-- Whoever is let read parts and their movements of stock reads them as they are now.
create or replace view order_parts as
    select id, order_id, cooperative_id, state, items_centimes, commission_centimes from sub_orders_now;
create or replace view order_stock as
    select order_id, product_id, delta, adjustment_id from stock_movements where order_id is not null;
