-- Baskets and joint orders: one order of a buyer, one sub-order per cooperative.
-- +goose Up
create table baskets (
    token_hash bytea primary key,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
create index baskets_age on baskets (updated_at);
create table basket_lines (
    token_hash bytea not null references baskets (token_hash) on delete cascade,
    product_id uuid  not null references products (id) on delete cascade,
    quantity   int   not null,
    added_at   timestamptz not null,
    primary key (token_hash, product_id),
    constraint basket_lines_quantity check (quantity between 1 and 999)
);

create table orders (
    id                uuid primary key,
    number            text  not null,
    token_hash        bytea not null,
    idempotency_key   text,
    request_hash      bytea not null,
    source            text  not null,
    locale            text  not null,
    buyer_name        text  not null,
    buyer_phone       text  not null,
    place             text  not null references places (slug),
    address           text  not null default '',
    landmark          text  not null default '',
    note              text  not null default '',
    delivery          text  not null,
    payment           text  not null,
    items_centimes    bigint not null,
    delivery_centimes bigint not null,
    total_centimes    bigint not null,
    due_centimes      bigint not null, -- total less what has been cancelled since
    currency          text  not null default 'MAD',
    state             text  not null,
    deliver_from      date  not null,
    deliver_to        date  not null,
    sample            boolean not null default false,
    placed_at         timestamptz not null,
    expires_at        timestamptz not null,
    constraint orders_number_key unique (number),
    constraint orders_token_key unique (token_hash),
    constraint orders_idempotency_key unique (idempotency_key),
    constraint orders_source_known check (source in ('shop', 'api')),
    constraint orders_delivery_known check (delivery in ('pickup', 'home')),
    constraint orders_payment_known check (payment in ('cash_on_delivery')),
    constraint orders_state_known check (state in ('placed', 'confirmed', 'dispatched', 'delivered', 'refused', 'cancelled')),
    constraint orders_total_is_the_sum check (total_centimes = items_centimes + delivery_centimes),
    constraint orders_amounts_sane check (items_centimes > 0 and delivery_centimes >= 0 and due_centimes between 0 and total_centimes),
    constraint orders_delivery_days_in_order check (deliver_to >= deliver_from)
);
create index orders_placed on orders (placed_at);
create index orders_state on orders (state, placed_at);

create table sub_orders (
    id                  uuid primary key,
    order_id            uuid not null references orders (id),
    cooperative_id      uuid not null references cooperatives (id),
    state               text not null,
    items_centimes      bigint not null,
    commission_centimes bigint not null,
    constraint sub_orders_one_per_cooperative unique (order_id, cooperative_id),
    constraint sub_orders_state_known check (state in ('placed', 'accepted', 'ready', 'handed_over', 'delivered', 'declined', 'cancelled', 'refused')),
    constraint sub_orders_amounts_sane check (items_centimes > 0 and commission_centimes between 0 and items_centimes)
);
create index sub_orders_cooperative on sub_orders (cooperative_id, state);

create table order_lines (
    id             uuid primary key,
    sub_order_id   uuid not null references sub_orders (id),
    product_id     uuid not null references products (id),
    name_ar        text not null,
    name_fr        text not null,
    name_en        text not null,
    unit_amount    int  not null,
    unit_code      text not null,
    price_centimes bigint not null,
    quantity       int  not null,
    total_centimes bigint not null generated always as (price_centimes * quantity) stored,
    constraint order_lines_one_per_product unique (sub_order_id, product_id),
    constraint order_lines_quantity_positive check (quantity > 0),
    constraint order_lines_price_positive check (price_centimes > 0)
);
create index order_lines_product on order_lines (product_id);

-- What happened to an order or to one part of it. Append-only.
create table order_events (
    id           uuid primary key,
    order_id     uuid not null references orders (id),
    sub_order_id uuid references sub_orders (id),
    state        text not null,
    note         text not null default '',
    user_id      uuid,
    at           timestamptz not null
);
create index order_events_order on order_events (order_id, at);

create table payment_intents (
    id              uuid primary key,
    reference       uuid not null,  -- what is paid for; payment knows nothing more of it
    provider        text not null,
    amount_centimes bigint not null,
    currency        text not null default 'MAD',
    state           text not null,
    created_at      timestamptz not null,
    settled_at      timestamptz,
    constraint payment_intents_reference_key unique (reference),
    constraint payment_intents_state_known check (state in ('pending', 'succeeded', 'cancelled')),
    constraint payment_intents_amount_not_negative check (amount_centimes >= 0),
    constraint payment_intents_settled_when_paid check ((state = 'succeeded') = (settled_at is not null))
);
