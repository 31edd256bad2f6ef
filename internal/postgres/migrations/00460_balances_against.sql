-- What moved on an account is told apart by the account that it came from or went to: what is payable was earned or paid
-- out, or set off against what its cooperative owes, and so are the totals.
-- +goose Up
-- In the order in which whoever posts takes them: who does so meanwhile waits, and does not lock this out.
lock table postings, cooperatives, balances, account_totals in access exclusive mode;
alter table balances
    add column against_held bigint not null default 0, -- of credits less debits, those against a held or, as in the first version, a pending account
    add column against_bank bigint not null default 0; -- and those against the bank
alter table account_totals
    add column against_held bigint not null default 0,
    add column against_bank bigint not null default 0;

-- What the balances and the totals should be.
create or replace view ledger_sums as
select account, coalesce(cooperative_id, '00000000-0000-0000-0000-000000000000') as cooperative_id, provider,
       sum(debits)::bigint as debits, sum(credits)::bigint as credits,
       coalesce(sum(credits - debits) filter (where against in ('held', 'pending')), 0)::bigint as against_held,
       coalesce(sum(credits - debits) filter (where against = 'bank'), 0)::bigint as against_bank
from (
    select p.debit as account, p.credit as against, p.cooperative_id, case when a.subject = 'provider' then p.provider else '' end as provider,
           p.amount_centimes as debits, 0 as credits
    from postings p join ledger_accounts a on a.account = p.debit
    union all
    select p.credit, p.debit, p.cooperative_id, case when a.subject = 'provider' then p.provider else '' end, 0, p.amount_centimes
    from postings p join ledger_accounts a on a.account = p.credit
) m
group by 1, 2, 3;
create or replace view account_totals_now as
    select b.account, c.women_only, sum(b.debits)::bigint as debits, sum(b.credits)::bigint as credits,
           sum(b.against_held)::bigint as against_held, sum(b.against_bank)::bigint as against_bank
    from balances b join cooperatives c on c.id = b.cooperative_id
    group by 1, 2;

create or replace view ledger_balances as
    select account, cooperative_id, provider, debits, credits, against_held, against_bank from balances;
create or replace view ledger_totals as
    select account, women_only, sum(debits)::bigint as debits, sum(credits)::bigint as credits,
           sum(against_held)::bigint as against_held, sum(against_bank)::bigint as against_bank
    from account_totals group by account, women_only;

-- +goose StatementBegin
create or replace function ledger_carry() returns trigger language plpgsql as $$
declare
    m record;
    s int;
begin
    for s in select distinct cooperative_slot(cooperative_id) from posted where cooperative_id is not null order by 1 loop
        perform pg_advisory_xact_lock_shared(220, s);
    end loop;
    for m in
        select a.account, coalesce(p.cooperative_id, '00000000-0000-0000-0000-000000000000') as cooperative_id,
               case when a.subject = 'provider' then p.provider else '' end as provider,
               case when p.cooperative_id is null then pg_backend_pid() % 64 else 0 end as slot,
               sum(e.debit) as debits, sum(e.credit) as credits,
               coalesce(sum(e.credit - e.debit) filter (where e.against in ('held', 'pending')), 0) as against_held,
               coalesce(sum(e.credit - e.debit) filter (where e.against = 'bank'), 0) as against_bank
        from posted p
        cross join lateral (values (p.debit, p.credit, p.amount_centimes, 0), (p.credit, p.debit, 0, p.amount_centimes)) e (account, against, debit, credit)
        join ledger_accounts a on a.account = e.account
        group by 1, 2, 3, 4
        order by 1, 2, 3, 4
    loop
        update balances b
        set debits = b.debits + m.debits, credits = b.credits + m.credits,
            against_held = b.against_held + m.against_held, against_bank = b.against_bank + m.against_bank
        where b.account = m.account and b.cooperative_id = m.cooperative_id and b.provider = m.provider and b.slot = m.slot;
        if not found then
            insert into balances as b (account, cooperative_id, provider, slot, debits, credits, against_held, against_bank)
            values (m.account, m.cooperative_id, m.provider, m.slot, m.debits, m.credits, m.against_held, m.against_bank)
            on conflict on constraint balances_pkey do update
            set debits = b.debits + excluded.debits, credits = b.credits + excluded.credits,
                against_held = b.against_held + excluded.against_held, against_bank = b.against_bank + excluded.against_bank;
        end if;
    end loop;
    insert into account_totals as t (account, women_only, slot, debits, credits, against_held, against_bank)
    select e.account, c.women_only, pg_backend_pid() % 64, sum(e.debit), sum(e.credit),
           coalesce(sum(e.credit - e.debit) filter (where e.against in ('held', 'pending')), 0),
           coalesce(sum(e.credit - e.debit) filter (where e.against = 'bank'), 0)
    from posted p
    cross join lateral (values (p.debit, p.credit, p.amount_centimes, 0), (p.credit, p.debit, 0, p.amount_centimes)) e (account, against, debit, credit)
    join cooperatives c on c.id = p.cooperative_id
    group by 1, 2
    order by 1, 2
    on conflict on constraint account_totals_pkey do update
    set debits = t.debits + excluded.debits, credits = t.credits + excluded.credits,
        against_held = t.against_held + excluded.against_held, against_bank = t.against_bank + excluded.against_bank;
    return null;
end $$;

create or replace function account_totals_move() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock(220, cooperative_slot(new.id));
    insert into account_totals as t (account, women_only, slot, debits, credits, against_held, against_bank)
    select b.account, w.women_only, 64 + cooperative_slot(new.id), w.sign * sum(b.debits), w.sign * sum(b.credits),
           w.sign * sum(b.against_held), w.sign * sum(b.against_bank)
    from balances b cross join (values (old.women_only, -1), (new.women_only, 1)) as w (women_only, sign)
    where b.cooperative_id = new.id
    group by b.account, w.women_only, w.sign
    order by 1, 2
    on conflict on constraint account_totals_pkey do update
    set debits = t.debits + excluded.debits, credits = t.credits + excluded.credits,
        against_held = t.against_held + excluded.against_held, against_bank = t.against_bank + excluded.against_bank;
    return null;
end $$;
-- +goose StatementEnd

-- Of what stands there the sums go to one slot of each account.
alter table balances disable trigger user; -- nobody is owed anything else
update balances b set against_held = s.against_held, against_bank = s.against_bank
from ledger_sums s
where (s.account, s.cooperative_id, s.provider) = (b.account, b.cooperative_id, b.provider) and (s.against_held <> 0 or s.against_bank <> 0)
  and b.slot = (select min(slot) from balances o where (o.account, o.cooperative_id, o.provider) = (b.account, b.cooperative_id, b.provider));
alter table balances enable trigger user;
update account_totals t set against_held = n.against_held, against_bank = n.against_bank
from account_totals_now n
where (n.account, n.women_only) = (t.account, t.women_only)
  and t.slot = (select min(slot) from account_totals o where (o.account, o.women_only) = (t.account, t.women_only));

-- A statement has also what its cooperative owes.
drop index postings_statement;
create index postings_statement on postings (cooperative_id, at, journal_id)
    where 'payable' in (debit, credit) or 'commission' in (debit, credit) or 'cooperative_owes' in (debit, credit);
