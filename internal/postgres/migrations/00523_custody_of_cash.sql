-- Who has the cash of delivered orders until it is counted into the association's till, and what of that went to the
-- bank; owner: order.
-- +goose Up
create table carriers (
    id         uuid primary key,
    name       text not null,
    created_at timestamptz not null,
    constraint carriers_name_key unique (name),
    constraint carriers_named check (name <> '')
);
-- The cash of an order that somebody else than the association took.
create table order_cash (
    order_id        uuid primary key references orders (id),
    carrier_id      uuid references carriers (id),
    cooperative_id  uuid, -- of one of its parts, which owes it
    amount_centimes bigint not null,
    at              timestamptz not null,
    constraint order_cash_one_holder check ((carrier_id is null) <> (cooperative_id is null)),
    constraint order_cash_amount_positive check (amount_centimes > 0)
);
create index order_cash_carrier on order_cash (carrier_id, at) where carrier_id is not null;
create index order_cash_cooperative on order_cash (cooperative_id, at) where cooperative_id is not null;
create trigger order_cash_append_only before update or delete or truncate on order_cash
    for each statement execute function append_only();
-- What was counted: brought by a carrier or a cooperative into the till or, by nobody, out of it to the bank.
create table cash_counts (
    id                uuid primary key,
    carrier_id        uuid references carriers (id),
    cooperative_id    uuid,
    expected_centimes bigint not null,
    counted_centimes  bigint not null,
    reference         text not null default '', -- the bank's
    actor             text not null,
    user_id           uuid,
    at                timestamptz not null,
    constraint cash_counts_from_one check (carrier_id is null or cooperative_id is null),
    constraint cash_counts_no_more_than_expected check (counted_centimes > 0 and counted_centimes <= expected_centimes),
    constraint cash_counts_banked_under_a_reference check ((reference <> '') = (carrier_id is null and cooperative_id is null)),
    constraint cash_counts_by_the_association check (actor = 'association' and user_id is not null)
);
create index cash_counts_carrier on cash_counts (carrier_id) where carrier_id is not null;
create index cash_counts_by_time on cash_counts (at, id);
create trigger cash_counts_append_only before update or delete or truncate on cash_counts
    for each statement execute function append_only();

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
              'payable', 'deposits', 'refunds_due', 'campaign_fund', 'commission', 'delivery', 'fees', 'rounding')
    and credit in ('buyers', 'received', 'bank', 'cooperative_owes', 'carriers_hold', 'dispute', 'pending', 'pending_delivery', 'held', 'held_delivery',
                   'payable', 'deposits', 'refunds_due', 'campaign_fund', 'commission', 'delivery', 'fees', 'rounding')) not valid;
alter table postings validate constraint postings_accounts_known;
