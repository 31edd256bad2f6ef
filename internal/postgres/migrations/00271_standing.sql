-- What the page of what is owed says of all cooperatives together is carried, and what has to be asked about a bank
-- account is found by an index; owner of both: settlement.
-- +goose Up

-- Where all cooperatives stand is the sum of these rows, which whoever moves money only adds to, and waits for nobody.
create table standing_changes (
    id           uuid primary key default gen_random_uuid(),
    women_only   boolean not null, -- of the cooperatives that it is about
    unconfirmed  bigint  not null default 0, -- centimes of their pending balances in orders that nobody has confirmed
    again    int     not null default 0, -- cooperatives that have sold and wait to be approved again
    owed         int     not null default 0, -- that are owed money
    unbanked     int     not null default 0, -- of these, without a bank account
    unbanked_due bigint  not null default 0  -- centimes owed to those
);

-- The cooperatives to whose bank account no money is sent unasked: there is none, or it is another than before.
create table account_questions (
    cooperative_id uuid    primary key,
    changed_at     timestamptz,      -- null: there is none
    proven         boolean not null, -- a payout that stands came after that
    due            bigint  not null  -- centimes owed, as the ledger's balance says
);
create index account_questions_missing on account_questions (due desc, cooperative_id) where due > 0 and changed_at is null;
create index account_questions_changed on account_questions (due desc, cooperative_id) where due > 0 and changed_at is not null;
create index account_questions_proven on account_questions (changed_at) where proven;
create index bank_account_changes_of on cooperative_events (cooperative_id, at desc, id desc) where kind = 'rib';

-- What each cooperative adds to the sums.
create view standing_now as
select c.id as cooperative_id, c.women_only, coalesce(u.amount, 0)::bigint as unconfirmed,
       (c.state = 'pending' and p.account is not null)::int as again,
       (coalesce(d.due, 0) > 0)::int as owed, (c.rib = '' and coalesce(d.due, 0) > 0)::int as unbanked,
       case when c.rib = '' then coalesce(d.due, 0) else 0 end as unbanked_due
from cooperatives c
left join balances p on p.account = 'pending' and p.cooperative_id = c.id
left join lateral (select credits - debits as due from balances where account = 'payable' and cooperative_id = c.id) d on true
left join lateral (
    select sum(m.amount) as amount
    from order_parts n
    join order_heads o on o.id = n.order_id
    join ledger_movements m on m.order_id = n.order_id and m.cooperative_id = n.cooperative_id
    where n.cooperative_id = c.id and n.unanswered and o.unconfirmed and m.account = 'pending'
) u on true;

-- What the questions should be, but for whether they are still asked: those that are proven are forgotten.
create view account_questions_now as
select c.id as cooperative_id, case when c.rib <> '' then e.at end as changed_at,
       c.rib <> '' and exists (
           select from payouts t where t.cooperative_id = c.id and t.at >= e.at
             and not exists (select from payout_reversals r where r.payout_id = t.id)) as proven,
       coalesce((select credits - debits from balances where account = 'payable' and cooperative_id = c.id), 0) as due
from cooperatives c
left join lateral (
    select at from cooperative_events where cooperative_id = c.id and kind = 'rib' order by at desc, id desc limit 1
) e on true
where c.rib = '' or e.at is not null;

-- A transaction that posts holds the lock 220 with others (see ledger_carry); one that changes what a cooperative is
-- holds it alone, so that what each adds is what the other has seen.
-- +goose StatementBegin
create function standing_by_postings() returns trigger language plpgsql as $$
begin
    insert into standing_changes (women_only, unconfirmed)
    select c.women_only, sum(case when p.credit = 'pending' then p.amount_centimes else -p.amount_centimes end)
    from posted p
    join journals j on j.id = p.journal_id
    join order_heads o on o.id = j.order_id and o.unconfirmed
    join cooperatives c on c.id = p.cooperative_id
    where 'pending' in (p.debit, p.credit)
    group by c.women_only;
    return null;
end $$;

create function standing_by_orders() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock_shared(220);
    insert into standing_changes (women_only, unconfirmed)
    select c.women_only, -sum(case when p.credit = 'pending' then p.amount_centimes else -p.amount_centimes end)
    from journals j
    join postings p on p.journal_id = j.id
    join cooperatives c on c.id = p.cooperative_id
    where j.order_id = new.id and 'pending' in (p.debit, p.credit)
    group by c.women_only;
    return null;
end $$;

create function standing_by_balances() returns trigger language plpgsql as $$
declare
    now_due bigint := new.credits - new.debits;
    before  bigint := 0;
begin
    if new.account = 'pending' then
        insert into standing_changes (women_only, again)
        select women_only, 1 from cooperatives where id = new.cooperative_id and state = 'pending';
        return null;
    end if;
    if tg_op = 'UPDATE' then
        before := old.credits - old.debits;
    end if;
    insert into standing_changes (women_only, owed, unbanked, unbanked_due)
    select women_only, m.more, case when rib = '' then m.more else 0 end, case when rib = '' then now_due - before else 0 end
    from cooperatives cross join (select (now_due > 0)::int - (before > 0)::int as more) m
    where id = new.cooperative_id and (rib = '' or m.more <> 0);
    update account_questions q set due = now_due where q.cooperative_id = new.cooperative_id;
    return null;
end $$;

-- What a cooperative was is taken away before it changes, and what it is then is added.
create function standing_by_cooperatives() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock(220);
    insert into standing_changes (women_only, unconfirmed, again, owed, unbanked, unbanked_due)
    select women_only, m.sign * unconfirmed, m.sign * again, m.sign * owed, m.sign * unbanked, m.sign * unbanked_due
    from standing_now cross join (select case tg_when when 'BEFORE' then -1 else 1 end as sign) m
    where cooperative_id = new.id;
    return new;
end $$;

create function account_questions_of(cooperative uuid) returns void language plpgsql as $$
begin
    perform pg_advisory_xact_lock(220);
    delete from account_questions where cooperative_id = cooperative;
    insert into account_questions select * from account_questions_now where cooperative_id = cooperative;
end $$;
create function account_questions_by_cooperatives() returns trigger language plpgsql as $$
begin
    perform account_questions_of(new.id);
    return null;
end $$;
create function account_questions_by_changes() returns trigger language plpgsql as $$
begin
    perform account_questions_of(new.cooperative_id);
    return null;
end $$;

-- Payouts of a cooperative and changes of its account take turns by the lock of its row.
create function account_questions_by_payouts() returns trigger language plpgsql as $$
begin
    update account_questions q set proven = true
    from paid p
    where p.cooperative_id = q.cooperative_id and p.at >= q.changed_at and not q.proven;
    return null;
end $$;

create function account_questions_by_reversals() returns trigger language plpgsql as $$
begin
    perform account_questions_of(cooperative_id) from payouts where id = new.payout_id;
    return null;
end $$;
-- +goose StatementEnd

lock table postings, cooperatives in share row exclusive mode;
insert into standing_changes (women_only, unconfirmed, again, owed, unbanked, unbanked_due)
select women_only, sum(unconfirmed), sum(again), sum(owed), sum(unbanked), sum(unbanked_due) from standing_now group by women_only;
insert into account_questions select * from account_questions_now;

create trigger postings_standing after insert on postings
    referencing new table as posted for each statement execute function standing_by_postings();
create trigger orders_standing after update on orders
    for each row when (order_unconfirmed(old.state) and not order_unconfirmed(new.state)) execute function standing_by_orders();
create trigger balances_standing_insert after insert on balances
    for each row when (new.account in ('payable', 'pending')) execute function standing_by_balances();
create trigger balances_standing_update after update on balances
    for each row when (new.account = 'payable') execute function standing_by_balances();
create trigger cooperatives_standing_before before update on cooperatives
    for each row when ((old.women > 0 and old.men = 0, old.state = 'pending', old.rib = '')
        is distinct from (new.women > 0 and new.men = 0, new.state = 'pending', new.rib = ''))
    execute function standing_by_cooperatives();
create trigger cooperatives_standing_after after update on cooperatives
    for each row when ((old.women > 0 and old.men = 0, old.state = 'pending', old.rib = '')
        is distinct from (new.women > 0 and new.men = 0, new.state = 'pending', new.rib = ''))
    execute function standing_by_cooperatives();
create trigger cooperatives_account_questions after update on cooperatives
    for each row when (old.rib <> new.rib) execute function account_questions_by_cooperatives();
create trigger cooperatives_without_account after insert on cooperatives
    for each row when (new.rib = '') execute function account_questions_by_cooperatives();
create trigger cooperative_events_account_questions after insert on cooperative_events
    for each row when (new.kind = 'rib') execute function account_questions_by_changes();
create trigger payouts_account_questions after insert on payouts
    referencing new table as paid for each statement execute function account_questions_by_payouts();
create trigger payout_reversals_account_questions after insert on payout_reversals
    for each row execute function account_questions_by_reversals();
