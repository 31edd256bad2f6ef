-- A correction of a cooperative, or a payout undone, waits for what is being posted of that one, and lets what is posted
-- of others go on.
-- The rows of balances of postings that name no cooperative have 64 slots, as account_totals has, and no more eight:
-- connections of one slot wait for each other's commit.
-- +goose Up

-- Whoever posts of cooperatives holds the lock (220, slot) of each with others, and whoever changes what a cooperative
-- is holds its own alone. There are no more slots than 64, however many cooperatives one transaction pays; a posting
-- takes them in one order. A correction takes its own while it has changed the cooperative's row and no other, for which
-- no posting waits, and afterwards waits for no row of the ledger's.
create function cooperative_slot(cooperative uuid) returns int language sql immutable parallel safe
    return uuid_hash(cooperative) & 63;

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

-- Its rows of the totals are those of its cooperative's slot, from 64 on, which nobody changes who does not hold that.
create or replace function account_totals_move() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock(220, cooperative_slot(new.id));
    insert into account_totals as t
    select b.account, w.women_only, 64 + cooperative_slot(new.id), w.sign * sum(b.debits), w.sign * sum(b.credits)
    from balances b cross join (values (old.women_only, -1), (new.women_only, 1)) as w (women_only, sign)
    where b.cooperative_id = new.id
    group by b.account, w.women_only, w.sign
    order by 1, 2
    on conflict on constraint account_totals_pkey do update set debits = t.debits + excluded.debits, credits = t.credits + excluded.credits;
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
    insert into standing_changes (women_only, unconfirmed)
    select c.women_only, -sum(case when p.credit = 'pending' then p.amount_centimes else -p.amount_centimes end)
    from journals j
    join postings p on p.journal_id = j.id
    join cooperatives c on c.id = p.cooperative_id
    where j.order_id = new.id and 'pending' in (p.debit, p.credit)
    group by c.women_only;
    return null;
end $$;

create or replace function standing_by_cooperatives() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock(220, cooperative_slot(new.id));
    insert into standing_changes (women_only, unconfirmed, again, owed, unbanked, unbanked_due)
    select women_only, m.sign * unconfirmed, m.sign * again, m.sign * owed, m.sign * unbanked, m.sign * unbanked_due
    from standing_now cross join (select case tg_when when 'BEFORE' then -1 else 1 end as sign) m
    where cooperative_id = new.id;
    return new;
end $$;

create or replace function account_questions_of(cooperative uuid) returns void language plpgsql as $$
begin
    perform pg_advisory_xact_lock(220, cooperative_slot(cooperative));
    delete from account_questions where cooperative_id = cooperative;
    insert into account_questions select * from account_questions_now where cooperative_id = cooperative;
end $$;

-- Of a cooperative that is new nobody has posted.
create function account_questions_by_new_cooperatives() returns trigger language plpgsql as $$
begin
    insert into account_questions select * from account_questions_now where cooperative_id = new.id;
    return null;
end $$;
-- +goose StatementEnd

-- Whoever holds the one lock of before ends first.
lock table postings, cooperatives, orders, payout_reversals, cooperative_events in share row exclusive mode;
drop trigger cooperatives_without_account on cooperatives;
create trigger cooperatives_without_account after insert on cooperatives
    for each row when (new.rib = '') execute function account_questions_by_new_cooperatives();
