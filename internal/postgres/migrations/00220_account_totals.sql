-- What all cooperatives together have of each account is carried as well, those of women alone apart.
-- +goose Up
create table account_totals (
    account    text     not null,
    women_only boolean  not null, -- of the cooperatives that postings name
    slot       smallint not null, -- as in balances: each connection has one of 64
    debits     bigint   not null, -- of a slot by itself, which a cooperative may leave: they can be below zero
    credits    bigint   not null,
    primary key (account, women_only, slot)
);

create view account_totals_now as
    select b.account, c.women_only, sum(b.debits)::bigint as debits, sum(b.credits)::bigint as credits
    from balances b join cooperatives c on c.id = b.cooperative_id
    group by 1, 2;

-- A cooperative that becomes one of women alone, or is none any more, takes its balances with it from the one total
-- to the other: while it does, nobody posts, for what is posted meanwhile might be new to it.
-- +goose StatementBegin
create or replace function ledger_carry() returns trigger language plpgsql as $$
declare
    m record;
begin
    perform pg_advisory_xact_lock_shared(220);
    for m in
        select a.account, coalesce(p.cooperative_id, '00000000-0000-0000-0000-000000000000') as cooperative_id,
               case when a.subject = 'provider' then p.provider else '' end as provider,
               case when p.cooperative_id is null then pg_backend_pid() % 8 else 0 end as slot,
               coalesce(sum(p.amount_centimes) filter (where p.debit = a.account), 0) as debits,
               coalesce(sum(p.amount_centimes) filter (where p.credit = a.account), 0) as credits
        from posted p
        join ledger_accounts a on a.account in (p.debit, p.credit)
        group by 1, 2, 3, 4
        order by 1, 2, 3, 4
    loop
        update balances b set debits = b.debits + m.debits, credits = b.credits + m.credits
        where b.account = m.account and b.cooperative_id = m.cooperative_id and b.provider = m.provider and b.slot = m.slot;
        if not found then
            insert into balances as b values (m.account, m.cooperative_id, m.provider, m.slot, m.debits, m.credits)
            on conflict on constraint balances_pkey do update set debits = b.debits + excluded.debits, credits = b.credits + excluded.credits;
        end if;
    end loop;
    insert into account_totals as t
    select a.account, c.women_only, pg_backend_pid() % 64,
           coalesce(sum(p.amount_centimes) filter (where p.debit = a.account), 0),
           coalesce(sum(p.amount_centimes) filter (where p.credit = a.account), 0)
    from posted p
    join ledger_accounts a on a.account in (p.debit, p.credit)
    join cooperatives c on c.id = p.cooperative_id
    group by 1, 2
    order by 1, 2
    on conflict on constraint account_totals_pkey do update set debits = t.debits + excluded.debits, credits = t.credits + excluded.credits;
    return null;
end $$;

create function account_totals_move() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock(220);
    insert into account_totals as t
    select b.account, w.women_only, pg_backend_pid() % 64, w.sign * sum(b.debits), w.sign * sum(b.credits)
    from balances b cross join (values (old.women_only, -1), (new.women_only, 1)) as w (women_only, sign)
    where b.cooperative_id = new.id
    group by b.account, w.women_only, w.sign
    order by 1, 2
    on conflict on constraint account_totals_pkey do update set debits = t.debits + excluded.debits, credits = t.credits + excluded.credits;
    return null;
end $$;
-- +goose StatementEnd
create trigger cooperatives_account_totals after update on cooperatives
    for each row when (old.women_only <> new.women_only) execute function account_totals_move();

lock table postings, cooperatives in share row exclusive mode;
insert into account_totals (account, women_only, slot, debits, credits)
select account, women_only, 0, debits, credits from account_totals_now;

-- What all cooperatives together have of each account; owner: ledger.
create view ledger_totals as
    select account, women_only, sum(debits)::bigint as debits, sum(credits)::bigint as credits
    from account_totals group by account, women_only;

-- How many cooperatives there are in each state; owner: cooperative.
create view cooperative_counts as
    select state, sum(all_of)::int as cooperatives, sum(all_women)::int as women_only from stall_counts group by state;

create index cooperatives_pending on cooperatives (id) where state = 'pending';
create index cooperatives_without_rib on cooperatives (id) where rib = '';
-- Which labels a cooperative's goods carry is looked up label by label.
create index product_labels_of_cooperative on product_labels (cooperative_id, label, expires_on);
