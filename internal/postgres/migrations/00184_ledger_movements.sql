-- Nobody read a movement's posting, nor the account that it came from or went to.
-- +goose Up
drop view ledger_movements;

-- What each journal moved on each account: below zero where it took something away; owner: ledger.
create view ledger_movements as
select p.journal_id, j.kind, j.order_id, j.part_id, j.payment_id, j.payout_id, j.at,
       m.account, p.cooperative_id, case when a.subject = 'provider' then p.provider else '' end as provider,
       case when a.side = m.side then p.amount_centimes else -p.amount_centimes end as amount
from postings p
join journals j on j.id = p.journal_id
cross join lateral (values (p.debit, 'debit'), (p.credit, 'credit')) m (account, side)
join ledger_accounts a on a.account = m.account;
