-- The rows of balances of postings that name no cooperative have 64 slots, as account_totals has, and no more eight:
-- connections of one slot wait for each other's commit.
-- +goose Up
-- +goose StatementBegin
create or replace function ledger_carry() returns trigger language plpgsql as $$
declare
    m record;
begin
    perform pg_advisory_xact_lock_shared(220);
    for m in
        select a.account, coalesce(p.cooperative_id, '00000000-0000-0000-0000-000000000000') as cooperative_id,
               case when a.subject = 'provider' then p.provider else '' end as provider,
               case when p.cooperative_id is null then pg_backend_pid() % 64 else 0 end as slot,
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
-- +goose StatementEnd
