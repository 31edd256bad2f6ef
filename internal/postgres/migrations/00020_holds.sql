-- An order that nobody has confirmed holds goods that its buyer may never have wanted. How much of them
-- such orders may hold, and for how long, is the association's to decide.
-- +goose Up
alter table settings
    add column hold_hours     int not null default 24,   -- of an order that nobody confirmed
    add column order_products int not null default 50,   -- in one order
    add column order_pieces   int not null default 200,  -- in one order
    add column phone_orders   int not null default 5,    -- unconfirmed, of one telephone
    add column phone_pieces   int not null default 200,  -- in these
    add column address_orders int not null default 30,   -- unconfirmed, from one network address
    add column address_pieces int not null default 1000, -- in these
    add column product_share  int not null default 80,   -- percent of one product, in all unconfirmed orders
    add column market_share   int not null default 30,   -- percent of all goods, in all unconfirmed orders
    add column alarm_share    int not null default 15,   -- percent of all goods, from which the association is told
    add constraint settings_holds_sane check (
        hold_hours > 0 and order_products > 0 and order_pieces > 0 and phone_orders > 0 and phone_pieces > 0
        and address_orders > 0 and address_pieces > 0 and product_share between 1 and 100
        and market_share between 1 and 100 and alarm_share between 1 and 100);

-- The orders that nobody of the market has said yes to yet, and what they keep from others. A row goes
-- as soon as a cooperative or the association confirms the order, or with the order; with it goes what
-- is known of the network address.
create table holds (
    order_id     uuid primary key references orders (id),
    phone        text   not null,
    address      bytea,                  -- HMAC of the network address that it came from; null: not counted
    email        text   not null default '',
    pieces       int    not null,        -- of all its lines
    told         boolean not null default true, -- the association had mail about it
    at           timestamptz not null,
    confirmed_at timestamptz,            -- by the buyer's own link: it waits longer, and its goods still count
    constraint holds_pieces_positive check (pieces > 0)
);
create index holds_phone on holds (phone);
create index holds_address on holds (address);
create index holds_email on holds (email) where email <> '';
create index holds_at on holds (at);
create table hold_lines (
    product_id uuid not null references products (id),
    order_id   uuid not null references holds (order_id) on delete cascade,
    quantity   int  not null,
    primary key (product_id, order_id),
    constraint hold_lines_quantity_positive check (quantity > 0)
);
create index hold_lines_order on hold_lines (order_id);

-- The orders of one telephone or network address take turns by these rows, or each of many at once would
-- find that there is room.
create table hold_turns (
    caller bytea primary key, -- HMAC of the telephone or the address
    at     timestamptz not null
);
create index hold_turns_at on hold_turns (at);

create table hold_totals (
    only_row    boolean primary key default true,
    pieces      bigint not null default 0, -- the sum of holds
    on_sale     bigint not null default 0, -- pieces in stock or held, as they were counted last
    counted_at  timestamptz,
    alarm_since timestamptz,               -- set while the association has reason to look
    constraint hold_totals_only_row check (only_row),
    constraint hold_totals_not_negative check (pieces >= 0)
);
insert into hold_totals default values;

alter table orders add column buyer_email text not null default '';
-- A cooperative has mail about its part of an unconfirmed order only while few such parts wait.
alter table sub_orders add column told boolean not null default true;

-- Orders that wait already hold their goods as long as they were promised.
insert into holds (order_id, phone, pieces, at)
select o.id, o.buyer_phone, sum(l.quantity), o.placed_at
from orders o join sub_orders s on s.order_id = o.id join order_lines l on l.sub_order_id = s.id
where o.state = 'placed' and s.state = 'placed'
group by o.id;
insert into hold_lines (product_id, order_id, quantity)
select l.product_id, s.order_id, l.quantity
from holds h join sub_orders s on s.order_id = h.order_id join order_lines l on l.sub_order_id = s.id
where s.state = 'placed';
update hold_totals set pieces = (select coalesce(sum(pieces), 0) from holds);
