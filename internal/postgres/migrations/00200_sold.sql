-- What was sold is carried along and not summed over the whole ledger for a page; owner of all of it: report.
-- +goose Up

-- What one cooperative's part in one order counts for, and in which place and sector.
create table sold_parts (
    order_id       uuid    not null,
    cooperative_id uuid    not null,
    day            date    not null, -- on which it was ordered, in the market's time zone
    commune        text    not null,
    sector         text    not null,
    women_only     boolean not null,
    total          bigint  not null, -- ordered, less what came back
    paid           bigint  not null, -- of that
    earned         bigint  not null, -- of what is paid
    waiting        boolean not null, -- for somebody to confirm it: no sale yet
    primary key (order_id, cooperative_id)
);
create index sold_parts_by_day on sold_parts (day);
create index sold_parts_cooperative on sold_parts (cooperative_id);

-- What each cooperative sold in a month, and since the beginning.
create table sold_by_cooperative (
    first          date   not null, -- of the month; -infinity: since the beginning
    cooperative_id uuid   not null,
    paid           bigint not null default 0,
    earned         bigint not null default 0,
    under_way      bigint not null default 0, -- ordered and not yet paid
    orders         bigint not null default 0,
    primary key (first, cooperative_id)
);

-- What was sold on a day and in a month by the cooperatives of a commune and sector; '': of all of them.
create table sold_by_scope (
    commune        text    not null,
    sector         text    not null,
    of_women       boolean not null, -- alone; false: of everybody
    span           text    not null,
    first          date    not null,
    paid           bigint  not null default 0,
    earned         bigint  not null default 0,
    under_way      bigint  not null default 0,
    orders         bigint  not null default 0,
    joint_orders   bigint  not null default 0, -- with goods of more than one of these cooperatives
    waiting        bigint  not null default 0, -- no sale yet
    waiting_orders bigint  not null default 0,
    primary key (commune, sector, of_women, span, first),
    constraint sold_by_scope_span_known check (span in ('day', 'month'))
);

-- Orders and cooperatives of which something changed, until report has brought the above up to date.
create table sold_changes (
    id             uuid primary key default gen_random_uuid(),
    order_id       uuid,
    cooperative_id uuid,
    constraint sold_changes_of_one check (num_nonnulls(order_id, cooperative_id) = 1)
);
-- Whoever does that holds this row, one at a time; what was read of the above stays true as long as version does.
create table sold_turn (
    id      smallint primary key,
    version bigint   not null,
    constraint sold_turn_is_one check (id = 1)
);
insert into sold_turn values (1, 1);

-- Nobody who moves money waits for the sums: it is only told what moved. Rows of the queue are never changed.
-- +goose StatementBegin
create function sold_by_postings() returns trigger language plpgsql as $$
begin
    insert into sold_changes (order_id)
    select distinct j.order_id from posted p join journals j on j.id = p.journal_id
    where j.order_id is not null and p.cooperative_id is not null;
    return null;
end $$;
create function sold_by_orders() returns trigger language plpgsql as $$
begin
    insert into sold_changes (order_id) values (new.id);
    return null;
end $$;
create function sold_by_cooperatives() returns trigger language plpgsql as $$
begin
    insert into sold_changes (cooperative_id) values (new.id);
    return null;
end $$;
-- +goose StatementEnd
create trigger postings_sold after insert on postings
    referencing new table as posted for each statement execute function sold_by_postings();
create trigger orders_sold after update on orders
    for each row when (old.state <> new.state) execute function sold_by_orders();
create trigger cooperatives_sold_insert after insert on cooperatives
    for each row execute function sold_by_cooperatives();
create trigger cooperatives_sold_update after update on cooperatives
    for each row when ((old.slug, old.name_ar, old.name_fr, old.commune, old.sector, old.women, old.men, old.young, old.state)
        is distinct from (new.slug, new.name_ar, new.name_fr, new.commune, new.sector, new.women, new.men, new.young, new.state))
    execute function sold_by_cooperatives();

-- What the parts should be. What goes from the buyers' account to a cooperative's pending one is sold; what comes
-- back, or is due back to them, was cancelled or refused. What leaves pending for anything but the buyers is paid,
-- and what comes to the cooperative or as commission is earned.
create view sold_parts_now as
select j.order_id, p.cooperative_id,
       (min(j.at) filter (where j.kind = 'placed') at time zone 'Africa/Casablanca')::date as day,
       c.commune, c.sector, c.women_only,
       sum(case when p.debit in ('buyers', 'refunds_due') then p.amount_centimes
                when p.credit in ('buyers', 'refunds_due') then -p.amount_centimes else 0 end)::bigint as total,
       sum(case when p.debit in ('pending', 'refunds_due') and p.credit not in ('pending', 'buyers') then p.amount_centimes
                when p.credit in ('pending', 'refunds_due') and p.debit not in ('pending', 'buyers') then -p.amount_centimes else 0 end)::bigint as paid,
       sum(case when p.credit in ('payable', 'commission') and p.debit in ('pending', 'held') then p.amount_centimes
                when p.debit in ('payable', 'commission') and p.credit in ('pending', 'held') then -p.amount_centimes else 0 end)::bigint as earned,
       coalesce(bool_or(o.unconfirmed), false) as waiting
from ledger_journals j
join ledger_postings p on p.journal_id = j.id
join sellers c on c.id = p.cooperative_id
left join order_heads o on o.id = j.order_id
where j.order_id is not null
group by j.order_id, p.cooperative_id, c.commune, c.sector, c.women_only
having bool_or(j.kind = 'placed');

-- What each part adds to the sums of its cooperative, and each order to those of every scope that it has a part in.
create view sold_to_cooperatives as
select order_id, first, cooperative_id, paid, earned, total - paid as under_way, 1 as orders
from sold_parts cross join lateral (values ('-infinity'::date), (date_trunc('month', day)::date)) f (first)
where total > 0 and not waiting;
create view sold_to_scopes as
select order_id, commune, sector, of_women, span, first,
       case when waiting then 0 else paid end as paid,
       case when waiting then 0 else earned end as earned,
       case when waiting then 0 else total - paid end as under_way,
       case when waiting then 0 else 1 end as orders,
       case when waiting or parts = 1 then 0 else 1 end as joint_orders,
       case when waiting then total else 0 end as waiting,
       case when waiting then 1 else 0 end as waiting_orders
from (
    select p.order_id, p.day, p.waiting, c.commune, s.sector, w.of_women,
           sum(p.total)::bigint as total, sum(p.paid)::bigint as paid, sum(p.earned)::bigint as earned, count(*) as parts
    from sold_parts p
    cross join lateral (values (p.commune), ('')) c (commune)
    cross join lateral (values (p.sector), ('')) s (sector)
    join (values (true), (false)) w (of_women) on p.women_only or not w.of_women
    where p.total > 0
    group by p.order_id, p.day, p.waiting, c.commune, s.sector, w.of_women
) o
cross join lateral (values ('day', day), ('month', date_trunc('month', day)::date)) f (span, first);

-- What the sums should be.
create view sold_by_cooperative_now as
select first, cooperative_id, sum(paid)::bigint as paid, sum(earned)::bigint as earned, sum(under_way)::bigint as under_way, sum(orders)::bigint as orders
from sold_to_cooperatives group by first, cooperative_id;
create view sold_by_scope_now as
select commune, sector, of_women, span, first,
       sum(paid)::bigint as paid, sum(earned)::bigint as earned, sum(under_way)::bigint as under_way, sum(orders)::bigint as orders,
       sum(joint_orders)::bigint as joint_orders, sum(waiting)::bigint as waiting, sum(waiting_orders)::bigint as waiting_orders
from sold_to_scopes group by commune, sector, of_women, span, first;

insert into sold_parts select * from sold_parts_now order by day, order_id;
analyze sold_parts;
insert into sold_by_cooperative select * from sold_by_cooperative_now order by first, cooperative_id;
insert into sold_by_scope select * from sold_by_scope_now;
