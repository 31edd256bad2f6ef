-- A journal names in columns the payment, the refund and the adjustment that it is about, too, which until now stood in
-- its reference or nowhere.
-- +goose Up
alter table journals disable trigger journals_append_only;
alter table journals
    add column refund_id     uuid,
    add column adjustment_id uuid;

-- What is filled in here the hashes do not cover (ledger.hashOf): those of version 3 are as those of version 2, but for
-- the payment.
update journals set refund_id = split_part(reference, ':', 2)::uuid
where kind = 'refunded' and reference ~ '^refund:[0-9a-f-]{36}$';
update journals set adjustment_id = split_part(reference, ':', 2)::uuid
where kind = 'adjusted' and reference ~ '^adjustment:[0-9a-f-]{36}$';
update journals j set payment_id = t.id, hash_version = case hash_version when 1 then 1 else 3 end
from (
    select j.id as journal, coalesce(r.attempt_id, a.id) as id
    from journals j
    left join payment_refunds r on r.id = j.refund_id
    left join payment_intents i on i.reference = j.order_id and j.kind = 'paid'
    left join payment_attempts a on a.intent_id = i.id and a.state = 'succeeded'
        and not exists (select from journals s where s.payment_id = a.id and s.kind = 'surplus')
    where j.kind in ('paid', 'refunded') and j.payment_id is null
) t
where t.journal = j.id and t.id is not null;
alter table journals alter column hash_version set default 4;
alter table journals enable trigger journals_append_only;
create unique index journals_refund on journals (refund_id) where refund_id is not null;
create unique index journals_adjustment on journals (adjustment_id) where adjustment_id is not null;
create index journals_payment on journals (payment_id) where payment_id is not null;

create or replace view ledger_journals as
    select id, reference, kind, order_id, part_id, payment_id, payout_id, at, refund_id, adjustment_id from journals;
create or replace view ledger_movements as
select p.journal_id, j.kind, j.order_id, j.part_id, j.payment_id, j.payout_id, j.at,
       m.account, p.cooperative_id, case when a.subject = 'provider' then p.provider else '' end as provider,
       case when a.side = m.side then p.amount_centimes else -p.amount_centimes end as amount, j.refund_id, j.adjustment_id
from postings p
join journals j on j.id = p.journal_id
cross join lateral (values (p.debit, 'debit'), (p.credit, 'credit')) m (account, side)
join ledger_accounts a on a.account = m.account;

-- What was received and what was given back, for whoever opened the intents; owner: payment.
create view payment_receipts as
    select a.id, i.reference, a.provider, a.received_centimes
    from payment_attempts a join payment_intents i on i.id = a.intent_id where a.state = 'succeeded';
create view payment_returns as
    select r.id, r.attempt_id, i.reference, r.amount_centimes
    from payment_refunds r join payment_attempts a on a.id = r.attempt_id join payment_intents i on i.id = a.intent_id where r.state = 'succeeded';
