package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/audit"
)

// Audit checks that the ledger contradicts neither itself nor sense.
func Audit(ctx context.Context, db *sqlx.DB) ([]audit.Check, error) {
	checks, err := audit.Run(ctx, db,
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
	)
	if err != nil {
		return nil, err
	}
	solvent, err := auditBalances(ctx, db)
	if err != nil {
		return nil, err
	}
	unchanged, err := auditHashes(ctx, db)
	if err != nil {
		return nil, err
	}
	return append(checks, solvent, unchanged), nil
}

func auditBalances(ctx context.Context, db *sqlx.DB) (audit.Check, error) {
	check := audit.Check{Name: "ledger: no account but the bank's is below zero"}
	balances, err := Balances(ctx, db)
	if err != nil {
		return check, err
	}
	for _, account := range slices.Sorted(maps.Keys(balances)) {
		if balance := balances[account]; balance < 0 && account != Bank {
			check.Found(fmt.Sprintf("%s: %s", account, balance))
		}
	}
	return check, nil
}

// auditHashes compares what stands in the ledger with the hash that was written down beside it.
func auditHashes(ctx context.Context, db *sqlx.DB) (audit.Check, error) {
	check := audit.Check{Name: "ledger: every journal is as it was recorded"}
	rows, err := db.QueryContext(ctx, `
		select j.reference, j.kind, j.order_id, j.input_hash,
		       json_agg(json_build_object('debit', p.debit, 'credit', p.credit, 'amount', p.amount_centimes,
		                                  'cooperative_id', p.cooperative_id))
		from journals j join postings p on p.journal_id = j.id
		group by j.id
		order by j.reference`)
	if err != nil {
		return check, fmt.Errorf("ledger: read journals: %w", err)
	}
	defer func() { _ = rows.Close() }() // rows.Err tells
	for rows.Next() {
		var j Journal
		var recorded, list []byte
		if err := rows.Scan(&j.Reference, &j.Kind, &j.OrderID, &recorded, &list); err != nil {
			return check, fmt.Errorf("ledger: read journals: %w", err)
		}
		if err := json.Unmarshal(list, &j.Postings); err != nil {
			return check, fmt.Errorf("ledger: postings of %s: %w", j.Reference, err)
		}
		postings, err := sorted(j.Postings)
		if err != nil {
			return check, fmt.Errorf("ledger: postings of %s: %w", j.Reference, err)
		}
		hash, err := hashOf(j, postings)
		if err != nil {
			return check, fmt.Errorf("ledger: hash of %s: %w", j.Reference, err)
		}
		if !slices.Equal(hash, recorded) {
			check.Found(j.Reference)
		}
	}
	if err := rows.Err(); err != nil {
		return check, fmt.Errorf("ledger: read journals: %w", err)
	}
	return check, nil
}
