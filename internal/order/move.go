package order

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/settings"
)

// Move makes one of the moves that the association or a cooperative chooses, of the order or, by a member,
// of the part with that id. It is ErrNotFound when there is no such order, or when the part is another
// cooperative's; ErrNotTheirs when whoever it is makes no such move; ErrWrongState, or what the rule says
// instead, when things do not stand so, so that nothing is done twice. What the same person has just done, from the same
// page, is done already.
func (s *Service) Move(ctx context.Context, m Move, id uuid.UUID, by By) error {
	switch by.Actor.Kind {
	case actor.Association:
		seen := by.Seen
		by.Seen = nil
		return s.move(ctx, id, by, func(tx *sqlx.Tx, o *locked) error {
			parts, err := o.may(m)
			if seen != nil && *seen != o.events {
				return o.repeated(ctx, tx, m, seen, ErrWrongState)
			}
			if err != nil {
				return err
			}
			return s.act(ctx, tx, o, m, parts)
		})
	case actor.Member:
		return s.movePart(ctx, m, id, by)
	default: // a buyer proves herself by a link, and the market has its own ways
		return ErrNotTheirs
	}
}

// movePart makes a cooperative's move with its part.
func (s *Service) movePart(ctx context.Context, m Move, partID uuid.UUID, by By) error {
	return s.moveWhere(ctx, by, func(tx *sqlx.Tx, o *locked) error {
		i := slices.IndexFunc(o.parts, func(p Part) bool { return p.ID == partID })
		if by.SeenPart != nil && *by.SeenPart != o.parts[i].State {
			return o.repeatedPart(ctx, tx, m, partID, *by.SeenPart)
		}
		parts, err := m.moving(by.Actor.Kind, o.State, o.parts[i:i+1])
		if err != nil {
			return err
		}
		return s.act(ctx, tx, o, m, parts)
	}, `id = (select order_id from sub_orders where id = $1 and cooperative_id = $2)`, partID, by.Actor.Cooperative)
}

// act does what a move, which its rule allows, means for the order and these parts of it.
func (s *Service) act(ctx context.Context, tx *sqlx.Tx, o *locked, m Move, parts []Part) error {
	switch r := rules[m]; m {
	case MoveConfirm:
		return s.confirm(ctx, tx, o)
	case MoveAccept:
		return s.accept(ctx, tx, o, parts)
	case MoveReady, MoveHandOver:
		return o.setParts(ctx, tx, parts, r.toPart)
	case MoveUnaccept, MoveUnready, MoveTakeBack:
		return s.undo(ctx, tx, o, m, parts)
	case MoveDispatch:
		if err := o.setState(ctx, tx, r.to); err != nil {
			return err
		}
		return s.tellBuyer(ctx, tx, o, NewsDispatched)
	case MoveDeliver:
		if err := s.deliver(ctx, tx, o, parts); err != nil {
			return err
		}
		return s.tellBuyer(ctx, tx, o, NewsDelivered)
	case MoveRefuse, MoveCancel, MoveWithdraw, MoveExpire, MoveDecline:
		return s.drop(ctx, tx, o, drop{move: m, parts: parts, lost: m == MoveDecline && o.by.Why.Lost()})
	default: // of a line; see Adjust
		return ErrNotTheirs
	}
}

// ConfirmByBuyer says that the buyer wants the order, by the link in her mail. Its goods are held as long
// as those of any confirmed order; but a mailbox proves little, so that they count as a stranger's until
// the market's people say yes too (see hold.go). ErrWrongState if it is confirmed or over already,
// ErrLastPieces if some of it was given beyond a share and does not fit into the shares yet.
func (s *Service) ConfirmByBuyer(ctx context.Context, token string) error {
	id, err := named(token)
	if err != nil {
		return err
	}
	by := By{Actor: actor.OfBuyer(), Note: NoteByMail}
	return s.move(ctx, id, by, func(tx *sqlx.Tx, o *locked) error {
		if !s.made(token, confirmingToken, o.ID, o.Link) {
			return ErrNotFound
		}
		if _, err := o.may(MoveConfirm); err != nil {
			return o.repeated(ctx, tx, MoveConfirm, nil, err)
		}
		if err := o.setState(ctx, tx, StateConfirmed); err != nil {
			return err
		}
		if err := s.wanted(ctx, tx, o.ID); err != nil {
			return err
		}
		if err := s.prolong(ctx, tx, o); err != nil {
			return err
		}
		decided, err := settings.Read(ctx, tx)
		if err != nil {
			return fmt.Errorf("order: %w", err)
		}
		// As in hold: from here on others wait, and nothing that follows, what is promised included, waits for any of them.
		if err := s.fit(ctx, tx, o, decided.Holds); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `update holds set confirmed_at = $2 where order_id = $1`, o.ID, o.by.At); err != nil {
			return fmt.Errorf("order: confirm a hold: %w", err)
		}
		return nil
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
	if !slices.ContainsFunc(o.parts, func(p Part) bool { return p.State == PartPlaced }) {
		return nil
	}
	decided, err := settings.Read(ctx, tx)
	if err != nil {
		return fmt.Errorf("order: %w", err)
	}
	o.ExpiresAt = clock.Later(o.ExpiresAt, o.by.At.Add(time.Duration(decided.ReservationHours)*time.Hour))
	if _, err := tx.ExecContext(ctx, `update orders set expires_at = $2 where id = $1`, o.ID, o.ExpiresAt); err != nil {
		return fmt.Errorf("order: prolong: %w", err)
	}
	if err := s.jobs.InsertManyTx(ctx, tx, s.expiry(o.ID, o.ExpiresAt)); err != nil {
		return err
	}
	return s.announceConfirmed(ctx, tx, o)
}

// accept takes a part of an order on; with the first, the order is confirmed.
func (s *Service) accept(ctx context.Context, tx *sqlx.Tx, o *locked, parts []Part) error {
	if err := o.keepHold(ctx, tx); err != nil {
		return err
	}
	if err := o.setParts(ctx, tx, parts, PartAccepted); err != nil {
		return err
	}
	if err := o.handsOver(ctx, tx, parts); err != nil {
		return err
	}
	if o.State == StatePlaced {
		if err := s.confirm(ctx, tx, o); err != nil {
			return err
		}
		return s.tellAnswered(ctx, tx, o)
	}
	if err := o.release(ctx, tx); err != nil { // the buyer's own word is now the market's
		return err
	}
	if err := s.announceConfirmed(ctx, tx, o); err != nil {
		return err
	}
	return s.tellAnswered(ctx, tx, o)
}

// deliver brings an order to its buyer: what is due is paid with it, and earned as soon as nothing may be sent back.
func (s *Service) deliver(ctx context.Context, tx *sqlx.Tx, o *locked, parts []Part) error {
	if err := o.setState(ctx, tx, StateDelivered); err != nil {
		return err
	}
	if err := o.setParts(ctx, tx, parts, PartDelivered); err != nil {
		return err
	}
	if err := s.openWindow(ctx, tx, o); err != nil {
		return err
	}
	paid, err := o.paid(ctx, tx)
	if err != nil {
		return err
	}
	if paid {
		if err := ledger.RecordTx(ctx, tx, o.earned(o.by.At)...); err != nil {
			return err
		}
		return s.shared(ctx, tx, o, false)
	}
	if _, err := s.payments.SettleTx(ctx, tx, o.ID, o.by.At); err != nil {
		return err
	}
	return o.keepCash(ctx, tx)
}

// CancelByBuyer cancels the order of a tracking link, while no part of it is ready; ErrTooLate
// after that.
func (s *Service) CancelByBuyer(ctx context.Context, token string) error {
	return s.moveWhere(ctx, By{Actor: actor.OfBuyer()}, func(tx *sqlx.Tx, o *locked) error {
		if !s.made(token, trackingToken, o.ID, o.Link) {
			return ErrNotFound
		}
		parts, err := o.may(MoveWithdraw)
		if err != nil {
			return o.repeated(ctx, tx, MoveWithdraw, nil, err)
		}
		return s.act(ctx, tx, o, MoveWithdraw, parts)
	}, `token_hash = $1`, hashToken(token))
}

// Expire cancels the parts that were not accepted in time, and the order with the last of them or if
// nobody confirmed it. It may be called again.
func (s *Service) Expire(ctx context.Context, orderID uuid.UUID, at time.Time) error {
	by := By{Actor: actor.OfSystem(), Note: NoteExpired, At: at}
	return s.move(ctx, orderID, by, func(tx *sqlx.Tx, o *locked) error {
		switch o.State {
		case StateAwaiting:
			o.by.Note = NoteUnpaid
		case StatePlaced:
			o.by.Note = NoteUnconfirmed
		}
		late, err := o.may(MoveExpire)
		if errors.Is(err, ErrWrongState) || s.moment(at).Before(o.ExpiresAt) {
			return nil
		}
		if err != nil {
			return err
		}
		due := o.Due // nothing is, with its last part
		if err := s.act(ctx, tx, o, MoveExpire, late); err != nil || o.by.Note != NoteUnpaid {
			return err
		}
		return s.tellLapsed(ctx, tx, o.ID, due)
	})
}
