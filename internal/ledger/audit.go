package ledger

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/audit"
	"github.com/souk-taawon/souk/internal/money"
)

// Audit checks that the ledger contradicts neither itself nor sense.
func Audit(ctx context.Context, db *sqlx.DB) ([]audit.Check, error) {
	checks, err := audit.Run(ctx, db,
		audit.Query{Name: "ledger: every journal has postings", SQL: `
			select j.reference from journals j
			where not exists (select from postings p where p.journal_id = j.id)`},
		audit.Query{Name: "ledger: a posting names the cooperative and the provider of its accounts, and no other", SQL: `
			select format('posting %s from %s to %s, cooperative %s, provider «%s»', p.id, p.credit, p.debit, p.cooperative_id, p.provider)
			from postings p
			left join ledger_accounts d on d.account = p.debit
			left join ledger_accounts c on c.account = p.credit
			where d.account is null or c.account is null
			   or (p.cooperative_id is not null) <> ('cooperative' in (d.subject, c.subject))
			   or (p.provider <> '') <> ('provider' in (d.subject, c.subject))`},
		audit.Query{Name: "ledger: the balances that are carried are the sums of all postings", SQL: `
			select format('%s of %s %s: carried %s, posted %s', account, cooperative_id, provider, to_jsonb(b), to_jsonb(s))
			from (
			    select account, cooperative_id, provider, sum(debits) as debits, sum(credits) as credits,
			           sum(against_held) as against_held, sum(against_bank) as against_bank
			    from balances group by account, cooperative_id, provider) b
			full join ledger_sums s using (account, cooperative_id, provider)
			where (coalesce(b.debits, 0), coalesce(b.credits, 0), coalesce(b.against_held, 0), coalesce(b.against_bank, 0))
			   <> (coalesce(s.debits, 0), coalesce(s.credits, 0), coalesce(s.against_held, 0), coalesce(s.against_bank, 0))`},
		audit.Query{Name: "ledger: the totals that are carried are the sums of the cooperatives' balances", SQL: `
			select format('%s of cooperatives of women only (%s): carried %s, the balances are %s', account, women_only, to_jsonb(t), to_jsonb(n))
			from ledger_totals t full join account_totals_now n using (account, women_only)
			where (coalesce(t.debits, 0), coalesce(t.credits, 0), coalesce(t.against_held, 0), coalesce(t.against_bank, 0))
			   <> (coalesce(n.debits, 0), coalesce(n.credits, 0), coalesce(n.against_held, 0), coalesce(n.against_bank, 0))`},
		// Statements are read by it.
		audit.Query{Name: "ledger: a posting is of its journal's time", SQL: `
			select format('posting %s of %s: its journal is of %s', p.id, p.at, j.at)
			from postings p join journals j on j.id = p.journal_id where p.at <> j.at`},
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

// auditBalances finds what was taken from an account that had not so much. The association may put money of its own where
// a means of payment has too little of it, to give back what was paid by another, and let buyers off more than its
// commission.
func auditBalances(ctx context.Context, db *sqlx.DB) (audit.Check, error) {
	check := audit.Check{Name: "ledger: no account but those of money, commission and rounding is below zero"}
	balances, err := Balances(ctx, db)
	if err != nil {
		return check, err
	}
	byName := func(a, b Account) int { return cmp.Compare(a.String(), b.String()) }
	for _, account := range slices.SortedFunc(maps.Keys(balances), byName) {
		if balance := balances[account]; balance < 0 && account.Kind != received && account != Bank && account != Commission && account != Rounding {
			check.Found(fmt.Sprintf("%s: %s", account, balance))
		}
	}
	return check, nil
}

// auditHashes compares what stands in the ledger with the hash that was written down beside it.
func auditHashes(ctx context.Context, db *sqlx.DB) (audit.Check, error) {
	check := audit.Check{Name: "ledger: every journal is as it was recorded"}
	rows, err := db.QueryxContext(ctx, `
		select j.reference, j.kind, j.order_id, j.part_id, j.payment_id, j.refund_id, j.adjustment_id, j.payout_id, j.input_hash, j.hash_version,
		       json_agg(json_build_object('debit', p.debit, 'credit', p.credit, 'amount', p.amount_centimes,
		                                  'cooperative_id', p.cooperative_id, 'provider', p.provider)) as postings
		from journals j join postings p on p.journal_id = j.id
		group by j.id
		order by j.reference`)
	if err != nil {
		return check, fmt.Errorf("ledger: read journals: %w", err)
	}
	defer func() { _ = rows.Close() }() // rows.Err tells
	for rows.Next() {
		var row journalRow
		if err := rows.StructScan(&row); err != nil {
			return check, fmt.Errorf("ledger: read journals: %w", err)
		}
		unchanged, err := row.unchanged()
		if err != nil {
			return check, fmt.Errorf("ledger: journal %s: %w", row.Reference, err)
		}
		if !unchanged {
			check.Found(row.Reference)
		}
	}
	if err := rows.Err(); err != nil {
		return check, fmt.Errorf("ledger: read journals: %w", err)
	}
	return check, nil
}

// journalRow is a journal as it stands in the database.
type journalRow struct {
	Reference    string
	Kind         string
	OrderID      *uuid.UUID `db:"order_id"`
	PartID       *uuid.UUID `db:"part_id"`
	PaymentID    *uuid.UUID `db:"payment_id"`
	RefundID     *uuid.UUID `db:"refund_id"`
	AdjustmentID *uuid.UUID `db:"adjustment_id"`
	PayoutID     *uuid.UUID `db:"payout_id"`
	Hash         []byte     `db:"input_hash"`
	Version      int        `db:"hash_version"`
	Postings     []byte
}

// unchanged reports whether its hash is that of what stands there.
func (r journalRow) unchanged() (bool, error) {
	var rows []struct {
		Debit, Credit Kind
		Amount        money.Amount
		CooperativeID uuid.UUID `json:"cooperative_id"`
		Provider      string
	}
	if err := json.Unmarshal(r.Postings, &rows); err != nil {
		return false, err
	}
	postings := make([]Posting, len(rows))
	for i, row := range rows {
		account := func(k Kind) Account {
			a := Account{Kind: k}
			switch chart[k].Subject {
			case Cooperative:
				a.Cooperative = row.CooperativeID
			case Provider:
				a.Provider = row.Provider
			}
			return a
		}
		postings[i] = Posting{Debit: account(row.Debit), Credit: account(row.Credit), Amount: row.Amount}
	}
	if postings, err := sorted(postings); err == nil { // else it was not recorded so
		hash, err := hashOf(Journal{
			Kind: r.Kind, OrderID: r.OrderID, PartID: r.PartID, PaymentID: r.PaymentID, RefundID: r.RefundID, AdjustmentID: r.AdjustmentID,
			PayoutID: r.PayoutID,
		}, postings, r.Version)
		return slices.Equal(hash, r.Hash), err
	}
	return false, nil
}
