package ledger

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
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
	return cmp.Or(p.Debit.cooperative(), p.Credit.cooperative())
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
	Reference    string     // names it for good, such as «order:<id>:placed»; nothing else is read from it
	Kind         string     // what sort of thing, such as «placed»
	OrderID      *uuid.UUID // the order that it belongs to, if any,
	PartID       *uuid.UUID // and the part of it, if it is about one alone
	PaymentID    *uuid.UUID // the attempt to pay that the money came by, if any,
	RefundID     *uuid.UUID // and the refund by which it goes back
	AdjustmentID *uuid.UUID // the adjustment of the order that it is about, if any
	PayoutID     *uuid.UUID // the payout that it is about, if any
	At           time.Time
	Postings     []Posting
}

var (
	// ErrConflict says that another journal was recorded under the same reference.
	ErrConflict = fault.New(fault.Conflict, "ledger.conflict")
	// ErrOverdrawn says that more would be taken from what is pending for, held for or owed to a cooperative
	// than there is.
	ErrOverdrawn = fault.New(fault.Conflict, "ledger.overdrawn")
)

// RecordTx writes journals, however many in one statement, in the transaction that causes them. Recording the
// same journal again (whatever its time) changes nothing; another one under the same reference is ErrConflict,
// after which the transaction has to be rolled back, as after ErrOverdrawn.
func RecordTx(ctx context.Context, tx *sqlx.Tx, journals ...Journal) error {
	var rows struct {
		ids, orders, parts, payments, refunds, adjustments, payouts []uuid.NullUUID
		references, kinds                                           []string
		hashes                                                      [][]byte
		ats                                                         []time.Time
	}
	var posted struct {
		ids, journals, cooperatives []uuid.NullUUID
		debits, credits, providers  []string
		amounts                     []int64
	}
	known := make(map[string][]Posting, len(journals)) // what is written, by reference
	for _, j := range journals {
		postings, err := sorted(j.Postings)
		if err != nil {
			return fmt.Errorf("ledger: %s: %w", j.Reference, err)
		}
		hash, err := hashOf(j, postings, hashVersion)
		if err != nil {
			return fmt.Errorf("ledger: %s: %w", j.Reference, err)
		}
		known[j.Reference] = postings
		id := postgres.NewID()
		rows.ids = append(rows.ids, nullable(&id))
		rows.references, rows.hashes = append(rows.references, j.Reference), append(rows.hashes, hash)
		rows.kinds, rows.ats = append(rows.kinds, j.Kind), append(rows.ats, j.At)
		rows.orders, rows.parts = append(rows.orders, nullable(j.OrderID)), append(rows.parts, nullable(j.PartID))
		rows.payments, rows.refunds = append(rows.payments, nullable(j.PaymentID)), append(rows.refunds, nullable(j.RefundID))
		rows.adjustments, rows.payouts = append(rows.adjustments, nullable(j.AdjustmentID)), append(rows.payouts, nullable(j.PayoutID))
		for _, p := range postings {
			postingID := postgres.NewID()
			posted.ids, posted.journals = append(posted.ids, nullable(&postingID)), append(posted.journals, nullable(&id))
			posted.debits, posted.credits = append(posted.debits, string(p.Debit.Kind)), append(posted.credits, string(p.Credit.Kind))
			posted.amounts, posted.cooperatives = append(posted.amounts, int64(p.Amount)), append(posted.cooperatives, nullable(p.Cooperative()))
			posted.providers = append(posted.providers, cmp.Or(p.Debit.Provider, p.Credit.Provider))
		}
	}
	result, err := tx.ExecContext(ctx, `
		with written as (
		    insert into journals (id, reference, input_hash, hash_version, kind, order_id, part_id, payment_id, payout_id, at, refund_id, adjustment_id)
		    select id, reference, hash, $4, kind, order_id, part_id, payment_id, payout_id, at, refund_id, adjustment_id
		    from unnest($1::uuid[], $2::text[], $3::bytea[], $5::text[], $6::uuid[], $7::uuid[], $8::uuid[], $9::uuid[], $10::timestamptz[],
		                $18::uuid[], $19::uuid[])
		        as j (id, reference, hash, kind, order_id, part_id, payment_id, payout_id, at, refund_id, adjustment_id)
		    on conflict on constraint journals_reference_key do nothing
		    returning id, at
		)
		insert into postings (id, journal_id, debit, credit, amount_centimes, cooperative_id, provider, at)
		select p.id, written.id, p.debit, p.credit, p.amount, p.cooperative_id, p.provider, written.at
		from written
		join unnest($11::uuid[], $12::uuid[], $13::text[], $14::text[], $15::bigint[], $16::uuid[], $17::text[])
		    as p (id, journal_id, debit, credit, amount, cooperative_id, provider) on p.journal_id = written.id`,
		pq.Array(rows.ids), pq.Array(rows.references), pq.Array(rows.hashes), hashVersion, pq.Array(rows.kinds),
		pq.Array(rows.orders), pq.Array(rows.parts), pq.Array(rows.payments), pq.Array(rows.payouts), pq.Array(rows.ats),
		pq.Array(posted.ids), pq.Array(posted.journals), pq.Array(posted.debits), pq.Array(posted.credits),
		pq.Array(posted.amounts), pq.Array(posted.cooperatives), pq.Array(posted.providers),
		pq.Array(rows.refunds), pq.Array(rows.adjustments))
	if postgres.Violates(err, "balances_not_overdrawn") {
		return ErrOverdrawn.Wrap(err)
	}
	if err != nil {
		return fmt.Errorf("ledger: record %s: %w", strings.Join(rows.references, ", "), err)
	}
	written, err := result.RowsAffected()
	if err != nil {
		return fmt.Errorf("ledger: record %s: %w", strings.Join(rows.references, ", "), err)
	}
	if written == int64(len(posted.ids)) {
		return nil
	}
	return checkRecorded(ctx, tx, journals, known)
}

// checkRecorded is ErrConflict if one of these journals stands in the ledger with other contents.
func checkRecorded(ctx context.Context, tx *sqlx.Tx, journals []Journal, known map[string][]Posting) error {
	references := make([]string, len(journals))
	for i, j := range journals {
		references[i] = j.Reference
	}
	var rows []struct {
		Reference string
		Hash      []byte `db:"input_hash"`
		Version   int    `db:"hash_version"`
	}
	err := tx.SelectContext(ctx, &rows, `
		select reference, input_hash, hash_version from journals where reference = any($1)`, pq.Array(references))
	if err != nil {
		return fmt.Errorf("ledger: read again: %w", err)
	}
	byReference := make(map[string]int, len(rows))
	for i, row := range rows {
		byReference[row.Reference] = i
	}
	for _, j := range journals {
		before := rows[byReference[j.Reference]]
		hash, err := hashOf(j, known[j.Reference], before.Version)
		if err != nil {
			return fmt.Errorf("ledger: %s: %w", j.Reference, err)
		}
		if !slices.Equal(before.Hash, hash) {
			return ErrConflict.Wrap(fmt.Errorf("ledger: %s was recorded with other postings", j.Reference))
		}
	}
	return nil
}

func nullable(id *uuid.UUID) uuid.NullUUID {
	if id == nil {
		return uuid.NullUUID{}
	}
	return uuid.NullUUID{UUID: *id, Valid: true}
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

// hashVersion is what the hashes of new journals cover. What their rows did not name yet those of earlier versions do
// not cover: the first neither the part nor the payment nor the payout, the second and the third neither the refund nor
// the adjustment. The third are as the second, but for the payment, which their rows were given later.
const hashVersion = 4

// hashOf is the SHA-256 of everything in a journal that a repetition has to have in common with it.
func hashOf(j Journal, postings []Posting, version int) ([]byte, error) {
	type moved struct {
		Debit         string       `json:"debit"`
		Credit        string       `json:"credit"`
		Amount        money.Amount `json:"amount"`
		CooperativeID *uuid.UUID   `json:"cooperative_id,omitempty"`
	}
	switch version {
	case 1:
		j.PartID, j.PaymentID, j.RefundID, j.AdjustmentID, j.PayoutID = nil, nil, nil, nil, nil
	case 2:
		j.RefundID, j.AdjustmentID = nil, nil
	case 3:
		j.PaymentID, j.RefundID, j.AdjustmentID = nil, nil, nil
	}
	written := make([]moved, len(postings))
	for i, p := range postings {
		written[i] = moved{p.Debit.String(), p.Credit.String(), p.Amount, p.Cooperative()}
	}
	input, err := json.Marshal(struct {
		Kind         string
		OrderID      *uuid.UUID
		PartID       *uuid.UUID `json:",omitempty"`
		PaymentID    *uuid.UUID `json:",omitempty"`
		RefundID     *uuid.UUID `json:",omitempty"`
		AdjustmentID *uuid.UUID `json:",omitempty"`
		PayoutID     *uuid.UUID `json:",omitempty"`
		Postings     []moved
	}{j.Kind, j.OrderID, j.PartID, j.PaymentID, j.RefundID, j.AdjustmentID, j.PayoutID, written})
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(input)
	return sum[:], nil
}
