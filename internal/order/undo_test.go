package order_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/order"
)

// undo is the move that the cooperative's page offers its member, to take back what happened to the part last.
func (m *market) undo(cooperative, part uuid.UUID) order.Move {
	m.t.Helper()
	p, err := m.PartOf(m.t.Context(), cooperative, part)
	m.must(err)
	named, err := m.PartsNamed(m.t.Context(), cooperative, []uuid.UUID{part})
	m.must(err)
	if one := named[0].Undo(m.members[cooperative], m.clock()); one != p.Undo(m.members[cooperative], m.clock()) {
		m.t.Errorf("alone and among others: %q, %q", one, p.Undo(m.members[cooperative], m.clock()))
	}
	return p.Undo(m.members[cooperative], m.clock())
}

func TestWhatAMemberHasJustDoneSheTakesBack(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	o := m.place(m.basic()).Order
	part := m.part(o, m.honey)
	for _, c := range []struct {
		move, undo    order.Move
		after, before string
	}{
		{order.MoveAccept, order.MoveUnaccept, "confirmed: placed accepted placed", "confirmed: placed placed placed"},
		{order.MoveReady, order.MoveUnready, "confirmed: placed ready placed", "confirmed: placed accepted placed"},
		{order.MoveHandOver, order.MoveTakeBack, "confirmed: placed handed_over placed", "confirmed: placed ready placed"},
	} {
		m.later(time.Hour)
		m.must(m.Move(ctx, c.move, part.ID, m.of(m.honey)))
		m.wantStates(o.ID, c.after)
		m.later(9 * time.Minute)
		if offered := m.undo(m.honey, part.ID); offered != c.undo {
			t.Errorf("after %s %q is offered", c.move, offered)
		}
		m.must(m.Move(ctx, c.undo, part.ID, m.of(m.honey)))
		m.wantStates(o.ID, c.before)
		m.wantClean() // what waits for an answer ends by itself again
		if offered := m.undo(m.honey, part.ID); offered != "" {
			t.Errorf("what was taken back is to be taken back: %s", offered)
		}
		if err := m.Move(ctx, c.undo, part.ID, m.of(m.honey)); !errors.Is(err, order.ErrWrongState) && !errors.Is(err, order.ErrUndoOver) {
			t.Errorf("taken back twice: %v", err)
		}
		m.must(m.Move(ctx, c.move, part.ID, m.of(m.honey)))
	}
	told := 0
	for _, e := range m.read(o.ID).Events {
		if e.NoteIn(m.texts.Locale("fr")) == "La coopérative est revenue sur l’étape précédente" {
			told++
		}
	}
	if told != 3 {
		t.Errorf("the history tells of %d that were taken back", told)
	}
}

func TestWhoTakesAYesBackHasTimeToAnswer(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.place(m.basic()).Order
	part := m.part(o, m.honey)
	m.must(m.Move(t.Context(), order.MoveConfirm, o.ID, m.people()))
	until := m.read(o.ID).ExpiresAt
	m.later(until.Sub(m.clock()) - time.Minute)
	m.must(m.Move(t.Context(), order.MoveAccept, part.ID, m.of(m.honey)))
	m.later(5 * time.Minute)
	m.must(m.Move(t.Context(), order.MoveUnaccept, part.ID, m.of(m.honey)))
	m.wantClean()
	m.must(m.Expire(t.Context(), o.ID, m.clock()))
	m.wantStates(o.ID, "confirmed: placed placed placed")
	m.later(time.Hour)
	m.must(m.Expire(t.Context(), o.ID, m.clock()))
	m.wantStates(o.ID, "cancelled: cancelled cancelled cancelled")
	m.wantClean()
}

func TestWhatIsTakenBackIsOnesOwnAndTheLastAndRecent(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	accepted := func() (order.Order, uuid.UUID) {
		o := m.place(m.basic()).Order
		id := m.part(o, m.honey).ID
		m.must(m.Move(ctx, order.MoveAccept, id, m.of(m.honey)))
		return o, id
	}
	wantKept := func(what string, id uuid.UUID, by order.By, want error) {
		t.Helper()
		if err := m.Move(ctx, order.MoveUnaccept, id, by); !errors.Is(err, want) {
			t.Errorf("%s: %v", what, err)
		}
		p, err := m.PartOf(ctx, m.honey, id)
		m.must(err)
		if p.State != order.PartAccepted {
			t.Errorf("%s: it is %s", what, p.State)
		}
	}
	_, id := accepted()
	colleague := m.of(m.honey)
	colleague.Actor.User = m.user("colleague@souk.example", "preparer", &m.honey, "ar")
	wantKept("a colleague's", id, colleague, order.ErrUndoOver)
	wantKept("another cooperative's", id, m.of(m.soap), order.ErrNotFound)
	wantKept("by the association", id, m.people(), order.ErrNotFound)
	m.later(order.UndoFor + time.Second)
	wantKept("too late", id, m.of(m.honey), order.ErrUndoOver)
	if said := m.texts.Locale("fr").Message(order.ErrUndoOver.Message); !strings.Contains(said, "10 minutes") {
		t.Errorf("she is told %q", said)
	}

	o, id := accepted()
	lighter := m.weighed(o, m.thyme, 0, "weight")
	lighter.Amount = 1_00
	m.must(m.Adjust(ctx, o.ID, lighter, m.people()))
	wantKept("somebody else took something off since", id, m.of(m.honey), order.ErrUndoOver)

	_, id = accepted()
	for range 10 {
		m.must(m.Move(ctx, order.MoveUnaccept, id, m.of(m.honey)))
		m.must(m.Move(ctx, order.MoveAccept, id, m.of(m.honey)))
	}
	if offered := m.undo(m.honey, id); offered != "" {
		t.Errorf("for the eleventh time %q is offered", offered)
	}
	wantKept("for the eleventh time", id, m.of(m.honey), order.ErrUndoOver)
	m.wantClean()
}
