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
		audit.Query{Name: "settlement: every payout left the bank once", SQL: `
			select format('payout %s of %s centimes: %s centimes left the bank, in %s postings',
			              t.id, t.amount_centimes, coalesce(p.amount, 0), p.postings)
			from payouts t
			cross join lateral (
			    select count(*) as postings,
			           sum(p.amount_centimes) filter (where p.debit = 'payable:' || t.cooperative_id and p.credit = 'bank') as amount
			    from journals j join postings p on p.journal_id = j.id
			    where j.reference = 'payout:' || t.id) p
			where p.postings <> 1 or p.amount is distinct from t.amount_centimes`},
		audit.Query{Name: "settlement: money moves for an order or as a payout", SQL: `
			select format('journal %s', j.reference)
			from journals j
			where j.order_id is null and not exists (select from payouts t where j.reference = 'payout:' || t.id)`},
	)
}
