package ledger

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
)

// Posting moves Amount from Credit to Debit.
type Posting struct {
	Debit         Account      `json:"debit"`
	Credit        Account      `json:"credit"`
	Amount        money.Amount `json:"amount"`                   // not negative; a posting of zero is left out
	CooperativeID *uuid.UUID   `json:"cooperative_id,omitempty"` // whose sale, commission or payout it is
}

// Journal is one thing that happened to money.
type Journal struct {
	Reference string     // names it for good, such as «order:<id>:placed»
	Kind      string     // what sort of thing, such as «placed»
	OrderID   *uuid.UUID // the order that it belongs to, if any
	At        time.Time
	Postings  []Posting
}

// ErrConflict says that another journal was recorded under the same reference.
var ErrConflict = fault.New(fault.Conflict, "ledger.conflict")

// RecordTx writes a journal in the transaction that causes it. Recording the same journal again
// (whatever its time) changes nothing; another one under the same reference is ErrConflict, after
// which the transaction has to be rolled back.
func RecordTx(ctx context.Context, tx *sqlx.Tx, j Journal) error {
	postings, err := sorted(j.Postings)
	if err != nil {
		return fmt.Errorf("ledger: %s: %w", j.Reference, err)
	}
	hash, err := hashOf(j, postings)
	if err != nil {
		return fmt.Errorf("ledger: %s: %w", j.Reference, err)
	}
	ids := make([]uuid.UUID, len(postings))
	debits := make([]string, len(postings))
	credits := make([]string, len(postings))
	amounts := make([]int64, len(postings))
	cooperatives := make([]uuid.NullUUID, len(postings))
	for i, p := range postings {
		ids[i], debits[i], credits[i], amounts[i] = postgres.NewID(), string(p.Debit), string(p.Credit), int64(p.Amount)
		if p.CooperativeID != nil {
			cooperatives[i] = uuid.NullUUID{UUID: *p.CooperativeID, Valid: true}
		}
	}
	result, err := tx.ExecContext(ctx, `
		with journal as (
		    insert into journals (id, reference, input_hash, kind, order_id, at)
		    values ($1, $2, $3, $4, $5, $6)
		    on conflict on constraint journals_reference_key do nothing
		    returning id
		)
		insert into postings (id, journal_id, debit, credit, amount_centimes, cooperative_id)
		select p.id, journal.id, p.debit, p.credit, p.amount, p.cooperative_id
		from journal,
		     unnest($7::uuid[], $8::text[], $9::text[], $10::bigint[], $11::uuid[])
		         as p (id, debit, credit, amount, cooperative_id)`,
		postgres.NewID(), j.Reference, hash, j.Kind, j.OrderID, j.At,
		pq.Array(ids), pq.Array(debits), pq.Array(credits), pq.Array(amounts), pq.Array(cooperatives))
	if err != nil {
		return fmt.Errorf("ledger: record %s: %w", j.Reference, err)
	}
	written, err := result.RowsAffected()
	if err != nil {
		return fmt.Errorf("ledger: record %s: %w", j.Reference, err)
	}
	if written == int64(len(postings)) {
		return nil
	}
	var before []byte
	err = tx.GetContext(ctx, &before, `select input_hash from journals where reference = $1`, j.Reference)
	if err != nil {
		return fmt.Errorf("ledger: read %s again: %w", j.Reference, err)
	}
	if !slices.Equal(before, hash) {
		return ErrConflict.Wrap(fmt.Errorf("ledger: %s was recorded with other postings", j.Reference))
	}
	return nil
}

// Reversed gives the postings that undo these.
func Reversed(postings []Posting) []Posting {
	undo := make([]Posting, len(postings))
	for i, p := range postings {
		p.Debit, p.Credit = p.Credit, p.Debit
		undo[i] = p
	}
	return undo
}

// sorted checks the postings, leaves out those of zero and puts the rest into an order of their
// own, so that the same journal gives the same hash.
func sorted(postings []Posting) ([]Posting, error) {
	kept := make([]Posting, 0, len(postings))
	for _, p := range postings {
		switch {
		case p.Amount < 0:
			return nil, fmt.Errorf("posting of %s from %s to %s", p.Amount, p.Credit, p.Debit)
		case p.Amount > 0:
			kept = append(kept, p)
		}
	}
	if len(kept) == 0 {
		return nil, errors.New("no postings")
	}
	slices.SortStableFunc(kept, func(a, b Posting) int {
		return cmp.Or(cmp.Compare(a.Debit, b.Debit), cmp.Compare(a.Credit, b.Credit), cmp.Compare(a.Amount, b.Amount))
	})
	return kept, nil
}

// hashOf is the SHA-256 of everything in a journal that a repetition has to have in common with it.
func hashOf(j Journal, postings []Posting) ([]byte, error) {
	input, err := json.Marshal(struct {
		Kind     string
		OrderID  *uuid.UUID
		Postings []Posting
	}{j.Kind, j.OrderID, postings})
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(input)
	return sum[:], nil
}
