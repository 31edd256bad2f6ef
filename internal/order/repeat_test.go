package order_test

import (
	"errors"
	"testing"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/order"
)

func TestAMoveThatIsSentTwiceIsMadeOnce(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	colleague := m.user("other@souk.example", "director", nil, "ar")
	in := m.basic()
	in.Lines = in.Lines[:1] // of one cooperative
	placed := m.place(in)
	o := placed.Order
	// twice makes a move from the page that stands, sends the same form again and counts what that left.
	twice := func(move order.Move, part bool) {
		t.Helper()
		now := m.read(o.ID)
		by, id := m.people(), o.ID
		if part {
			by, id = m.of(m.couscous), now.Parts[0].ID
			by.SeenPart = new(now.Parts[0].State)
		} else {
			by.Seen = new(int64(len(now.Events)))
		}
		m.must(m.Move(ctx, move, id, by))
		after := m.read(o.ID)
		if err := m.Move(ctx, move, id, by); err != nil {
			t.Errorf("%s, sent twice: %v", move, err)
		}
		if again := m.read(o.ID); len(again.Events) != len(after.Events) {
			t.Errorf("%s, sent twice, leaves %d entries and not %d", move, len(again.Events), len(after.Events))
		}
		if !part {
			other := by
			other.Actor = actor.OfAssociation(colleague)
			if err := m.Move(ctx, move, id, other); !errors.Is(err, order.ErrWrongState) {
				t.Errorf("%s from an old page of somebody else: %v", move, err)
			}
		}
		later := by
		if !part {
			later.Seen = new(int64(len(now.Events)) - 1)
		} else {
			later.SeenPart = new(order.PartDelivered)
		}
		if err := m.Move(ctx, move, id, later); !errors.Is(err, order.ErrWrongState) {
			t.Errorf("%s from a page that showed something else: %v", move, err)
		}
	}
	twice(order.MoveConfirm, false)
	twice(order.MoveAccept, true)
	twice(order.MoveReady, true)
	twice(order.MoveHandOver, true)
	twice(order.MoveDispatch, false)
	twice(order.MoveDeliver, false)

	hers := m.place(in)
	for range 2 {
		m.must(m.CancelByBuyer(ctx, hers.Token))
	}
	if err := m.CancelByBuyer(ctx, placed.Token); err == nil {
		t.Error("what was delivered is cancelled")
	}
	theirs := m.place(in)
	m.must(m.Move(ctx, order.MoveCancel, theirs.Order.ID, m.people("fermé")))
	if err := m.CancelByBuyer(ctx, theirs.Token); !errors.Is(err, order.ErrWrongState) {
		t.Errorf("what the association cancelled is cancelled by its buyer: %v", err)
	}
	o = m.place(in).Order
	twice(order.MoveDecline, true)
	o = m.place(in).Order
	twice(order.MoveCancel, false)
	m.wantClean()
}
