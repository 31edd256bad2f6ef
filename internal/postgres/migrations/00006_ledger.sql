-- Double entry: a posting moves a positive amount from one account to another, so that no entry can
-- be unbalanced. Journals and postings are append-only; a mistake is mended by a reversal.
-- +goose Up
create table journals (
    id         uuid primary key,
    reference  text  not null,  -- the idempotency key, such as «order:<id>:placed»
    input_hash bytea not null,  -- same reference with other postings is an error
    kind       text  not null,
    order_id   uuid,
    at         timestamptz not null,
    constraint journals_reference_key unique (reference)
);
create index journals_order on journals (order_id);
create index journals_at on journals (at);

create table postings (
    id              uuid primary key,
    journal_id      uuid   not null references journals (id),
    debit           text   not null,
    credit          text   not null,
    amount_centimes bigint not null,
    currency        text   not null default 'MAD',
    cooperative_id  uuid,
    constraint postings_amount_positive check (amount_centimes > 0),
    constraint postings_two_accounts check (debit <> credit)
);
create index postings_journal on postings (journal_id);
create index postings_debit on postings (debit);
create index postings_credit on postings (credit);
create index postings_cooperative on postings (cooperative_id);

-- Money that the association transferred to a cooperative.
create table payouts (
    id              uuid primary key,
    cooperative_id  uuid not null references cooperatives (id),
    amount_centimes bigint not null,
    reference       text not null,  -- the bank's own
    user_id         uuid,
    at              timestamptz not null,
    constraint payouts_amount_positive check (amount_centimes > 0),
    constraint payouts_reference_key unique (cooperative_id, reference)
);

-- +goose StatementBegin
create function append_only() returns trigger language plpgsql as $$
begin
    raise exception 'table % is append-only', tg_table_name
        using errcode = 'restrict_violation', constraint = tg_table_name || '_append_only';
end $$;
-- +goose StatementEnd
create trigger journals_append_only before update or delete or truncate on journals
    for each statement execute function append_only();
create trigger postings_append_only before update or delete or truncate on postings
    for each statement execute function append_only();
create trigger payouts_append_only before update or delete or truncate on payouts
    for each statement execute function append_only();
create trigger order_events_append_only before update or delete or truncate on order_events
    for each statement execute function append_only();
create trigger stock_movements_append_only before update or delete or truncate on stock_movements
    for each statement execute function append_only();
create trigger cooperative_events_append_only before update or delete or truncate on cooperative_events
    for each statement execute function append_only();

-- What was ordered stays as it was ordered.
-- +goose StatementBegin
create function orders_as_placed() returns trigger language plpgsql as $$
begin
    if (new.items_centimes, new.delivery_centimes, new.total_centimes, new.number, new.placed_at)
       is distinct from (old.items_centimes, old.delivery_centimes, old.total_centimes, old.number, old.placed_at) then
        raise exception 'an order stays as it was placed'
            using errcode = 'restrict_violation', constraint = 'orders_as_placed';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger orders_as_placed before update on orders for each row execute function orders_as_placed();
create trigger order_lines_as_placed before update or delete on order_lines
    for each statement execute function append_only();
-- +goose StatementBegin
create function sub_orders_as_placed() returns trigger language plpgsql as $$
begin
    if (new.order_id, new.cooperative_id, new.items_centimes, new.commission_centimes)
       is distinct from (old.order_id, old.cooperative_id, old.items_centimes, old.commission_centimes) then
        raise exception 'a part of an order stays as it was placed'
            using errcode = 'restrict_violation', constraint = 'sub_orders_as_placed';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger sub_orders_as_placed before update on sub_orders for each row execute function sub_orders_as_placed();
