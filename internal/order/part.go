package order

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
)

// The moves of a cooperative with its part of an order. Each is ErrNotFound for a part that is
// another's and ErrWrongState when the part has moved on, so that nothing is done twice.

// Accept says that the cooperative prepares its part; with the first, the order is confirmed.
func (s *Service) Accept(ctx context.Context, cooperativeID, partID uuid.UUID, by By) error {
	return s.movePart(ctx, cooperativeID, partID, by, func(tx *sqlx.Tx, o *locked, p Part) error {
		if err := o.setParts(ctx, tx, []Part{p}, PartAccepted); err != nil {
			return err
		}
		if o.State == StatePlaced {
			return s.confirm(ctx, tx, o)
		}
		if err := o.release(ctx, tx); err != nil { // the buyer's own word is now the market's
			return err
		}
		return s.announceConfirmed(ctx, tx, o)
	})
}

// Ready says that an accepted part waits to be fetched.
func (s *Service) Ready(ctx context.Context, cooperativeID, partID uuid.UUID, by By) error {
	return s.movePart(ctx, cooperativeID, partID, by, func(tx *sqlx.Tx, o *locked, p Part) error {
		return o.setParts(ctx, tx, []Part{p}, PartReady)
	})
}

// HandOver says that a ready part is with the association now.
func (s *Service) HandOver(ctx context.Context, cooperativeID, partID uuid.UUID, by By) error {
	return s.movePart(ctx, cooperativeID, partID, by, func(tx *sqlx.Tx, o *locked, p Part) error {
		return o.setParts(ctx, tx, []Part{p}, PartHandedOver)
	})
}

// Decline says that the cooperative cannot prepare its part; by.Note says why. The goods go back
// into stock, the buyer owes less; when no part is left, the order is cancelled.
func (s *Service) Decline(ctx context.Context, cooperativeID, partID uuid.UUID, by By) error {
	return s.movePart(ctx, cooperativeID, partID, by, func(tx *sqlx.Tx, o *locked, p Part) error {
		return s.drop(ctx, tx, o, drop{
			parts: []Part{p}, to: PartDeclined, order: StateCancelled,
			reference: "sub_order:" + p.ID.String() + ":cancelled", part: &p.ID,
		})
	})
}

func (s *Service) movePart(ctx context.Context, cooperativeID, partID uuid.UUID, by By, fn func(tx *sqlx.Tx, o *locked, p Part) error) error {
	return s.moveWhere(ctx, by, func(tx *sqlx.Tx, o *locked) error {
		i := slices.IndexFunc(o.parts, func(p Part) bool { return p.ID == partID })
		if by.SeenPart != nil && *by.SeenPart != o.parts[i].State {
			return ErrWrongState
		}
		return fn(tx, o, o.parts[i])
	}, `id = (select order_id from sub_orders where id = $1 and cooperative_id = $2)`, partID, cooperativeID)
}
