package transfer

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/audit"
)

// Audit checks that receipts, lines and the books tell the same.
func Audit(ctx context.Context, db *sqlx.DB) ([]audit.Check, error) {
	return audit.Run(ctx, db,
		audit.Query{Name: "transfer: what an attempt has received is the sum of its receipts", SQL: `
			select format('attempt %s: received %s, receipts of %s', a.key, a.received_centimes, coalesce(r.amount, 0))
			from payment_attempts a
			left join lateral (
			    select sum(amount_centimes) as amount from transfer_receipts where attempt_id = a.id and undone_at is null
			) r on true
			where a.provider = 'bank_transfer' and a.received_centimes <> coalesce(r.amount, 0)`},
		audit.Query{Name: "transfer: what was undone of an attempt is the sum of its receipts that were", SQL: `
			select format('attempt %s: undone %s, receipts of %s', a.key, a.undone_centimes, coalesce(r.amount, 0))
			from payment_attempts a
			left join lateral (
			    select sum(amount_centimes) as amount from transfer_receipts where attempt_id = a.id and undone_at is not null
			) r on true
			where a.undone_centimes <> coalesce(r.amount, 0)`},
		audit.Query{Name: "transfer: a receipt is for an attempt by transfer", SQL: `
			select format('receipt %s is for attempt %s by %s', r.id, a.key, a.provider)
			from transfer_receipts r join payment_attempts a on a.id = r.attempt_id where a.provider <> 'bank_transfer'`},
		audit.Query{Name: "transfer: the books have what came less what was given back", SQL: `
			select format('the books have %s, receipts and refunds come to %s', b.amount, r.amount)
			from (
			    select coalesce(sum(case when debit = 'received' then amount_centimes else -amount_centimes end), 0) as amount
			    from ledger_postings where provider = 'bank_transfer' and (debit = 'received') <> (credit = 'received')
			) b,
			(
			    select coalesce((select sum(amount_centimes) from transfer_receipts where undone_at is null), 0)
			        - coalesce((select sum(amount_centimes) from payment_returns where provider = 'bank_transfer'), 0) as amount
			) r
			where b.amount <> r.amount`},
		audit.Query{Name: "transfer: a line is booked by one receipt of its amount, and no other line is", SQL: `
			select format('line %s of %s is %s, its receipt is of %s', l.id, l.amount_centimes, l.state, r.amount_centimes)
			from transfer_lines l left join transfer_receipts r on r.line_id = l.id and r.undone_at is null
			where (l.state = 'booked') <> (r.id is not null) or r.amount_centimes <> l.amount_centimes`},
		audit.Query{Name: "transfer: a line is booked for what its receipt is for", SQL: `
			select format('line %s is for %s, its receipt for %s', l.id, l.reference, i.reference)
			from transfer_lines l join transfer_receipts r on r.line_id = l.id and r.undone_at is null
			join payment_attempts a on a.id = r.attempt_id join payment_intents i on i.id = a.intent_id
			where l.reference is distinct from i.reference`},
		audit.Query{Name: "transfer: a file has counted its lines", SQL: `
			select format('file %s counts %s %s, there are %s', s.id, n.state, n.counted, n.there)
			from transfer_statements s
			cross join lateral (
			    select c.state, c.counted, (select count(*) from transfer_lines where statement_id = s.id and state = c.state) as there
			    from (values ('matched', s.matched_lines), ('asked', s.asked_lines), ('foreign', s.foreign_lines), ('aside', s.aside_lines), ('booked', s.booked_lines))
			        as c (state, counted)
			) n
			where n.counted <> n.there`},
		audit.Query{Name: "transfer: a file that is being booked has its job before it", SQL: `
			select format('file %s', s.id)
			from transfer_statements s
			where s.state = 'booking' and not exists (
			    select from river_job j
			    where j.kind = 'transfer_book' and j.args->>'statement_id' = s.id::text and j.state not in ('cancelled', 'completed', 'discarded'))`},
	)
}
