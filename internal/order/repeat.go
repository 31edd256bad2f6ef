package order

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
)

// A form that is sent twice is answered twice as if it had been sent once: a move that is refused has been made already if
// whoever makes it has made this very move from the same page, and nothing that it changes was moved since.

// repeated gives nil instead of the error that refuses a move of the whole order if it is such a one.
func (o *locked) repeated(ctx context.Context, tx *sqlx.Tx, m Move, seen *int64, refused error) error {
	events, err := readEvents(ctx, tx, o.ID)
	if err != nil {
		return err
	}
	since := slices.Clone(events)
	if seen != nil {
		if *seen < 0 || *seen >= int64(len(events)) {
			return refused
		}
		since = events[*seen:]
	} else { // she looks at no history
		since = slices.DeleteFunc(since, func(e Event) bool { return e.PartID != nil })
		since = since[max(0, len(since)-1):]
	}
	moves := 0 // of the whole order
	for _, e := range since {
		if !o.madeBy(e) {
			return refused
		}
		if e.PartID == nil {
			moves++
			if o.by.Note != "" && e.Note != o.by.Note { // another reason is another form
				return refused
			}
		}
	}
	if o.State != rules[m].to || moves != 1 {
		return refused
	}
	return nil
}

// repeatedPart is repeated for a cooperative's move of its part, from a page that showed it in a state.
func (o *locked) repeatedPart(ctx context.Context, tx *sqlx.Tx, m Move, part uuid.UUID, seen PartState) error {
	events, err := readEvents(ctx, tx, o.ID)
	if err != nil {
		return err
	}
	events = slices.DeleteFunc(events, func(e Event) bool { return e.PartID == nil || *e.PartID != part || e.State == EventAdjusted })
	n := len(events)
	if n < 2 || events[n-1].State != string(rules[m].toPart) || !o.madeBy(events[n-1]) || events[n-2].State != string(seen) ||
		o.by.Note != "" && events[n-1].Note != o.by.Note || events[n-1].Reason != o.by.Why {
		return ErrWrongState
	}
	return nil
}

// madeBy reports whether whoever makes the move made that entry.
func (o *locked) madeBy(e Event) bool {
	user := uuid.Nil
	if e.UserID != nil {
		user = *e.UserID
	}
	return e.Actor == o.by.Actor.Kind && user == o.by.Actor.User
}
