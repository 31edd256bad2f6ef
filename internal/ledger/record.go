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
	Debit  Account
	Credit Account
	Amount money.Amount // not negative; a posting of zero is left out
}

// Cooperative is whose sale, commission or payout it is; nil: nobody's in particular.
func (p Posting) Cooperative() *uuid.UUID {
	switch {
	case p.Debit.Cooperative != uuid.Nil:
		return &p.Debit.Cooperative
	case p.Credit.Cooperative != uuid.Nil:
		return &p.Credit.Cooperative
	}
	return nil
}

// valid reports whether both accounts can be, of one subject at most, so that the posting's row can name it.
func (p Posting) valid() bool {
	one := func(a, b string) bool { return a == "" || b == "" || a == b }
	d, c := p.Debit, p.Credit
	return d.valid() && c.valid() && one(d.Provider, c.Provider) &&
		(d.Cooperative == uuid.Nil || c.Cooperative == uuid.Nil || d.Cooperative == c.Cooperative)
}

// Journal is one thing that happened to money, and what it is about.
type Journal struct {
	Reference string     // names it for good, such as «order:<id>:placed»
	Kind      string     // what sort of thing, such as «placed»
	OrderID   *uuid.UUID // the order that it belongs to, if any,
	PartID    *uuid.UUID // and the part of it, if it is about one alone
	PaymentID *uuid.UUID // the payment that it is about, if any
	PayoutID  *uuid.UUID // the payout that it is about, if any
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
	hash, err := hashOf(j, postings, hashVersion)
	if err != nil {
		return fmt.Errorf("ledger: %s: %w", j.Reference, err)
	}
	ids := make([]uuid.UUID, len(postings))
	debits, credits, providers := make([]string, len(postings)), make([]string, len(postings)), make([]string, len(postings))
	amounts := make([]int64, len(postings))
	cooperatives := make([]uuid.NullUUID, len(postings))
	for i, p := range postings {
		ids[i], debits[i], credits[i], amounts[i] = postgres.NewID(), string(p.Debit.Kind), string(p.Credit.Kind), int64(p.Amount)
		providers[i] = cmp.Or(p.Debit.Provider, p.Credit.Provider)
		if of := p.Cooperative(); of != nil {
			cooperatives[i] = uuid.NullUUID{UUID: *of, Valid: true}
		}
	}
	result, err := tx.ExecContext(ctx, `
		with journal as (
		    insert into journals (id, reference, input_hash, hash_version, kind, order_id, part_id, payment_id, payout_id, at)
		    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		    on conflict on constraint journals_reference_key do nothing
		    returning id
		)
		insert into postings (id, journal_id, debit, credit, amount_centimes, cooperative_id, provider)
		select p.id, journal.id, p.debit, p.credit, p.amount, p.cooperative_id, p.provider
		from journal,
		     unnest($11::uuid[], $12::text[], $13::text[], $14::bigint[], $15::uuid[], $16::text[])
		         as p (id, debit, credit, amount, cooperative_id, provider)`,
		postgres.NewID(), j.Reference, hash, hashVersion, j.Kind, j.OrderID, j.PartID, j.PaymentID, j.PayoutID, j.At,
		pq.Array(ids), pq.Array(debits), pq.Array(credits), pq.Array(amounts), pq.Array(cooperatives), pq.Array(providers))
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
	var before struct {
		Hash    []byte `db:"input_hash"`
		Version int    `db:"hash_version"`
	}
	err = tx.GetContext(ctx, &before, `select input_hash, hash_version from journals where reference = $1`, j.Reference)
	if err != nil {
		return fmt.Errorf("ledger: read %s again: %w", j.Reference, err)
	}
	if hash, err = hashOf(j, postings, before.Version); err != nil {
		return fmt.Errorf("ledger: %s: %w", j.Reference, err)
	}
	if !slices.Equal(before.Hash, hash) {
		return ErrConflict.Wrap(fmt.Errorf("ledger: %s was recorded with other postings", j.Reference))
	}
	return nil
}

// Recorded reports whether a journal was recorded under that reference.
func Recorded(ctx context.Context, tx *sqlx.Tx, reference string) (bool, error) {
	var recorded bool
	err := tx.GetContext(ctx, &recorded, `select exists (select from journals where reference = $1)`, reference)
	if err != nil {
		return false, fmt.Errorf("ledger: is %s recorded: %w", reference, err)
	}
	return recorded, nil
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
		case p.Amount < 0 || !p.valid():
			return nil, fmt.Errorf("posting of %s from %s to %s", p.Amount, p.Credit, p.Debit)
		case p.Amount > 0:
			kept = append(kept, p)
		}
	}
	if len(kept) == 0 {
		return nil, errors.New("no postings")
	}
	slices.SortStableFunc(kept, func(a, b Posting) int {
		return cmp.Or(cmp.Compare(a.Debit.String(), b.Debit.String()), cmp.Compare(a.Credit.String(), b.Credit.String()),
			cmp.Compare(a.Amount, b.Amount))
	})
	return kept, nil
}

// hashVersion is what the hashes of new journals cover. Those of the first version covered neither the part
// nor the payment nor the payout, which their rows did not name yet.
const hashVersion = 2

// hashOf is the SHA-256 of everything in a journal that a repetition has to have in common with it.
func hashOf(j Journal, postings []Posting, version int) ([]byte, error) {
	type moved struct {
		Debit         string       `json:"debit"`
		Credit        string       `json:"credit"`
		Amount        money.Amount `json:"amount"`
		CooperativeID *uuid.UUID   `json:"cooperative_id,omitempty"`
	}
	if version == 1 {
		j.PartID, j.PaymentID, j.PayoutID = nil, nil, nil
	}
	written := make([]moved, len(postings))
	for i, p := range postings {
		written[i] = moved{p.Debit.String(), p.Credit.String(), p.Amount, p.Cooperative()}
	}
	input, err := json.Marshal(struct {
		Kind      string
		OrderID   *uuid.UUID
		PartID    *uuid.UUID `json:",omitempty"`
		PaymentID *uuid.UUID `json:",omitempty"`
		PayoutID  *uuid.UUID `json:",omitempty"`
		Postings  []moved
	}{j.Kind, j.OrderID, j.PartID, j.PaymentID, j.PayoutID, written})
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(input)
	return sum[:], nil
}
