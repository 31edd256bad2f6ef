package order_test

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

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
		{order.MoveAccept, order.MoveUnaccept, "confirmed: placed accepted placed", "placed: placed placed placed"},
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
	if told != 4 { // with the order's own
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

// held is what an order holds, as it is written down, and all that is held; empty: it holds nothing.
func (m *market) held(id uuid.UUID) (held string) {
	m.t.Helper()
	m.must(m.db.Get(&held, `
		select coalesce((
		    select concat(to_json(h), (select json_agg(l order by product_id) from hold_lines l where order_id = h.order_id), (select to_json(t) from hold_totals t))
		    from holds h where order_id = $1), '')`, id))
	return held
}

// wantWaits wants the order to wait as it did before a yes that was taken back, until then.
func (m *market) wantWaits(was order.Order, held string, until time.Time) {
	m.t.Helper()
	m.wantStates(was.ID, "placed: placed placed placed")
	if now := m.held(was.ID); now != held {
		m.t.Errorf("it holds %s, before %s", now, held)
	}
	if now := m.read(was.ID).ExpiresAt; !now.Equal(until) {
		m.t.Errorf("it waits until %s, want %s", now, until)
	}
	m.wantClean()
}

func TestAnOrderWaitsAgainWhenTheOnlyYesIsTakenBack(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	in := m.basic()
	in.Buyer.Email, in.From = "hadda@souk.example", "192.0.2.1"
	placed := m.place(in)
	o := m.read(placed.Order.ID)
	part, held := m.part(o, m.honey).ID, m.held(o.ID)
	m.mailsOf()
	for range 2 {
		m.must(m.Move(ctx, order.MoveAccept, part, m.of(m.honey)))
		m.wantStates(o.ID, "confirmed: placed accepted placed")
		if now := m.held(o.ID); now != "" {
			t.Errorf("once it is confirmed it holds %s", now)
		}
		m.later(9 * time.Minute)
		page := m.of(m.honey)
		accepted := order.PartAccepted
		page.SeenPart = &accepted
		m.must(m.Move(ctx, order.MoveUnaccept, part, page))
		m.must(m.Move(ctx, order.MoveUnaccept, part, page)) // pressed twice
		m.wantWaits(o, held, o.ExpiresAt)
		asked := m.mails()[in.Buyer.Email] // the page of her link said meanwhile that there was nothing more to do
		if asked.Secret == nil || asked.Secret.ID != o.ID || !strings.Contains(asked.Body, "/confirm/") {
			t.Errorf("she is asked to confirm it again by %+v", asked)
		}
	}
	m.later(2 * order.UndoFor)
	m.answers(o.ID)
	if told := m.toldOf(in.Buyer.Email); len(told) != 0 {
		t.Errorf("she is told %q", told)
	}
	m.confirmByMail(o.ID)
	m.wantStates(o.ID, "confirmed: placed placed placed")
	m.wantClean()

	o = m.read(m.place(m.basic()).Order.ID)
	m.must(m.Move(ctx, order.MoveAccept, m.part(o, m.honey).ID, m.of(m.honey)))
	m.must(m.Move(ctx, order.MoveUnaccept, m.part(o, m.honey).ID, m.of(m.honey)))
	m.must(m.Expire(ctx, o.ID, o.ExpiresAt))
	m.wantStates(o.ID, "cancelled: cancelled cancelled cancelled")
	m.wantClean()
}

func TestAnOrderStaysConfirmedByAnothersYes(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	o := m.read(m.place(m.basic()).Order.ID)
	honey, soap, held := m.part(o, m.honey).ID, m.part(o, m.soap).ID, m.held(o.ID)
	m.must(m.Move(ctx, order.MoveAccept, honey, m.of(m.honey)))
	m.later(9 * time.Minute)
	m.must(m.Move(ctx, order.MoveAccept, soap, m.of(m.soap)))
	m.must(m.Move(ctx, order.MoveUnaccept, honey, m.of(m.honey)))
	m.wantStates(o.ID, "confirmed: placed placed accepted")
	m.wantClean()
	m.later(9 * time.Minute)
	m.must(m.Move(ctx, order.MoveUnaccept, soap, m.of(m.soap))) // and now nobody's is left
	m.wantWaits(o, held, o.ExpiresAt)

	// Whatever else has happened since stands on the confirmation.
	m.must(m.Move(ctx, order.MoveAccept, honey, m.of(m.honey)))
	m.must(m.Move(ctx, order.MoveDecline, soap, m.of(m.soap)))
	m.must(m.Move(ctx, order.MoveUnaccept, honey, m.of(m.honey)))
	m.wantStates(o.ID, "confirmed: placed placed declined")
	m.wantClean()
}

func TestWhatWaitsAgainHasTimeToBeConfirmed(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	o := m.read(m.place(m.basic()).Order.ID)
	part, held := m.part(o, m.honey).ID, m.held(o.ID)
	m.later(o.ExpiresAt.Sub(m.clock()) - time.Minute)
	m.must(m.Move(ctx, order.MoveAccept, part, m.of(m.honey)))
	m.later(5 * time.Minute)
	m.must(m.Move(ctx, order.MoveUnaccept, part, m.of(m.honey)))
	m.wantWaits(o, held, m.clock().Add(time.Hour))
	m.must(m.Expire(ctx, o.ID, m.clock()))
	m.wantStates(o.ID, "placed: placed placed placed")
	m.later(time.Hour)
	m.must(m.Expire(ctx, o.ID, m.clock()))
	m.wantStates(o.ID, "cancelled: cancelled cancelled cancelled")
	m.wantClean()
}

func TestWhatItsBuyerConfirmedStaysConfirmedAndHeld(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	in := m.basic()
	in.Buyer.Email = "hadda@souk.example"
	o := m.place(in).Order
	m.confirmByMail(o.ID)
	part, held := m.part(o, m.honey).ID, m.held(o.ID)
	m.must(m.Move(t.Context(), order.MoveAccept, part, m.of(m.honey)))
	m.must(m.Move(t.Context(), order.MoveUnaccept, part, m.of(m.honey)))
	m.wantStates(o.ID, "confirmed: placed placed placed")
	if now := m.held(o.ID); now != held || held == "" {
		t.Errorf("it holds %s, before %s", now, held)
	}
	m.wantClean()
}

func TestAYesIsTakenBackWhileAnotherIsSaid(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	for range 4 {
		o := m.place(m.basic()).Order
		honey, soap := m.part(o, m.honey).ID, m.part(o, m.soap).ID
		m.must(m.Move(ctx, order.MoveAccept, honey, m.of(m.honey)))
		var both errgroup.Group
		var undone atomic.Int32
		for range 2 {
			both.Go(func() error {
				err := m.Move(ctx, order.MoveUnaccept, honey, m.of(m.honey))
				if errors.Is(err, order.ErrWrongState) {
					return nil
				}
				undone.Add(1)
				return err
			})
		}
		both.Go(func() error { return m.Move(ctx, order.MoveAccept, soap, m.of(m.soap)) })
		m.must(both.Wait())
		if undone.Load() != 1 {
			t.Errorf("taken back %d times", undone.Load())
		}
		m.wantStates(o.ID, "confirmed: placed placed accepted")
	}
	m.wantClean()
}

func TestWhatWasReleasedIsForgotten(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.place(m.basic()).Order
	m.must(m.Move(t.Context(), order.MoveAccept, m.part(o, m.honey).ID, m.of(m.honey)))
	for _, left := range []int{1, 0} {
		m.must((&order.CleanWorker{Orders: m.Service}).Work(t.Context(), nil))
		var kept int
		m.must(m.db.Get(&kept, `select count(*) from holds_released`))
		if kept != left {
			t.Errorf("%d are kept, want %d", kept, left)
		}
		m.later(time.Hour + time.Minute)
	}
}
