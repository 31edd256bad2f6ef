-- A provider that took a buyer's money pays cooperatives out of it, into their accounts with it, and takes back what its
-- buyer has back. What it was asked for and has not done yet is in transit: it is owed to nobody any more, and left nothing.
-- +goose Up
-- Owner: cooperative.
alter table cooperatives
    add column stripe_account text not null default '', -- empty: it has none
    add constraint cooperatives_stripe_account_written check (stripe_account = '' or stripe_account ~ '^acct_[A-Za-z0-9]{8,60}$');
create or replace view sellers as
    select c.id, c.slug, c.name_ar, c.name_fr, c.sector, c.commune, t.name_ar as commune_name_ar, t.name_fr as commune_name_fr,
           c.women, c.men, c.young, c.women_only, c.rib, c.state, c.state = 'approved' as approved, c.stripe_account
    from cooperatives c left join places t on t.slug = c.commune;

-- What a provider is asked to pay out of what an attempt received, and what of that it is asked to take back; owner: payment.
create table payment_payouts (
    id                 uuid primary key, -- that of whoever has it paid out, under which the provider is asked
    attempt_id         uuid   not null references payment_attempts (id),
    account            text   not null, -- with the provider
    amount_centimes    bigint not null,
    state              text   not null,
    provider_reference text,            -- the provider's own name of it
    reason             text   not null default '', -- why the provider refused, in its word
    created_at         timestamptz not null,
    asked_at           timestamptz, -- when the provider was last asked how it stands
    ended_at           timestamptz,
    constraint payment_payouts_state_known check (state in ('pending', 'succeeded', 'failed')),
    constraint payment_payouts_amount_positive check (amount_centimes > 0),
    constraint payment_payouts_account_given check (account <> ''),
    constraint payment_payouts_end_told check ((state = 'pending') = (ended_at is null)),
    constraint payment_payouts_named check (state <> 'succeeded' or provider_reference is not null)
);
create index payment_payouts_attempt on payment_payouts (attempt_id);
create index payment_payouts_pending on payment_payouts (coalesce(asked_at, created_at)) where state = 'pending';
create index payment_payouts_failed on payment_payouts (ended_at) where state = 'failed';
create table payment_recalls (
    id                 uuid primary key,
    payout_id          uuid   not null references payment_payouts (id),
    amount_centimes    bigint not null,
    tries              int    not null default 1, -- one more each time that it is asked for after it was refused
    state              text   not null,
    provider_reference text,
    reason             text   not null default '',
    created_at         timestamptz not null,
    asked_at           timestamptz,
    ended_at           timestamptz,
    constraint payment_recalls_state_known check (state in ('pending', 'succeeded', 'failed')),
    constraint payment_recalls_amount_positive check (amount_centimes > 0),
    constraint payment_recalls_tried check (tries > 0),
    constraint payment_recalls_end_told check ((state = 'pending') = (ended_at is null)),
    constraint payment_recalls_named check (state <> 'succeeded' or provider_reference is not null)
);
create index payment_recalls_payout on payment_recalls (payout_id);
create index payment_recalls_pending on payment_recalls (coalesce(asked_at, created_at)) where state = 'pending';
create index payment_recalls_failed on payment_recalls (id) where state = 'failed';

create view payment_payouts_now as
    select p.id, p.attempt_id, a.provider, p.account, p.amount_centimes, p.state, p.reason, p.ended_at,
           coalesce(t.amount, 0)::bigint as recall_centimes, coalesce(t.taken, 0)::bigint as recalled_centimes,
           coalesce(t.refused, 0)::bigint as not_recalled_centimes
    from payment_payouts p
    join payment_attempts a on a.id = p.attempt_id
    left join lateral (
        select sum(amount_centimes) as amount, sum(amount_centimes) filter (where state = 'succeeded') as taken,
               sum(amount_centimes) filter (where state = 'failed') as refused
        from payment_recalls where payout_id = p.id) t on true;
create view payment_recalls_now as
    select id, payout_id, amount_centimes, state, reason, ended_at from payment_recalls;

-- By which provider a cooperative was paid what it had earned by an order, of how much; owner: settlement.
alter table payouts
    add column provider        text not null default '', -- empty: the bank
    add column order_id        uuid,
    add column earned_centimes bigint not null default 0,
    add constraint payouts_of_an_order_by_a_provider check ((provider = '') = (order_id is null) and (provider = '') = (earned_centimes = 0)),
    add constraint payouts_no_more_than_earned check (provider = '' or amount_centimes <= earned_centimes);
create index payouts_of_orders on payouts (order_id, cooperative_id, attempt) where order_id is not null;

-- A transfer from an account with a provider says nothing of an account at a bank.
create or replace view account_questions_now as
select c.id as cooperative_id, case when c.rib <> '' then e.at end as changed_at,
       c.rib <> '' and exists (
           select from payouts t where t.cooperative_id = c.id and t.provider = '' and t.at >= e.at
             and not exists (select from payout_reversals r where r.payout_id = t.id)) as proven,
       coalesce((select credits - debits from balances where account = 'payable' and cooperative_id = c.id), 0) as due
from cooperatives c
left join lateral (
    select at from cooperative_events where cooperative_id = c.id and kind = 'rib' order by at desc, id desc limit 1
) e on true
where c.rib = '' or e.at is not null;
-- +goose StatementBegin
create or replace function account_questions_by_payouts() returns trigger language plpgsql as $$
begin
    update account_questions q set proven = true
    from paid p
    where p.cooperative_id = q.cooperative_id and p.provider = '' and p.at >= q.changed_at and not q.proven;
    return null;
end $$;
-- +goose StatementEnd

-- Owner: ledger.
create or replace view ledger_accounts (account, side, class, subject) as values
    ('buyers',           'debit',  'asset',     ''),
    ('received',         'debit',  'asset',     'provider'),
    ('bank',             'debit',  'asset',     ''),
    ('cooperative_owes', 'debit',  'asset',     'cooperative'),
    ('carriers_hold',    'debit',  'asset',     ''),
    ('dispute',          'debit',  'asset',     'provider'),
    ('pending',          'credit', 'liability', 'cooperative'),
    ('pending_delivery', 'credit', 'liability', ''),
    ('held',             'credit', 'liability', 'cooperative'),
    ('held_delivery',    'credit', 'liability', ''),
    ('payable',          'credit', 'liability', 'cooperative'),
    ('in_transit',       'credit', 'liability', 'cooperative'),
    ('deposits',         'credit', 'liability', ''),
    ('refunds_due',      'credit', 'liability', ''),
    ('campaign_fund',    'credit', 'liability', ''),
    ('commission',       'credit', 'income',    ''),
    ('delivery',         'credit', 'income',    ''),
    ('fees',             'debit',  'expense',   'provider'),
    ('rounding',         'debit',  'expense',   '');
alter table postings drop constraint postings_accounts_known;
alter table postings add constraint postings_accounts_known check (
    debit in ('buyers', 'received', 'bank', 'cooperative_owes', 'carriers_hold', 'dispute', 'pending', 'pending_delivery', 'held', 'held_delivery',
              'payable', 'in_transit', 'deposits', 'refunds_due', 'campaign_fund', 'commission', 'delivery', 'fees', 'rounding')
    and credit in ('buyers', 'received', 'bank', 'cooperative_owes', 'carriers_hold', 'dispute', 'pending', 'pending_delivery', 'held', 'held_delivery',
                   'payable', 'in_transit', 'deposits', 'refunds_due', 'campaign_fund', 'commission', 'delivery', 'fees', 'rounding')) not valid;
alter table postings validate constraint postings_accounts_known;
alter table postings drop constraint postings_cooperative_named;
alter table postings add constraint postings_cooperative_named check (cooperative_id is not null
    or (debit not in ('pending', 'held', 'payable', 'in_transit', 'cooperative_owes') and credit not in ('pending', 'held', 'payable', 'in_transit', 'cooperative_owes'))) not valid;
alter table postings validate constraint postings_cooperative_named;

-- What is in transit is paid out, like what went to the bank.
create or replace view ledger_sums as
select account, coalesce(cooperative_id, '00000000-0000-0000-0000-000000000000') as cooperative_id, provider,
       sum(debits)::bigint as debits, sum(credits)::bigint as credits,
       coalesce(sum(credits - debits) filter (where against in ('held', 'pending')), 0)::bigint as against_held,
       coalesce(sum(credits - debits) filter (where against in ('bank', 'in_transit')), 0)::bigint as against_bank
from (
    select p.debit as account, p.credit as against, p.cooperative_id, case when a.subject = 'provider' then p.provider else '' end as provider,
           p.amount_centimes as debits, 0 as credits
    from postings p join ledger_accounts a on a.account = p.debit
    union all
    select p.credit, p.debit, p.cooperative_id, case when a.subject = 'provider' then p.provider else '' end, 0, p.amount_centimes
    from postings p join ledger_accounts a on a.account = p.credit
) m
group by 1, 2, 3;
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
               coalesce(sum(e.credit - e.debit) filter (where e.against in ('bank', 'in_transit')), 0) as against_bank
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
           coalesce(sum(e.credit - e.debit) filter (where e.against in ('bank', 'in_transit')), 0)
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
-- +goose StatementEnd
