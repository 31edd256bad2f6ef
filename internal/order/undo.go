package order

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/clock"
)

// A thumb slips: for UndoFor a member may take back what she did with her part, as long as nothing else has happened to
// it. Only the part goes back. An order that her yes confirmed stays confirmed, since the association and the other
// cooperatives may stand on that already; and both, what was done and that it was taken back, stay in the history.
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
	// She has to answer again, by when she had to before; that may have been just now, and its job is worked then.
	o.ExpiresAt = clock.Later(o.ExpiresAt, o.by.At.Add(answerAgain))
	if _, err := tx.ExecContext(ctx, `update orders set expires_at = $2 where id = $1`, o.ID, o.ExpiresAt); err != nil {
		return fmt.Errorf("order: time to answer again: %w", err)
	}
	return s.jobs.InsertManyTx(ctx, tx, s.expiry(o.ID, o.ExpiresAt))
}
