-- A buyer may try one means of payment after another, some of which are gone to by a form; a provider keeps some of the
-- money for its service; owner: payment.
-- +goose Up
alter table payment_attempts
    add column form jsonb, -- what the buyer's browser posts to url; null: it just goes there
    add column fee_centimes bigint not null default 0, -- what the provider kept of what it received
    add constraint payment_attempts_fee_sane check (fee_centimes between 0 and received_centimes);
create index payment_attempts_open on payment_attempts (created_at) where state in ('pending', 'waiting');
create index payment_refunds_open on payment_refunds (created_at) where state in ('pending', 'waiting');

create or replace view payment_receipts as
    select a.id, i.reference, a.provider, a.received_centimes, a.fee_centimes
    from payment_attempts a join payment_intents i on i.id = a.intent_id where a.state = 'succeeded';
create or replace view payment_returns as
    select r.id, r.attempt_id, i.reference, r.amount_centimes, a.provider
    from payment_refunds r join payment_attempts a on a.id = r.attempt_id join payment_intents i on i.id = a.intent_id where r.state = 'succeeded';

-- What has to be paid may come in several payments: what an attempt has received while it waits for the rest is the
-- buyer's still.
alter table payment_attempts
    drop constraint payment_attempts_received_when_succeeded,
    add constraint payment_attempts_received_when_succeeded check (received_centimes >= 0 and (state <> 'succeeded' or received_centimes > 0));
create or replace view payment_receipts as
    select a.id, i.reference, a.provider, a.received_centimes, a.fee_centimes, a.state
    from payment_attempts a join payment_intents i on i.id = a.intent_id where a.received_centimes > 0;

-- How a payment stands, for whoever opened it.
create or replace view payments as
select i.reference, i.provider, i.state, i.amount_centimes,
       coalesce(a.received, 0) as received_centimes,
       coalesce(a.promised, 0) as promised_centimes, -- refunds that have not failed, the given ones among them
       coalesce(r.given, 0) as refunded_centimes,
       coalesce(f.failed, 0) as failed_centimes, -- due, but neither promised nor asked for again
       coalesce(a.deposit, 0) as deposit_centimes -- received while the rest is waited for
from payment_intents i
left join lateral (
    select sum(received_centimes) as received, sum(refunded_centimes) as promised,
           sum(received_centimes) filter (where state in ('pending', 'waiting')) as deposit
    from payment_attempts where intent_id = i.id
) a on true
left join lateral (
    select sum(g.amount_centimes) as given
    from payment_refunds g join payment_attempts t on t.id = g.attempt_id
    where t.intent_id = i.id and g.state = 'succeeded'
) r on true
left join lateral (
    select sum(v.amount_centimes) as failed
    from payment_refunds_failed v join payment_attempts t on t.id = v.attempt_id
    where t.intent_id = i.id
) f on true;

-- Owner: ledger.
create or replace view ledger_accounts (account, side, class, subject) as values
    ('buyers',           'debit',  'asset',     ''),
    ('received',         'debit',  'asset',     'provider'),
    ('bank',             'debit',  'asset',     ''),
    ('cooperative_owes', 'debit',  'asset',     'cooperative'),
    ('dispute',          'debit',  'asset',     'provider'),
    ('pending',          'credit', 'liability', 'cooperative'),
    ('pending_delivery', 'credit', 'liability', ''),
    ('held',             'credit', 'liability', 'cooperative'),
    ('held_delivery',    'credit', 'liability', ''),
    ('payable',          'credit', 'liability', 'cooperative'),
    ('deposits',         'credit', 'liability', ''),
    ('refunds_due',      'credit', 'liability', ''),
    ('campaign_fund',    'credit', 'liability', ''),
    ('commission',       'credit', 'income',    ''),
    ('delivery',         'credit', 'income',    ''),
    ('fees',             'debit',  'expense',   'provider'),
    ('rounding',         'debit',  'expense',   '');
alter table postings drop constraint postings_accounts_known;
alter table postings add constraint postings_accounts_known check (
    debit in ('buyers', 'received', 'bank', 'cooperative_owes', 'dispute', 'pending', 'pending_delivery', 'held', 'held_delivery',
              'payable', 'deposits', 'refunds_due', 'campaign_fund', 'commission', 'delivery', 'fees', 'rounding')
    and credit in ('buyers', 'received', 'bank', 'cooperative_owes', 'dispute', 'pending', 'pending_delivery', 'held', 'held_delivery',
                   'payable', 'deposits', 'refunds_due', 'campaign_fund', 'commission', 'delivery', 'fees', 'rounding')) not valid;
alter table postings validate constraint postings_accounts_known;
