-- What a buyer has back of a sale that was paid out its cooperative owes, and has not sold; owner: report.
-- +goose Up
create or replace view sold_parts_now as
select j.order_id, p.cooperative_id,
       (min(j.at) filter (where j.kind = 'placed') at time zone 'Africa/Casablanca')::date as day,
       c.commune, c.sector, c.women_only,
       sum(case when p.debit in ('buyers', 'refunds_due') then p.amount_centimes
                when p.credit in ('buyers', 'refunds_due') then -p.amount_centimes else 0 end)::bigint as total,
       sum(case when p.debit in ('pending', 'refunds_due') and p.credit not in ('pending', 'buyers') then p.amount_centimes
                when p.credit in ('pending', 'refunds_due') and p.debit not in ('pending', 'buyers') then -p.amount_centimes else 0 end)::bigint as paid,
       sum(case when p.credit in ('payable', 'commission', 'cooperative_owes') and p.debit in ('pending', 'held') then p.amount_centimes
                when p.debit in ('payable', 'commission', 'cooperative_owes') and p.credit in ('pending', 'held') then -p.amount_centimes else 0 end)::bigint as earned,
       coalesce(bool_or(o.unconfirmed), false) as waiting
from ledger_journals j
join ledger_postings p on p.journal_id = j.id and ('cooperative_owes' not in (p.debit, p.credit) or 'held' in (p.debit, p.credit))
join sellers c on c.id = p.cooperative_id
left join order_heads o on o.id = j.order_id
where j.order_id is not null
group by j.order_id, p.cooperative_id, c.commune, c.sector, c.women_only
having bool_or(j.kind = 'placed');
