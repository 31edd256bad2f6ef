package settlement

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/audit"
)

// Audit checks that payouts and the ledger tell the same. (That no cooperative has been paid more
// than it was owed is the ledger's own check: no account below zero.)
func Audit(ctx context.Context, db *sqlx.DB) ([]audit.Check, error) {
	return audit.Run(ctx, db,
		audit.Query{Name: "settlement: every payout left the bank once", SQL: `
			select format('payout %s of %s centimes: %s centimes left the bank', t.id, t.amount_centimes, coalesce(p.amount, 0))
			from payouts t
			left join lateral (
			    select sum(p.amount_centimes) as amount
			    from journals j join postings p on p.journal_id = j.id
			    where j.reference = 'payout:' || t.id
			      and p.debit = 'payable:' || t.cooperative_id and p.credit = 'bank') p on true
			where p.amount is distinct from t.amount_centimes`},
		audit.Query{Name: "settlement: nothing left the bank for a cooperative without a payout", SQL: `
			select format('journal %s', j.reference)
			from postings p join journals j on j.id = p.journal_id
			where p.credit = 'bank' and starts_with(p.debit, 'payable:')
			  and not exists (select from payouts t where j.reference = 'payout:' || t.id)`},
	)
}
