package settlement

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
)

// What can go wrong.
var (
	ErrInvalid       = fault.New(fault.Invalid, "settlement.invalid") // Fields say where
	ErrReferenceUsed = fault.New(fault.Conflict, "settlement.reference_used")
)

// maxReference bounds a bank's reference, in characters.
const maxReference = 140

// Payout is a bank transfer from the association to a cooperative.
type Payout struct {
	ID            uuid.UUID    `db:"id"`
	CooperativeID uuid.UUID    `db:"cooperative_id"`
	Amount        money.Amount `db:"amount_centimes"`
	Reference     string       `db:"reference"` // the bank's
	UserID        *uuid.UUID   `db:"user_id"`   // who recorded it
	At            time.Time    `db:"at"`
}

// Pay records that amount was transferred to a cooperative under the bank's reference, by the
// association's user by. Recording the same transfer again gives the first record back. Errors:
// cooperative.ErrNotFound; ErrReferenceUsed, when that reference was of another amount; ErrInvalid
// with the fields amount (not above zero, or more than is owed) and reference.
func (s *Service) Pay(ctx context.Context, cooperativeID uuid.UUID, amount money.Amount, reference string, by uuid.UUID) (Payout, error) {
	reference = strings.TrimSpace(reference)
	wrong := fault.New(ErrInvalid.Kind, ErrInvalid.Key)
	if amount <= 0 {
		wrong.Field("amount", "settlement.amount_not_positive")
	}
	if reference == "" {
		wrong.Field("reference", "settlement.reference_missing")
	} else if utf8.RuneCountInString(reference) > maxReference {
		wrong.Field("reference", "settlement.reference_long", "Count", maxReference)
	}
	if len(wrong.Fields) > 0 {
		return Payout{}, wrong
	}
	var p Payout
	err := postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		// Payouts to one cooperative take turns, or two could each find the same money owed. New
		// orders, which only refer to the cooperative's key, do not wait for this lock.
		var slug string
		err := tx.GetContext(ctx, &slug, `select slug from cooperatives where id = $1 for no key update`, cooperativeID)
		if postgres.NoRows(err) {
			return cooperative.ErrNotFound
		}
		if err != nil {
			return err
		}
		err = tx.GetContext(ctx, &p, `
			select id, cooperative_id, amount_centimes, reference, user_id, at
			from payouts where cooperative_id = $1 and reference = $2`, cooperativeID, reference)
		if err == nil && p.Amount != amount {
			return ErrReferenceUsed
		}
		if !postgres.NoRows(err) {
			return err // nil: recorded before
		}
		due, err := ledger.Balance(ctx, tx, ledger.PayableTo(cooperativeID))
		if err != nil {
			return err
		}
		if amount > due {
			return fault.New(ErrInvalid.Kind, ErrInvalid.Key).Field("amount", "settlement.above_due", "Due", due)
		}
		p = Payout{
			ID: postgres.NewID(), CooperativeID: cooperativeID, Amount: amount,
			Reference: reference, UserID: &by, At: s.now(),
		}
		return recordTx(ctx, tx, p)
	})
	if err != nil {
		return Payout{}, fmt.Errorf("pay cooperative: %w", err)
	}
	return p, nil
}

func recordTx(ctx context.Context, tx *sqlx.Tx, p Payout) error {
	if _, err := tx.ExecContext(ctx, `
		insert into payouts (id, cooperative_id, amount_centimes, reference, user_id, at)
		values ($1, $2, $3, $4, $5, $6)`,
		p.ID, p.CooperativeID, p.Amount, p.Reference, p.UserID, p.At); err != nil {
		return err
	}
	return ledger.RecordTx(ctx, tx, ledger.Journal{
		Reference: "payout:" + p.ID.String(),
		Kind:      "payout",
		At:        p.At,
		Postings: []ledger.Posting{{
			Debit: ledger.PayableTo(p.CooperativeID), Credit: ledger.Bank,
			Amount: p.Amount, CooperativeID: &p.CooperativeID,
		}},
	})
}
