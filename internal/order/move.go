package order

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/settings"
)

// The moves of whole orders. Each is ErrNotFound when there is no such order and ErrWrongState when
// it has moved on, so that nothing is done twice.

// Confirm says that the buyer was called and wants the order.
func (s *Service) Confirm(ctx context.Context, orderID uuid.UUID, by By) error {
	return s.move(ctx, orderID, by, func(tx *sqlx.Tx, o *locked) error {
		return s.confirm(ctx, tx, o)
	})
}

// ConfirmByBuyer says that the buyer wants the order, by the link in her mail. Its goods are held as long
// as those of any confirmed order; but a mailbox proves little, so that they count as a stranger's until
// the market's people say yes too (see hold.go). ErrWrongState if it is confirmed or over already,
// ErrLastPieces if some of it was given beyond a share and does not fit into the shares yet.
func (s *Service) ConfirmByBuyer(ctx context.Context, token string, by By) error {
	id, err := named(token)
	if err != nil {
		return err
	}
	by.Note = NoteByMail
	return s.move(ctx, id, by, func(tx *sqlx.Tx, o *locked) error {
		if !s.made(token, confirmingToken, o.ID, o.Link) {
			return ErrNotFound
		}
		if err := o.setState(ctx, tx, StateConfirmed); err != nil {
			return err
		}
		decided, err := settings.Read(ctx, tx)
		if err != nil {
			return fmt.Errorf("order: %w", err)
		}
		if err := s.fit(ctx, tx, o, decided.Holds); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `update holds set confirmed_at = $2 where order_id = $1`, o.ID, o.by.At); err != nil {
			return fmt.Errorf("order: confirm a hold: %w", err)
		}
		if err := s.wanted(ctx, tx, o.ID); err != nil {
			return err
		}
		return s.prolong(ctx, tx, o)
	})
}

// confirm takes an order for meant: its goods are no stranger's any more, and its cooperatives, who are
// all told of it now, have the whole time to answer.
func (s *Service) confirm(ctx context.Context, tx *sqlx.Tx, o *locked) error {
	if err := o.setState(ctx, tx, StateConfirmed); err != nil {
		return err
	}
	if err := o.release(ctx, tx); err != nil {
		return err
	}
	return s.prolong(ctx, tx, o)
}

// prolong gives the cooperatives that have not answered the whole time to do so from now on, and tells
// those that were not told of the order (see announceConfirmed).
func (s *Service) prolong(ctx context.Context, tx *sqlx.Tx, o *locked) error {
	if len(o.partsThat(func(p PartState) bool { return p == PartPlaced })) == 0 {
		return nil
	}
	decided, err := settings.Read(ctx, tx)
	if err != nil {
		return fmt.Errorf("order: %w", err)
	}
	o.ExpiresAt = later(o.ExpiresAt, o.by.At.Add(time.Duration(decided.ReservationHours)*time.Hour))
	if _, err := tx.ExecContext(ctx, `update orders set expires_at = $2 where id = $1`, o.ID, o.ExpiresAt); err != nil {
		return fmt.Errorf("order: prolong: %w", err)
	}
	if err := s.jobs.InsertManyTx(ctx, tx, s.expiry(o.ID, o.ExpiresAt)); err != nil {
		return err
	}
	return s.announceConfirmed(ctx, tx, o)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Dispatch sends the order on its way, once every part that is left has been handed over;
// ErrNotHandedOver before that.
func (s *Service) Dispatch(ctx context.Context, orderID uuid.UUID, by By) error {
	return s.move(ctx, orderID, by, func(tx *sqlx.Tx, o *locked) error {
		if !StateDispatched.reachableFrom(o.State) {
			return ErrWrongState
		}
		if !o.public().Dispatchable() {
			return ErrNotHandedOver
		}
		return o.setState(ctx, tx, StateDispatched)
	})
}

// Deliver says that the buyer has the goods and, if she had not paid yet, has paid what is due.
func (s *Service) Deliver(ctx context.Context, orderID uuid.UUID, by By) error {
	return s.move(ctx, orderID, by, func(tx *sqlx.Tx, o *locked) error {
		if err := o.setState(ctx, tx, StateDelivered); err != nil {
			return err
		}
		if err := o.setParts(ctx, tx, o.active(), PartDelivered); err != nil {
			return err
		}
		paid, err := o.paid(ctx, tx)
		if err != nil {
			return err
		}
		if paid {
			return earnTx(ctx, tx, o, o.by.At)
		}
		_, err = s.payments.SettleTx(ctx, tx, o.ID, o.by.At)
		return err
	})
}

// Refuse says that the buyer was not found or did not want the goods: they go back into stock and
// nothing is owed.
func (s *Service) Refuse(ctx context.Context, orderID uuid.UUID, by By) error {
	return s.move(ctx, orderID, by, func(tx *sqlx.Tx, o *locked) error {
		return s.giveUp(ctx, tx, o, PartRefused, StateRefused)
	})
}

// Cancel gives up an order that has not been dispatched.
func (s *Service) Cancel(ctx context.Context, orderID uuid.UUID, by By) error {
	return s.move(ctx, orderID, by, func(tx *sqlx.Tx, o *locked) error {
		return s.giveUp(ctx, tx, o, PartCancelled, StateCancelled)
	})
}

// CancelByBuyer cancels the order of a tracking link, while no part of it is ready; ErrTooLate
// after that.
func (s *Service) CancelByBuyer(ctx context.Context, token string, by By) error {
	return s.moveWhere(ctx, by, func(tx *sqlx.Tx, o *locked) error {
		if !s.made(token, trackingToken, o.ID, o.Link) {
			return ErrNotFound
		}
		if StateCancelled.reachableFrom(o.State) && !o.public().Cancellable() {
			return ErrTooLate
		}
		return s.giveUp(ctx, tx, o, PartCancelled, StateCancelled)
	}, `token_hash = $1`, hashToken(token))
}

// Expire cancels the parts that were not accepted in time, and the order with the last of them or if
// nobody confirmed it. It may be called again.
func (s *Service) Expire(ctx context.Context, orderID uuid.UUID, at time.Time) error {
	by := By{Note: NoteExpired, At: at}
	return s.move(ctx, orderID, by, func(tx *sqlx.Tx, o *locked) error {
		if o.State == StatePlaced {
			o.by.Note = NoteUnconfirmed
		}
		late := o.partsThat(func(p PartState) bool { return p == PartPlaced })
		if len(late) == 0 || s.moment(at).Before(o.ExpiresAt) {
			return nil
		}
		return s.drop(ctx, tx, o, drop{
			parts: late, to: PartCancelled, order: StateCancelled,
			reference: "order:" + o.ID.String() + ":expired",
		})
	})
}

// giveUp drops all that is left of an order.
func (s *Service) giveUp(ctx context.Context, tx *sqlx.Tx, o *locked, to PartState, order State) error {
	if !order.reachableFrom(o.State) {
		return ErrWrongState
	}
	return s.drop(ctx, tx, o, drop{
		parts: o.active(), to: to, order: order,
		reference: "order:" + o.ID.String() + ":" + string(order),
	})
}
