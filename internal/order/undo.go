package order

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/postgres"
)

// A thumb slips: for UndoFor a member may take back what she did with her part, as long as nothing else has happened to
// it. An order that her yes alone confirmed waits to be confirmed again; one to which anything else has happened since
// stays confirmed, since others may stand on that already. Both, what was done and that it was taken back, stay in the
// history.
const (
	UndoFor     = 10 * time.Minute
	undosOfPart = 10        // then a part has to be answered for good: its history grows by each
	answerAgain = time.Hour // at least, for who takes her yes back
)

// undoing are the moves that take back what led to a state.
var undoing = map[PartState]Move{PartAccepted: MoveUnaccept, PartReady: MoveUnready, PartHandedOver: MoveTakeBack}

// Undo is the move by which that member may take back what happened to the part last; empty, if there is none.
func (p CooperativePart) Undo(member uuid.UUID, now time.Time) Move {
	if m := undoing[p.State]; m != "" && p.Can(m) && p.Undone < undosOfPart && p.Last.undoable(p.State, member, now) {
		return m
	}
	return ""
}

// undoable reports whether the entry, the last of a part's history, is what that member did a moment ago. What took
// something back is not taken back itself.
func (e Event) undoable(state PartState, member uuid.UUID, now time.Time) bool {
	return e.State == string(state) && e.Actor == actor.Member && e.UserID != nil && *e.UserID == member &&
		e.Note != NoteUndone && !now.After(e.At.Add(UndoFor))
}

// undo takes back what led to the state that the part is in.
func (s *Service) undo(ctx context.Context, tx *sqlx.Tx, o *locked, m Move, parts []Part) error {
	part := parts[0]
	var last struct {
		Event
		Undone int
	}
	err := tx.GetContext(ctx, &last, `
		select state, note, actor, user_id, at,
		       (select count(*) from order_events where order_id = $1 and sub_order_id = $2 and note = $3) as undone
		from order_events where order_id = $1 and sub_order_id = $2 order by at desc, id desc limit 1`, o.ID, part.ID, NoteUndone)
	if err != nil {
		return fmt.Errorf("order: what to take back: %w", err)
	}
	if !last.undoable(part.State, o.by.Actor.User, o.by.At) || last.Undone >= undosOfPart {
		return ErrUndoOver
	}
	o.by.Note = NoteUndone
	if err := o.setParts(ctx, tx, parts, rules[m].toPart); err != nil || m != MoveUnaccept {
		return err
	}
	mailed, err := o.unconfirm(ctx, tx)
	if err != nil {
		return err
	}
	// She has to answer again, by when she had to before; that may have been just now, and its job is worked then.
	o.ExpiresAt = clock.Later(o.ExpiresAt, o.by.At.Add(answerAgain))
	if _, err := tx.ExecContext(ctx, `update orders set expires_at = $2 where id = $1`, o.ID, o.ExpiresAt); err != nil {
		return fmt.Errorf("order: time to answer again: %w", err)
	}
	jobs := s.expiry(o.ID, o.ExpiresAt)
	if mailed {
		again, err := s.askAgain(ctx, tx, o)
		if err != nil {
			return err
		}
		jobs = append(jobs, again...)
	}
	return s.jobs.InsertManyTx(ctx, tx, jobs)
}

// keepHold keeps what the order holds, which the yes of a cooperative is about to release, for whoever takes that back.
func (o *locked) keepHold(ctx context.Context, tx *sqlx.Tx) error {
	_, err := tx.ExecContext(ctx, `
		insert into holds_released (order_id, address, site, spare, told, letter, at, confirmed_at, expires_at, released_at)
		select order_id, address, site, spare, told, letter, at, confirmed_at, $2, $3 from holds where order_id = $1`,
		o.ID, o.ExpiresAt, o.by.At)
	if err != nil {
		return fmt.Errorf("order: keep what is held: %w", err)
	}
	return nil
}

// unconfirm has an order wait again for somebody to confirm it, and its goods held as they were before, if no
// cooperative's yes is left of those that confirmed it, nor anything else has happened to it since the first. What its
// buyer confirmed by mail before stays confirmed by that. It reports whether she was mailed a link to confirm it by, and
// has to do so now.
func (o *locked) unconfirm(ctx context.Context, tx *sqlx.Tx) (mailed bool, err error) {
	for _, p := range o.active() {
		if p.State != PartPlaced {
			return false, nil
		}
	}
	var was struct {
		Address, Site []byte
		Spare         int
		Told, Letter  bool
		At            time.Time
		ConfirmedAt   *time.Time `db:"confirmed_at"`
		ExpiresAt     time.Time  `db:"expires_at"`
	}
	err = tx.GetContext(ctx, &was, `
		delete from holds_released r
		where order_id = $1 and not exists (select from order_events where order_id = $1 and at >= r.released_at and state not in ($2, $3, $4))
		returning address, site, spare, told, letter, at, confirmed_at, expires_at`, o.ID, StateConfirmed, PartAccepted, PartPlaced)
	if postgres.NoRows(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("order: what was held: %w", err)
	}
	if was.ConfirmedAt == nil {
		o.ExpiresAt = was.ExpiresAt
		if err := o.setState(ctx, tx, rules[MoveUnaccept].to); err != nil {
			return false, err
		}
	}
	_, err = tx.ExecContext(ctx, `
		with lines as (
		    select l.product_id, l.quantity from sub_orders s join order_lines_now l on l.sub_order_id = s.id
		    where s.order_id = $1 and s.state = $9 and l.quantity > 0
		), held as (
		    insert into holds (order_id, phone, address, site, pieces, spare, told, letter, at, confirmed_at)
		    select id, buyer_phone, $2, $3, (select sum(quantity) from lines), $4, $5, $6, $7, $8 from orders where id = $1
		    returning pieces, spare
		), of_each as (
		    insert into hold_lines (product_id, order_id, quantity) select product_id, $1, quantity from lines
		)
		update hold_totals t set pieces = t.pieces + h.pieces, spare = t.spare + h.spare from held h`,
		o.ID, was.Address, was.Site, was.Spare, was.Told, was.Letter, was.At, was.ConfirmedAt, PartPlaced)
	if err != nil {
		return false, fmt.Errorf("order: hold again: %w", err)
	}
	return was.Letter && was.ConfirmedAt == nil, nil
}
