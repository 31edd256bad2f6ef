package settlement

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/text"
)

// Reversal is the undoing of a payout that was recorded wrongly or that the bank sent back.
type Reversal struct {
	Payout Payout
	Reason string        `db:"reason"`
	Actor  actor.Kind    `db:"actor"`   // who undid it
	UserID uuid.NullUUID `db:"user_id"` // of the association
	At     time.Time     `db:"at"`
}

// Undo takes back the record of a payout to a cooperative, for a reason, by the association's user
// by, and has the cooperative told: the amount is owed again, as is by it what was set off with the payout, and the bank's
// reference may be recorded anew. Both entries stay. Undoing again as before gives the first record back. Errors:
// cooperative.ErrNotFound and ErrNoPayout; ErrByProvider; ErrUndone, when somebody else undid it or for another
// reason; ErrInvalid with the field reason.
func (s *Service) Undo(ctx context.Context, cooperativeID, payoutID uuid.UUID, reason string, by actor.Actor) (Reversal, error) {
	reason = text.Clean(reason)
	var r Reversal
	undo := func(tx *sqlx.Tx) error {
		r = Reversal{Reason: reason, Actor: by.Kind, UserID: by.UserID(), At: s.now()}
		var disputed []uuid.UUID
		var err error
		if s.Disputed != nil {
			if disputed, err = s.Disputed(ctx, tx, cooperativeID); err != nil {
				return err
			}
		}
		if err := lock(ctx, tx, cooperativeID); err != nil {
			return err
		}
		if err := s.allLocked(ctx, tx, cooperativeID, disputed); err != nil {
			return err
		}
		err = tx.GetContext(ctx, &r.Payout, `
			select id, cooperative_id, amount_centimes, reference, actor, user_id, at, provider, coalesce((
			           select sum(p.amount_centimes) from ledger_journals j join ledger_postings p on p.journal_id = j.id
			           where j.payout_id = t.id and j.kind = $3 and p.credit = 'cooperative_owes'), 0) as netted
			from payouts t where id = $1 and cooperative_id = $2`, payoutID, cooperativeID, journalPayout)
		if postgres.NoRows(err) {
			return ErrNoPayout
		}
		if err != nil {
			return err
		}
		if r.Payout.Provider != "" {
			return ErrByProvider
		}
		before := Reversal{Payout: r.Payout}
		err = tx.GetContext(ctx, &before, `select reason, actor, user_id, at from payout_reversals where payout_id = $1`, payoutID)
		switch {
		case err == nil && (before.Reason != reason || before.Actor != r.Actor || before.UserID != r.UserID):
			return ErrUndone
		case err == nil:
			r = before
			return nil
		case !postgres.NoRows(err):
			return err
		}
		if err := checkReason(reason); err != nil {
			return err
		}
		if r.At, err = cooperative.MomentTx(ctx, tx, cooperativeID, r.At); err != nil {
			return err
		}
		if err := reverseTx(ctx, tx, r); err != nil {
			return err
		}
		for _, order := range disputed { // a bank's payout names none of those that it was for
			if err := s.OwedAgain(ctx, tx, order, cooperativeID, r.At); err != nil {
				return err
			}
		}
		return s.announceUndone(ctx, tx, r)
	}
	err := postgres.InTx(ctx, s.db, undo)
	for errors.Is(err, errDisputedMeanwhile) {
		err = postgres.InTx(ctx, s.db, undo)
	}
	if err != nil {
		return Reversal{}, fmt.Errorf("undo a payout: %w", err)
	}
	return r, nil
}

// errDisputedMeanwhile says that the payment of an order came to be disputed while its cooperative was waited for.
var errDisputedMeanwhile = errors.New("settlement: another order is disputed")

// allLocked reports errDisputedMeanwhile if other orders of a cooperative, which is locked, are disputed than those that were
// locked before it. Whoever freezes what is disputed waits until tx ends, and sees then what it did.
func (s *Service) allLocked(ctx context.Context, tx *sqlx.Tx, cooperativeID uuid.UUID, orders []uuid.UUID) error {
	if s.Disputed == nil {
		return nil
	}
	if _, err := ledger.StandingsTx(ctx, tx, cooperativeID); err != nil {
		return err
	}
	var more bool
	err := tx.GetContext(ctx, &more, `
		select exists (select from frozen_parts where cooperative_id = $1 and order_id <> all(coalesce($2::uuid[], '{}')))`, cooperativeID, pq.Array(orders))
	if err != nil {
		return fmt.Errorf("what is disputed of cooperative %s: %w", cooperativeID, err)
	}
	if more {
		return errDisputedMeanwhile
	}
	return nil
}

func checkReason(reason string) error {
	wrong := fault.New(ErrInvalid.Kind, ErrInvalid.Key)
	switch {
	case reason == "":
		return wrong.Field("reason", "settlement.reason_missing")
	case wrong.TooLong("reason", "settlement.reason_long", reason, maxReason):
		return wrong
	}
	return nil
}

func reverseTx(ctx context.Context, tx *sqlx.Tx, r Reversal) error {
	if _, err := tx.ExecContext(ctx, `
		insert into payout_reversals (payout_id, reason, actor, user_id, at) values ($1, $2, $3, $4, $5)`,
		r.Payout.ID, r.Reason, r.Actor, r.UserID, r.At); err != nil {
		return err
	}
	return ledger.RecordTx(ctx, tx, ledger.Journal{
		Reference: "payout:" + r.Payout.ID.String() + ":undone", Kind: journalUndone, PayoutID: &r.Payout.ID, At: r.At,
		Postings: ledger.Reversed(r.Payout.postings()),
	})
}
