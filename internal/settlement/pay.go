package settlement

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
)

// What can go wrong.
var (
	ErrInvalid       = fault.New(fault.Invalid, "settlement.invalid") // Fields say where
	ErrReferenceUsed = fault.New(fault.Conflict, "settlement.reference_used")
	ErrNoPayout      = fault.New(fault.NotFound, "settlement.payout_not_found")
	ErrUndone        = fault.New(fault.Conflict, "settlement.already_undone")
	ErrOwedChanged   = fault.New(fault.Conflict, "settlement.owed_changed") // since it was shown to whoever pays
)

// The most that a bank's reference and a reason hold, in characters.
const (
	maxReference = 140
	maxReason    = 500
)

// The kinds of the journals that are recorded here.
const (
	journalPayout = "payout"
	journalUndone = "payout_undone"
)

// Payout is a bank transfer from the association to a cooperative.
type Payout struct {
	ID            uuid.UUID    `db:"id"`
	CooperativeID uuid.UUID    `db:"cooperative_id"`
	Amount        money.Amount `db:"amount_centimes"`
	Reference     string       `db:"reference"` // the bank's
	UserID        *uuid.UUID   `db:"user_id"`   // who recorded it
	At            time.Time    `db:"at"`
	Before        bool         `db:"-"` // it had been recorded before, and nothing was recorded now
}

// Transfer is what was transferred to one cooperative.
type Transfer struct {
	CooperativeID uuid.UUID
	Amount        money.Amount
	Shown         *money.Amount // as much as whoever pays saw that is owed; nil: not asked
}

// Pay records that amount was transferred to a cooperative under the bank's reference, by the
// association's user by, and has the cooperative told. Recording the same transfer again gives the
// first record back. Errors:
// cooperative.ErrNotFound; ErrReferenceUsed, when that reference was of another amount; ErrInvalid
// with the fields amount (not above zero, or more than is owed) and reference.
func (s *Service) Pay(ctx context.Context, cooperativeID uuid.UUID, amount money.Amount, reference string, by uuid.UUID) (Payout, error) {
	payouts, err := s.PayAll(ctx, []Transfer{{CooperativeID: cooperativeID, Amount: amount}}, reference, by)
	if err != nil {
		return Payout{}, err
	}
	return payouts[0], nil
}

// PayAll records what one order to the bank transferred to several cooperatives, each of them once:
// all of it under the order's reference, or nothing. It answers as Pay does, and ErrOwedChanged if a
// cooperative is owed another sum than Shown.
func (s *Service) PayAll(ctx context.Context, transfers []Transfer, reference string, by uuid.UUID) ([]Payout, error) {
	reference = i18n.Line(reference)
	wrong := fault.New(ErrInvalid.Kind, ErrInvalid.Key)
	if slices.ContainsFunc(transfers, func(t Transfer) bool { return t.Amount <= 0 }) {
		wrong.Field("amount", "settlement.amount_not_positive")
	}
	if reference == "" {
		wrong.Field("reference", "settlement.reference_missing")
	} else if utf8.RuneCountInString(reference) > maxReference {
		wrong.Field("reference", "settlement.reference_long", "Count", maxReference)
	}
	if len(wrong.Fields) > 0 {
		return nil, wrong
	}
	// In one order for everybody, so that no two wait for each other.
	transfers = slices.SortedFunc(slices.Values(transfers), func(a, b Transfer) int {
		return bytes.Compare(a.CooperativeID[:], b.CooperativeID[:])
	})
	var payouts []Payout
	err := postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		payouts = make([]Payout, len(transfers))
		var made []Payout
		for i, t := range transfers {
			var err error
			payouts[i], err = payTx(ctx, tx, Payout{
				ID: postgres.NewID(), CooperativeID: t.CooperativeID, Amount: t.Amount,
				Reference: reference, UserID: &by, At: s.now(),
			}, t.Shown)
			if err != nil {
				return err
			}
			if !payouts[i].Before {
				made = append(made, payouts[i])
			}
		}
		return s.announce(ctx, tx, made)
	})
	if err != nil {
		return nil, fmt.Errorf("pay cooperatives: %w", err)
	}
	return payouts, nil
}

// payTx records p, unless it was recorded before and stands, and gives what is recorded. A payout
// that was undone leaves its reference to the next.
func payTx(ctx context.Context, tx *sqlx.Tx, p Payout, shown *money.Amount) (recorded Payout, err error) {
	if err := lock(ctx, tx, p.CooperativeID); err != nil {
		return p, err
	}
	var last struct {
		Payout
		Attempt int
		Undone  bool
	}
	err = tx.GetContext(ctx, &last, `
		select t.id, t.cooperative_id, t.amount_centimes, t.reference, t.user_id, t.at, t.attempt,
		       exists (select from payout_reversals r where r.payout_id = t.id) as undone
		from payouts t
		where t.cooperative_id = $1 and t.reference = $2
		order by t.attempt desc
		limit 1`, p.CooperativeID, p.Reference)
	switch {
	case err != nil && !postgres.NoRows(err):
		return p, err
	case err == nil && !last.Undone && last.Amount != p.Amount:
		return p, ErrReferenceUsed
	case err == nil && !last.Undone:
		last.Before = true
		return last.Payout, nil
	}
	due, err := ledger.Balance(ctx, tx, ledger.PayableTo(p.CooperativeID))
	if err != nil {
		return p, err
	}
	if shown != nil && *shown != due {
		return p, ErrOwedChanged
	}
	if p.Amount > due {
		return p, fault.New(ErrInvalid.Kind, ErrInvalid.Key).Field("amount", "settlement.above_due", "Due", due)
	}
	// It stands after what it pays for and after whatever was recorded of the cooperative, whatever the clocks say.
	err = tx.GetContext(ctx, &p.At, `
		select moment_after($2, max(j.at)) from postings t join journals j on j.id = t.journal_id where t.cooperative_id = $1`,
		p.CooperativeID, p.At)
	if err != nil {
		return p, err
	}
	if p.At, err = cooperative.MomentTx(ctx, tx, p.CooperativeID, p.At); err != nil {
		return p, err
	}
	return p, recordTx(ctx, tx, p, last.Attempt+1)
}

// lock lets what is recorded of one cooperative's payouts take turns, or two could each find the
// same money owed. New orders, which only refer to the cooperative's key, do not wait for it.
func lock(ctx context.Context, tx *sqlx.Tx, cooperativeID uuid.UUID) error {
	var slug string
	err := tx.GetContext(ctx, &slug, `select slug from cooperatives where id = $1 for no key update`, cooperativeID)
	if postgres.NoRows(err) {
		return cooperative.ErrNotFound
	}
	return err
}

func recordTx(ctx context.Context, tx *sqlx.Tx, p Payout, attempt int) error {
	if _, err := tx.ExecContext(ctx, `
		insert into payouts (id, cooperative_id, amount_centimes, reference, attempt, user_id, at)
		values ($1, $2, $3, $4, $5, $6, $7)`,
		p.ID, p.CooperativeID, p.Amount, p.Reference, attempt, p.UserID, p.At); err != nil {
		return err
	}
	return ledger.RecordTx(ctx, tx, ledger.Journal{
		Reference: "payout:" + p.ID.String(), Kind: journalPayout, PayoutID: &p.ID, At: p.At, Postings: p.postings(),
	})
}

// postings are what a payout moves.
func (p Payout) postings() []ledger.Posting {
	return []ledger.Posting{{Debit: ledger.PayableTo(p.CooperativeID), Credit: ledger.Bank, Amount: p.Amount}}
}
