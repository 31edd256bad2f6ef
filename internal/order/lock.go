package order

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/text"
)

// By says who makes a move, why and when.
type By struct {
	Actor actor.Actor
	Note  string     // shown with the move; may be empty
	Cash  CashHolder // of a delivery that is paid in cash: who has it; zero: the association
	Why   Decline    // of a part that is declined; empty: for what Note says
	At    time.Time  // zero: now; what happened later stands later in the history, whatever the clocks say

	// What a page showed to whoever moves it. If it is otherwise now, ErrWrongState. Nil is for who looks at
	// no page: the market itself, and the buyer, whose moves fit whatever became of the order or are refused.
	Seen     *int64     // as many entries the history had
	SeenPart *PartState // so was the part that is moved
	SeenLeft *int64     // as many pieces were left of the line that is adjusted
}

// locked is an order that no other transaction can change until this one ends.
type locked struct {
	ID           uuid.UUID
	Number       string
	State        State
	DeliveryFee  money.Amount `db:"delivery_fee"`
	FeeBack      money.Amount `db:"fee_back"` // of the delivery's
	MeansFee     money.Amount `db:"means_fee"`
	MeansFeeBack money.Amount `db:"means_fee_back"`
	Due          money.Amount
	Payment      string          // the provider that was chosen last
	Delivery     string          // delivery.Pickup or delivery.Home
	Place        string          // where its buyer lives
	Promised     delivery.Window // what she was told last
	Rest         clock.Rest      `db:"rest_day"` // as it was placed: what she was told holds
	PlacedAt     time.Time       `db:"placed_at"`
	ExpiresAt    time.Time       `db:"expires_at"`
	Link         int
	Sample       bool
	Erased       bool   // nothing is known of its buyer any more
	parts        []Part // as they are now, without their lines
	by           By     // with the time at which it stands in the history
	events       int64  // as many entries the history had before
}

// move locks an order, lets fn change it and commits; gate.ErrBusy if too many others are at it.
func (s *Service) move(ctx context.Context, orderID uuid.UUID, by By, fn func(tx *sqlx.Tx, o *locked) error) error {
	return s.moveWhere(ctx, by, fn, `id = $1`, orderID)
}

// moveWhere is move for the order that a condition names.
func (s *Service) moveWhere(ctx context.Context, by By, fn func(tx *sqlx.Tx, o *locked) error, where string, args ...any) error {
	by.At = s.moment(by.At)
	by.Note = text.Clean(by.Note)
	wrong := fault.New(ErrInvalid.Kind, ErrInvalid.Key)
	if by.Why != "" && !slices.Contains(Declines, by.Why) {
		return wrong.Field("reason", ErrInvalid.Key)
	}
	if wrong.TooLong("note", "order.too_long", by.Note, maxNote) {
		return wrong
	}
	return s.inTx(ctx, "", func(tx *sqlx.Tx) error {
		o, err := lock(ctx, tx, where, args...)
		if err != nil {
			return err
		}
		if err := o.begin(ctx, tx, by); err != nil {
			return err
		}
		if by.Seen != nil && *by.Seen != o.events {
			return ErrWrongState
		}
		if err := fn(tx, o); err != nil {
			return err
		}
		return s.promise(ctx, tx, o)
	})
}

// begin says who makes a move, at a moment after all that happened before, and counts what that is.
func (o *locked) begin(ctx context.Context, tx *sqlx.Tx, by By) error {
	err := tx.QueryRowContext(ctx, `
		select count(*), moment_after($2, max(at)) from order_events where order_id = $1`,
		o.ID, by.At).Scan(&o.events, &by.At)
	if err != nil {
		return fmt.Errorf("order: moment of a move: %w", err)
	}
	o.by = by
	return nil
}

// lock waits for other moves of the order to end, then reads it; ErrNotFound if there is none.
// Every move begins with it, so that the parts and the whole are seen and changed together.
func lock(ctx context.Context, tx *sqlx.Tx, where string, args ...any) (*locked, error) {
	var o locked
	err := tx.GetContext(ctx, &o, `
		select id, number, state, delivery_centimes as delivery_fee, delivery_back_centimes as fee_back,
		       means_fee_centimes as means_fee, means_fee_back_centimes as means_fee_back, due_centimes as due, payment, delivery, place,
		       deliver_from as "promised.from", deliver_to as "promised.to", rest_day, placed_at, expires_at, link, sample,
		       erased_at is not null as erased
		from orders where `+where+` for no key update`, args...)
	if postgres.NoRows(err) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("order: lock: %w", err)
	}
	// Only a statement that begins after the lock was given sees what it was waiting for.
	err = tx.SelectContext(ctx, &o.parts, `
		select id, cooperative_id as "cooperative.id", state, items_centimes as items, commission_centimes as commission, borne_centimes as borne, earns_at
		from sub_orders_now where order_id = $1 order by id`, o.ID)
	if err != nil {
		return nil, fmt.Errorf("order: lock: %w", err)
	}
	return &o, nil
}

// may gives the parts that a move is about, as Move.moving does.
func (o *locked) may(m Move) ([]Part, error) { return m.moving(o.by.Actor.Kind, o.State, o.parts) }

// active are the parts that are left in the order.
func (o *locked) active() []Part {
	return slices.DeleteFunc(slices.Clone(o.parts), func(p Part) bool { return !p.State.Active() })
}

// setState brings the order into another state, which a rule allows, and writes down who did it.
func (o *locked) setState(ctx context.Context, tx *sqlx.Tx, to State) error {
	result, err := tx.ExecContext(ctx, `
		with moved as (
		    update orders set state = $3 where id = $1 and state = $2 returning id
		)
		insert into order_events (id, order_id, state, note, actor, user_id, at, reason)
		select $4, id, $3, $5, $6, $7, $8, $9 from moved`,
		o.ID, o.State, to, postgres.NewID(), o.by.Note, o.by.Actor.Kind, o.by.Actor.UserID(), o.by.At, o.by.Why)
	if err := moved(result, err, 1); err != nil {
		return fmt.Errorf("order: from %s to %s: %w", o.State, to, err)
	}
	o.State = to
	return nil
}

// setParts brings parts of the order into another state and writes down who did it, as setState does.
func (o *locked) setParts(ctx context.Context, tx *sqlx.Tx, parts []Part, to PartState) error {
	ids, old, events := make([]uuid.UUID, len(parts)), make([]string, len(parts)), make([]uuid.UUID, len(parts))
	for i, p := range parts {
		ids[i], old[i], events[i] = p.ID, string(p.State), postgres.NewID()
	}
	result, err := tx.ExecContext(ctx, `
		with moved as (
		    update sub_orders s set state = $4
		    from unnest($1::uuid[], $2::text[], $3::uuid[]) as old (id, state, event)
		    where s.id = old.id and s.state = old.state
		    returning s.id, s.order_id, old.event
		)
		insert into order_events (id, order_id, sub_order_id, state, note, actor, user_id, at, reason)
		select event, order_id, id, $4, $5, $6, $7, $8, $9 from moved`,
		pq.Array(ids), pq.Array(old), pq.Array(events), to, o.by.Note, o.by.Actor.Kind, o.by.Actor.UserID(), o.by.At, o.by.Why)
	if err := moved(result, err, int64(len(parts))); err != nil {
		return fmt.Errorf("order: parts to %s: %w", to, err)
	}
	for i := range o.parts {
		if slices.Contains(ids, o.parts[i].ID) {
			o.parts[i].State = to
		}
	}
	return nil
}

// moved checks that a statement moved as many as it should: the order is locked, so that nothing
// else can have moved them meanwhile.
func moved(result sql.Result, err error, want int64) error {
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	if err == nil && n != want {
		err = fmt.Errorf("%d of %d moved", n, want)
	}
	return err
}
