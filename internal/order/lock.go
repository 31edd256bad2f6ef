package order

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
)

// By says who makes a move, why and when.
type By struct {
	User uuid.UUID // zero: the buyer, or the market itself
	Note string    // shown with the move; may be empty
	At   time.Time // zero: now
}

// locked is an order that no other transaction can change until this one ends.
type locked struct {
	ID          uuid.UUID
	State       State
	DeliveryFee money.Amount `db:"delivery_fee"`
	Due         money.Amount
	ExpiresAt   time.Time `db:"expires_at"`
	parts       []Part    // without their lines
	by          By
}

// move locks an order, lets fn change it and commits.
func (s *Service) move(ctx context.Context, orderID uuid.UUID, by By, fn func(tx *sqlx.Tx, o *locked) error) error {
	by.At = s.moment(by.At)
	by.Note = cleaned(by.Note)
	if utf8.RuneCountInString(by.Note) > maxNote {
		return fault.New(ErrInvalid.Kind, ErrInvalid.Key).Field("note", "order.too_long", "Max", maxNote)
	}
	return s.inTx(ctx, func(tx *sqlx.Tx) error {
		o, err := lock(ctx, tx, orderID)
		if err != nil {
			return err
		}
		o.by = by
		return fn(tx, o)
	})
}

// lock waits for other moves of the order to end, then reads it. Every move begins with it, so
// that the parts and the whole are seen and changed together.
func lock(ctx context.Context, tx *sqlx.Tx, id uuid.UUID) (*locked, error) {
	var o locked
	err := tx.GetContext(ctx, &o, `
		select id, state, delivery_centimes as delivery_fee, due_centimes as due, expires_at
		from orders where id = $1 for no key update`, id)
	if postgres.NoRows(err) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("order: lock: %w", err)
	}
	err = tx.SelectContext(ctx, &o.parts, `
		select id, cooperative_id as "cooperative.id", state, items_centimes as items, commission_centimes as commission
		from sub_orders where order_id = $1 order by id`, id)
	if err != nil {
		return nil, fmt.Errorf("order: lock: %w", err)
	}
	return &o, nil
}

// public is the order as far as its own rules look at it.
func (o *locked) public() Order { return Order{State: o.State, Parts: o.parts} }

// active are the parts that are left in the order.
func (o *locked) active() []Part {
	return o.partsThat(PartState.Active)
}

func (o *locked) partsThat(in func(PartState) bool) []Part {
	var parts []Part
	for _, p := range o.parts {
		if in(p.State) {
			parts = append(parts, p)
		}
	}
	return parts
}

// setState brings the order into another state and writes down who did it.
func (o *locked) setState(ctx context.Context, tx *sqlx.Tx, to State) error {
	if !to.reachableFrom(o.State) {
		return ErrWrongState
	}
	result, err := tx.ExecContext(ctx, `update orders set state = $3 where id = $1 and state = $2`, o.ID, o.State, to)
	if err != nil {
		return fmt.Errorf("order: to %s: %w", to, err)
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return fmt.Errorf("order: %s to %s: %d rows: %w", o.State, to, n, err)
	}
	o.State = to
	return insertEvents(ctx, tx, o.ID, []Event{o.event(nil, string(to))})
}

// setParts brings parts of the order into another state and writes down who did it.
func (o *locked) setParts(ctx context.Context, tx *sqlx.Tx, parts []Part, to PartState) error {
	ids, old, events := make([]uuid.UUID, len(parts)), make([]string, len(parts)), make([]Event, len(parts))
	for i, p := range parts {
		if !to.reachableFrom(p.State) {
			return ErrWrongState
		}
		ids[i], old[i], events[i] = p.ID, string(p.State), o.event(&p.ID, string(to))
	}
	result, err := tx.ExecContext(ctx, `
		update sub_orders s set state = $3
		from unnest($1::uuid[], $2::text[]) as old (id, state)
		where s.id = old.id and s.state = old.state`, pq.Array(ids), pq.Array(old), to)
	if err != nil {
		return fmt.Errorf("order: parts to %s: %w", to, err)
	}
	if n, err := result.RowsAffected(); err != nil || n != int64(len(parts)) {
		return fmt.Errorf("order: %d parts to %s: %d rows: %w", len(parts), to, n, err)
	}
	for i := range o.parts {
		for _, p := range parts {
			if o.parts[i].ID == p.ID {
				o.parts[i].State = to
			}
		}
	}
	return insertEvents(ctx, tx, o.ID, events)
}

func (o *locked) event(partID *uuid.UUID, state string) Event {
	e := Event{ID: postgres.NewID(), PartID: partID, State: state, Note: o.by.Note, At: o.by.At}
	if o.by.User != (uuid.UUID{}) {
		e.UserID = &o.by.User
	}
	return e
}
