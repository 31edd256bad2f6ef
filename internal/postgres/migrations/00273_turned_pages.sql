-- A late page of a cooperative's statement or of its orders reads no more than the first one.
-- +goose Up

-- By how much each day changed what a cooperative is owed; owner: settlement.
create table statement_days (
    cooperative_id uuid   not null,
    day            date   not null, -- of the postings, in UTC
    change         bigint not null, -- centimes
    primary key (cooperative_id, day)
);
create view statement_days_now as
select p.cooperative_id, (p.at at time zone 'UTC')::date as day,
       sum(case when p.credit = 'payable' then p.amount_centimes else -p.amount_centimes end)::bigint as change
from postings p
where 'payable' in (p.debit, p.credit)
group by 1, 2;

-- Whoever comes here holds the balances of these cooperatives already (ledger_carry).
-- +goose StatementBegin
create function statement_days_by_postings() returns trigger language plpgsql as $$
begin
    insert into statement_days as d (cooperative_id, day, change)
    select p.cooperative_id, (p.at at time zone 'UTC')::date, sum(case when p.credit = 'payable' then p.amount_centimes else -p.amount_centimes end)
    from posted p
    where 'payable' in (p.debit, p.credit)
    group by 1, 2
    order by 1, 2
    on conflict (cooperative_id, day) do update set change = d.change + excluded.change;
    return null;
end $$;

-- A part is of its order's time.
create function sub_orders_placed_at() returns trigger language plpgsql as $$
begin
    new.placed_at := (select placed_at from orders where id = new.order_id);
    return new;
end $$;
-- +goose StatementEnd

lock table postings in share row exclusive mode;
insert into statement_days select * from statement_days_now;
create trigger postings_statement_days after insert on postings
    referencing new table as posted for each statement execute function statement_days_by_postings();

alter table sub_orders add column placed_at timestamptz;
alter table sub_orders disable trigger user;
update sub_orders s set placed_at = o.placed_at from orders o where o.id = s.order_id;
alter table sub_orders enable trigger user;
alter table sub_orders alter column placed_at set not null;
create trigger sub_orders_placed_at before insert on sub_orders for each row execute function sub_orders_placed_at();
create index sub_orders_turned on sub_orders (cooperative_id, placed_at, id);
