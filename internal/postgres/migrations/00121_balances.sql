-- What each account holds is carried and not summed over all time.
-- +goose Up
create table balances (
    account        text     not null,
    cooperative_id uuid     not null, -- of the postings; all zero: of those that name none
    provider       text     not null,
    slot           smallint not null, -- see ledger_carry
    debits         bigint   not null,
    credits        bigint   not null,
    primary key (account, cooperative_id, provider, slot),
    -- Of an account that each cooperative has there is one row, and no more is taken from it than was given.
    constraint balances_not_overdrawn check (account not in ('pending', 'held', 'payable') or credits >= debits)
);
-- Whom most is owed.
create index balances_due on balances ((credits - debits) desc, cooperative_id) where account = 'payable' and credits > debits;

-- A posting adds to the balances of its two accounts, in its own transaction, whoever writes it. The rows of
-- postings that name no cooperative would be the same for every order: each connection has one of eight. Rows are
-- changed in one order, so that two transactions do not wait for each other.
-- +goose StatementBegin
create function ledger_carry() returns trigger language plpgsql as $$
declare
    m record;
begin
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
    return null;
end $$;
-- +goose StatementEnd
create trigger postings_carried after insert on postings
    referencing new table as posted for each statement execute function ledger_carry();

-- What the balances should be.
create view ledger_sums as
select account, coalesce(cooperative_id, '00000000-0000-0000-0000-000000000000') as cooperative_id, provider,
       sum(debits)::bigint as debits, sum(credits)::bigint as credits
from (
    select p.debit as account, p.cooperative_id, case when a.subject = 'provider' then p.provider else '' end as provider,
           p.amount_centimes as debits, 0 as credits
    from postings p join ledger_accounts a on a.account = p.debit
    union all
    select p.credit, p.cooperative_id, case when a.subject = 'provider' then p.provider else '' end, 0, p.amount_centimes
    from postings p join ledger_accounts a on a.account = p.credit
) m
group by 1, 2, 3;
insert into balances (account, cooperative_id, provider, slot, debits, credits)
select account, cooperative_id, provider, 0, debits, credits from ledger_sums;

-- The entries of a cooperative's statement are read in order of time and by the page.
alter table postings disable trigger postings_append_only;
alter table postings add column at timestamptz not null default now(); -- its journal's
update postings p set at = j.at from journals j where j.id = p.journal_id;
alter table postings enable trigger postings_append_only;
drop index postings_cooperative;
create index postings_statement on postings (cooperative_id, at, journal_id)
    where 'payable' in (debit, credit) or 'commission' in (debit, credit);
-- Those to whom nothing is owed are listed by name.
create index cooperatives_by_name on cooperatives (name_ar, id);
