-- What each cooperative has pending in orders that nobody has confirmed is carried, and no more added up of its orders
-- whenever it is asked what it is owed; and its latest payouts are found among however many; owner of both: settlement.
-- +goose Up

-- A cooperative's is the sum of its rows, which whoever moves money only adds to, and waits for nobody.
create table unconfirmed_changes (
    id             uuid primary key default gen_random_uuid(),
    cooperative_id uuid   not null,
    amount         bigint not null -- centimes
);
create index unconfirmed_changes_of on unconfirmed_changes (cooperative_id) include (amount);
create index payouts_turned on payouts (cooperative_id, at);

-- +goose StatementBegin
create or replace function standing_by_postings() returns trigger language plpgsql as $$
begin
    with waits as (
        select c.id, c.women_only, sum(case when p.credit = 'pending' then p.amount_centimes else -p.amount_centimes end) as amount
        from posted p
        join journals j on j.id = p.journal_id
        join order_heads o on o.id = j.order_id and o.unconfirmed
        join cooperatives c on c.id = p.cooperative_id
        where 'pending' in (p.debit, p.credit)
        group by c.id
    ), of_each as (
        insert into unconfirmed_changes (cooperative_id, amount) select id, amount from waits
    )
    insert into standing_changes (women_only, unconfirmed)
    select women_only, sum(amount) from waits group by women_only;
    return null;
end $$;

create or replace function standing_by_orders() returns trigger language plpgsql as $$
declare
    s int;
begin
    for s in
        select distinct cooperative_slot(p.cooperative_id)
        from journals j join postings p on p.journal_id = j.id
        where j.order_id = new.id and p.cooperative_id is not null
        order by 1
    loop
        perform pg_advisory_xact_lock_shared(220, s);
    end loop;
    with waited as (
        select c.id, c.women_only, sum(case when p.credit = 'pending' then p.amount_centimes else -p.amount_centimes end) as amount
        from journals j
        join postings p on p.journal_id = j.id
        join cooperatives c on c.id = p.cooperative_id
        where j.order_id = new.id and 'pending' in (p.debit, p.credit)
        group by c.id
    ), of_each as (
        insert into unconfirmed_changes (cooperative_id, amount) select id, -amount from waited
    )
    insert into standing_changes (women_only, unconfirmed)
    select women_only, -sum(amount) from waited group by women_only;
    return null;
end $$;
-- +goose StatementEnd

lock table postings, orders in share row exclusive mode;
insert into unconfirmed_changes (cooperative_id, amount)
select cooperative_id, unconfirmed from standing_now where unconfirmed <> 0;
