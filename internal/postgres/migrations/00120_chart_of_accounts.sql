-- Accounts are a kind and a subject and no longer a name that queries take apart; a journal names what it
-- is about in columns and no longer only in its reference.
-- +goose Up

-- The chart of accounts as package ledger has it; a test holds the two against each other.
create view ledger_accounts (account, side, class, subject) as values
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
    ('refunds_due',      'credit', 'liability', ''),
    ('campaign_fund',    'credit', 'liability', ''),
    ('commission',       'credit', 'income',    ''),
    ('delivery',         'credit', 'income',    ''),
    ('fees',             'debit',  'expense',   'provider'),
    ('rounding',         'debit',  'expense',   '');

-- What stands written stays as it is and means the same; only its form changes. The hashes of journals cover
-- the accounts' written names, which ledger.Account still gives.
alter table postings disable trigger postings_append_only;
drop index postings_debit, postings_credit;
alter table postings add column provider text not null default ''; -- of an account that is one provider's
update postings
set debit = case when debit = 'pending:delivery' then 'pending_delivery' else split_part(debit, ':', 1) end,
    credit = case when credit = 'pending:delivery' then 'pending_delivery' else split_part(credit, ':', 1) end,
    provider = case when starts_with(debit, 'received:') then split_part(debit, ':', 2)
                    when starts_with(credit, 'received:') then split_part(credit, ':', 2) else '' end
where 'pending:delivery' in (debit, credit) or position(':' in debit || credit) > 0;
alter table postings enable trigger postings_append_only;
-- What an instance of the earlier version would still write is refused here.
alter table postings add constraint postings_accounts_known check (
    debit in ('buyers', 'received', 'bank', 'cooperative_owes', 'dispute', 'pending', 'pending_delivery', 'held', 'held_delivery',
              'payable', 'refunds_due', 'campaign_fund', 'commission', 'delivery', 'fees', 'rounding')
    and credit in ('buyers', 'received', 'bank', 'cooperative_owes', 'dispute', 'pending', 'pending_delivery', 'held', 'held_delivery',
                   'payable', 'refunds_due', 'campaign_fund', 'commission', 'delivery', 'fees', 'rounding'));
alter table postings add constraint postings_cooperative_named check (cooperative_id is not null
    or (debit not in ('pending', 'held', 'payable', 'cooperative_owes') and credit not in ('pending', 'held', 'payable', 'cooperative_owes')));

alter table journals disable trigger journals_append_only;
alter table journals
    add column part_id      uuid, -- the part of an order,
    add column payment_id   uuid, -- the payment
    add column payout_id    uuid, -- or the payout that it is about, if it is about one
    add column hash_version smallint not null default 1; -- what input_hash covers; see ledger.hashOf
update journals
set part_id = case when reference ~ '^sub_order:[0-9a-f-]{36}:' then split_part(reference, ':', 2)::uuid end,
    payout_id = case when reference ~ '^payout:[0-9a-f-]{36}' then split_part(reference, ':', 2)::uuid end
where reference ~ '^(sub_order|payout):[0-9a-f-]{36}';
alter table journals alter column hash_version set default 2;
alter table journals enable trigger journals_append_only;
create index journals_payout on journals (payout_id) where payout_id is not null;

-- What each journal moved on each account: below zero where it took something away.
create view ledger_movements as
select p.id as posting_id, p.journal_id, j.kind, j.order_id, j.part_id, j.payment_id, j.payout_id, j.at,
       m.account, p.cooperative_id, case when a.subject = 'provider' then p.provider else '' end as provider,
       case when a.side = m.side then p.amount_centimes else -p.amount_centimes end as amount,
       m.against -- the account that it came from or went to
from postings p
join journals j on j.id = p.journal_id
cross join lateral (values (p.debit, p.credit, 'debit'), (p.credit, p.debit, 'credit')) m (account, against, side)
join ledger_accounts a on a.account = m.account;
