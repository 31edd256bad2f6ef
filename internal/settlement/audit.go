package settlement

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/audit"
)

// Audit checks that payouts and the ledger tell the same. (That no cooperative has been paid more
// than it was owed is the ledger's own check: no account below zero. What moves for an order is
// package order's to check.)
func Audit(ctx context.Context, db *sqlx.DB) ([]audit.Check, error) {
	return audit.Run(ctx, db,
		audit.Query{Name: "settlement: every payout left the bank once, or was asked of its provider", SQL: `
			select format('payout %s of %s centimes: %s centimes left, in %s postings',
			              t.id, t.amount_centimes, coalesce(p.amount, 0), p.postings)
			from payouts t
			cross join lateral (
			    select count(*) filter (where (p.debit, p.credit, p.cooperative_id) <> ('payable', 'cooperative_owes', t.cooperative_id)) as postings,
			           sum(p.amount_centimes) filter (where p.debit = 'payable' and p.credit = case t.provider when '' then 'bank' else 'in_transit' end and p.cooperative_id = t.cooperative_id) as amount
			    from ledger_journals j join ledger_postings p on p.journal_id = j.id
			    where j.payout_id = t.id and j.kind = '` + journalPayout + `') p
			where p.postings <> 1 or p.amount is distinct from t.amount_centimes`},
		audit.Query{Name: "settlement: every payout that was undone came back once", SQL: `
			select format('payout %s of %s centimes: %s centimes came back, in %s postings',
			              t.id, t.amount_centimes, coalesce(p.amount, 0), p.postings)
			from payout_reversals r
			join payouts t on t.id = r.payout_id
			cross join lateral (
			    select count(*) filter (where (p.debit, p.credit, p.cooperative_id) <> ('cooperative_owes', 'payable', t.cooperative_id)) as postings,
			           sum(p.amount_centimes) filter (where p.debit = case t.provider when '' then 'bank' else 'in_transit' end and p.credit = 'payable' and p.cooperative_id = t.cooperative_id) as amount
			    from ledger_journals j join ledger_postings p on p.journal_id = j.id
			    where j.payout_id = t.id and j.kind = '` + journalUndone + `') p
			where p.postings <> 1 or p.amount is distinct from t.amount_centimes`},
		audit.Query{Name: "settlement: what was set off with a payout that was undone is owed again", SQL: `
			select format('payout %s: set off less what is owed again %s centimes', r.payout_id, sum(m.amount))
			from payout_reversals r
			join ledger_movements m on m.payout_id = r.payout_id and m.account = 'cooperative_owes'
			group by r.payout_id having sum(m.amount) <> 0`},
		audit.Query{Name: "settlement: a provider's payout arrived once if the provider has paid it, and is undone if it refused", SQL: `
			select format('payout %s of %s centimes, %s: %s centimes arrived, undone: %s', t.id, t.amount_centimes, coalesce(n.state, 'unknown'), p.amount, r.payout_id is not null)
			from payouts t
			left join payment_payouts_now n on n.id = t.id and n.provider = t.provider and n.amount_centimes = t.amount_centimes
			left join payout_reversals r on r.payout_id = t.id
			cross join lateral (
			    select coalesce(sum(p.amount_centimes), 0) as amount
			    from ledger_journals j join ledger_postings p on p.journal_id = j.id
			    where j.payout_id = t.id and j.kind = '` + journalArrived + `' and p.debit = 'in_transit' and p.credit = 'received'
			      and p.cooperative_id = t.cooperative_id and p.provider = t.provider) p
			where t.provider <> ''
			  and (n.id is null or p.amount <> case n.state when 'succeeded' then t.amount_centimes else 0 end or (n.state = 'failed') <> (r.payout_id is not null))`},
		audit.Query{Name: "settlement: what providers took back of payouts came back to them, and is owed by or to the cooperatives", SQL: `
			select format('payout %s: %s centimes taken back, %s posted, %s off what is owed', t.id, n.recalled_centimes, p.received, p.cooperative)
			from payouts t join payment_payouts_now n on n.id = t.id
			cross join lateral (
			    select coalesce(sum(p.amount_centimes) filter (where p.debit = 'received' and p.credit = 'in_transit' and p.provider = t.provider), 0) as received,
			           coalesce(sum(p.amount_centimes) filter (where p.debit = 'in_transit' and p.credit in ('cooperative_owes', 'payable')), 0) as cooperative
			    from ledger_journals j join ledger_postings p on p.journal_id = j.id
			    where j.payout_id = t.id and j.kind = '` + journalRecalled + `' and p.cooperative_id = t.cooperative_id) p
			where t.provider <> '' and (p.received <> n.recalled_centimes or p.cooperative <> n.recalled_centimes)`},
		audit.Query{Name: "settlement: what is in transit is what providers are asked to pay and have not answered", SQL: `
			select format('cooperative %s: %s centimes in transit, asked for %s', cooperative_id, coalesce(b.amount, 0), coalesce(p.amount, 0))
			from (select cooperative_id, credits - debits as amount from ledger_balances where account = 'in_transit' and credits <> debits) b
			full join (
			    select t.cooperative_id, sum(n.amount_centimes) as amount
			    from payouts t join payment_payouts_now n on n.id = t.id where n.state = 'pending' group by t.cooperative_id) p using (cooperative_id)
			where coalesce(b.amount, 0) <> coalesce(p.amount, 0)`},
		audit.Query{Name: "settlement: providers pay what was asked of them", SQL: `
			select format('payout %s of %s centimes', n.id, n.amount_centimes)
			from payment_payouts_now n where not exists (select from payouts t where t.id = n.id and t.provider = n.provider)`},
		audit.Query{Name: "settlement: of a cooperative's payouts under one bank reference, only the last may stand", SQL: `
			select format('payout %s, attempt %s under «%s»', t.id, t.attempt, t.reference)
			from payouts t
			where not exists (select from payout_reversals r where r.payout_id = t.id)
			  and exists (
			      select from payouts l
			      where l.cooperative_id = t.cooperative_id and l.reference = t.reference and l.attempt > t.attempt)`},
		// It was earned after all that its cooperative has been paid, so nothing can have paid it. What else came to be owed
		// since, but for what was earned later or a bank sent back, may be of orders that were earned before: nothing is said then.
		audit.Query{Name: "settlement: what is disputed, and was earned after the last payout that stands, is frozen", SQL: `
			select format('order %s: cooperative %s is owed %s, %s of it earned later', f.order_id, f.cooperative_id, b.credits - b.debits, l.later)
			from frozen_parts f
			cross join lateral (
			    select min(p.at) as since from ledger_journals j join ledger_postings p on p.journal_id = j.id
			    where j.order_id = f.order_id and p.cooperative_id = f.cooperative_id and ` + earning + `) e
			join ledger_balances b on b.account = 'payable' and b.cooperative_id = f.cooperative_id
			cross join lateral (
			    select coalesce(sum(o.amount) filter (where o.order_id = f.order_id), 0) as own, coalesce(sum(greatest(o.amount, 0)) filter (where o.order_id <> f.order_id), 0) as later
			    from (
			        select j.order_id, sum(` + changed + `) as amount
			        from ledger_postings p join ledger_journals j on j.id = p.journal_id
			        where p.cooperative_id = f.cooperative_id and p.at >= e.since and j.order_id is not null and ` + ofStatement + `
			        group by j.order_id having bool_or(` + earning + `)) o) l
			where f.amount_centimes = 0 and l.own > 0 and b.credits - b.debits > l.later
			  and not exists (
			      select from payouts t where t.cooperative_id = f.cooperative_id and t.at >= e.since and not exists (select from payout_reversals where payout_id = t.id))
			  and not exists (
			      select from ledger_postings p join ledger_journals j on j.id = p.journal_id left join payouts t on t.id = j.payout_id
			      where p.cooperative_id = f.cooperative_id and p.at >= e.since and p.credit = 'payable' and not (` + earning + `)
			        and j.order_id is distinct from f.order_id and t.provider is distinct from '')`},
		audit.Query{Name: "settlement: by how much each day changed what is owed is the sum of its postings", SQL: `
			select format('cooperative %s on %s: carried %s, posted %s', cooperative_id, day, d.change, n.change)
			from statement_days d full join statement_days_now n using (cooperative_id, day)
			where d.change is distinct from n.change`},
		audit.Query{Name: "settlement: where all stand is the sum of where each does", SQL: `
			select format('of women only (%s): carried %s, each %s', women_only, to_jsonb(c) - 'women_only', to_jsonb(n) - 'women_only')
			from (
			    select women_only, sum(unconfirmed) as unconfirmed, sum(again) as again, sum(owed) as owed, sum(unbanked) as unbanked, sum(unbanked_due) as due
			    from standing_changes group by women_only) c
			full join (
			    select women_only, sum(unconfirmed) as unconfirmed, sum(again) as again, sum(owed) as owed, sum(unbanked) as unbanked, sum(unbanked_due) as due
			    from standing_now group by women_only) n using (women_only)
			where (coalesce(c.unconfirmed, 0), coalesce(c.again, 0), coalesce(c.owed, 0), coalesce(c.unbanked, 0), coalesce(c.due, 0))
			   <> (coalesce(n.unconfirmed, 0), coalesce(n.again, 0), coalesce(n.owed, 0), coalesce(n.unbanked, 0), coalesce(n.due, 0))`},
		audit.Query{Name: "settlement: what each has in orders that nobody has confirmed is what these say", SQL: `
			select format('cooperative %s: carried %s, there are %s', cooperative_id, c.amount, n.amount)
			from (select cooperative_id, sum(amount) as amount from unconfirmed_changes group by cooperative_id) c
			full join (select cooperative_id, unconfirmed as amount from standing_now where unconfirmed <> 0) n using (cooperative_id)
			where coalesce(c.amount, 0) <> coalesce(n.amount, 0)`},
		audit.Query{Name: "settlement: what is asked about bank accounts is what is known of them", SQL: `
			select format('cooperative %s: asked %s, known %s', cooperative_id, to_jsonb(q), to_jsonb(n))
			from account_questions q full join account_questions_now n using (cooperative_id)
			where (q.changed_at, q.proven, q.due) is distinct from (n.changed_at, n.proven, n.due)
			  and not (q.cooperative_id is null and n.proven)`},
		audit.Query{Name: "settlement: money moves for an order, as a payout, back from one that was undone, or off what a cooperative owes", SQL: `
			select format('journal %s', j.reference)
			from ledger_journals j
			where j.order_id is null
			  and not (j.kind = '` + journalPayout + `' and exists (select from payouts t where t.id = j.payout_id))
			  and not (j.kind in ('` + journalArrived + `', '` + journalRecalled + `') and exists (select from payouts t where t.id = j.payout_id and t.provider <> ''))
			  and not (j.kind = '` + journalUndone + `' and exists (select from payout_reversals r where r.payout_id = j.payout_id))
			  and exists (
			      select from ledger_postings p
			      where p.journal_id = j.id and (p.debit, p.credit) not in (
			          ('received', 'cooperative_owes'), ('received', 'carriers_hold'), ('bank', 'received'), -- of cash, which package order checks
			          ('payable', 'cooperative_owes'), ('bank', 'cooperative_owes'), ('cooperative_owes', 'payable'), ('cooperative_owes', 'bank')))`},
		// What was wrong is reversed by another journal. One that reverses more makes money out of nothing.
		audit.Query{Name: "settlement: no more is reversed than was set off against what a cooperative owes, or than it brought", SQL: `
			select format('cooperative %s: %s centimes more, against %s', p.cooperative_id, -sum(m.amount), m.against)
			from ledger_postings p join ledger_journals j on j.id = p.journal_id
			cross join lateral (values (p.debit, p.credit, p.amount_centimes), (p.credit, p.debit, -p.amount_centimes)) m (against, account, amount)
			where m.account = 'cooperative_owes' and m.against in ('payable', 'bank') and j.kind <> 'fee_borne' -- which package order checks
			group by p.cooperative_id, m.against having sum(m.amount) < 0`},
		// Whatever else comes to one of them would be shown as set off.
		audit.Query{Name: "settlement: what is owed and commission were sold, what is owed is paid out, is commission or is set off against what its cooperative owes, and commission lets buyers off, or no more", SQL: `
			select format('posting %s of journal %s from %s to %s', p.id, j.reference, p.credit, p.debit)
			from ledger_postings p join ledger_journals j on j.id = p.journal_id
			cross join lateral (values (p.debit, p.credit), (p.credit, p.debit)) m (account, against)
			where m.account = 'payable' and m.against not in ('held', 'pending', 'bank', 'in_transit', 'commission', 'cooperative_owes')
			   or m.account = 'commission' and m.against not in ('held', 'pending', 'payable')
			      and not (m.against = 'refunds_due' and (j.adjustment_id is not null or p.credit = 'commission' and j.kind = 'cancelled'))`},
	)
}
