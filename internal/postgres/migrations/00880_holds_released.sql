-- A cooperative that takes back the yes which confirmed an order has it wait to be confirmed again, with its goods held as
-- before; owner of what is kept for that: order, of what is carried of orders that wait: settlement.
-- +goose Up

-- What a hold was that a cooperative's yes ended, while she may take that back, and for an hour at most.
create table holds_released (
    order_id     uuid primary key references orders (id),
    address      bytea,                -- of holds, as all that follows but the last two
    site         bytea,
    spare        int         not null,
    told         boolean     not null,
    letter       boolean     not null,
    at           timestamptz not null,
    confirmed_at timestamptz,
    expires_at   timestamptz not null, -- the order's until then
    released_at  timestamptz not null
);
create index holds_released_at on holds_released (released_at);

-- An order that waits again counts for its cooperatives as it did before.
-- +goose StatementBegin
create or replace function standing_by_orders() returns trigger language plpgsql as $$
declare
    s    int;
    sign int := case when order_unconfirmed(new.state) then 1 else -1 end;
begin
    for s in
        select distinct cooperative_slot(p.cooperative_id)
        from journals j join postings p on p.journal_id = j.id
        where j.order_id = new.id and p.cooperative_id is not null
        order by 1
    loop
        perform pg_advisory_xact_lock_shared(220, s);
    end loop;
    with waits as (
        select c.id, c.women_only, sum(case when p.credit = 'pending' then p.amount_centimes else -p.amount_centimes end) as amount
        from journals j
        join postings p on p.journal_id = j.id
        join cooperatives c on c.id = p.cooperative_id
        where j.order_id = new.id and 'pending' in (p.debit, p.credit)
        group by c.id
    ), of_each as (
        insert into unconfirmed_changes (cooperative_id, amount) select id, sign * amount from waits
    )
    insert into standing_changes (women_only, unconfirmed)
    select women_only, sign * sum(amount) from waits group by women_only;
    return null;
end $$;
-- +goose StatementEnd
drop trigger orders_standing on orders;
create trigger orders_standing after update on orders
    for each row when (order_unconfirmed(old.state) <> order_unconfirmed(new.state)) execute function standing_by_orders();
