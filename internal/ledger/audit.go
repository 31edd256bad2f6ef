package ledger

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/audit"
)

// Audit checks that the ledger contradicts neither itself nor sense.
func Audit(ctx context.Context, db *sqlx.DB) ([]audit.Check, error) {
	return audit.Run(ctx, db,
		audit.Query{Name: "ledger: every journal has postings", SQL: `
			select j.reference from journals j
			where not exists (select from postings p where p.journal_id = j.id)`},
		audit.Query{Name: "ledger: accounts are known, and a cooperative's postings name it", SQL: `
			select format('posting %s of account %s, cooperative %s', p.id, a.name, p.cooperative_id)
			from postings p cross join lateral (values (p.debit), (p.credit)) as a (name)
			where case
			    when a.name in ('buyers', 'delivery', 'pending:delivery', 'commission', 'bank')
			        or a.name ~ '^received:[a-z_]+$' then false
			    when a.name ~ '^(pending|payable):[0-9a-f-]{36}$'
			        then p.cooperative_id::text is distinct from split_part(a.name, ':', 2)
			    else true end`},
		// What the association is owed or took in grows by debits, what it owes or earned by credits.
		audit.Query{Name: "ledger: no account but the bank's is below zero", SQL: `
			select format('%s: %s centimes', account, sum(amount))
			from (
			    select debit as account, amount_centimes as amount from postings
			    union all
			    select credit, -amount_centimes from postings
			) as moved
			where account <> 'bank'
			group by account
			having case when account = 'buyers' or account like 'received:%' then sum(amount) else -sum(amount) end < 0`},
	)
}
