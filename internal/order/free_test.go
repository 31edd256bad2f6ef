package order_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/order"
)

func TestTheAssociationFreesWhatStrangersHold(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	m.restock(m.wheat, 90)
	var orders []order.Placed
	for n := range 6 {
		in := m.wants(phone(n/2), m.wheat, 2)
		in.From = []string{"192.0.2.1", "192.0.2.2"}[n%2]
		if n == 5 {
			in.Buyer.Email = "fatima@exemple.invalid"
		}
		orders = append(orders, m.place(in))
		m.later(time.Minute)
	}
	phones, addresses, err := m.Holders(ctx)
	m.must(err)
	if len(phones) != 3 || len(addresses) != 2 || phones[0].Orders != 2 || addresses[0].Pieces != 6 || len(addresses[0].Address) != 64 {
		t.Fatalf("%+v, %+v", phones, addresses)
	}
	all := order.Holders{}
	seen, err := m.Waiting(ctx, all)
	m.must(err)
	if seen.Orders != 6 || seen.Pieces != 12 {
		t.Errorf("%+v", seen)
	}
	// Meanwhile one is confirmed by telephone, one by mail, and one more comes.
	m.must(m.Move(ctx, order.MoveConfirm, orders[4].Order.ID, m.people()))
	token, err := m.Confirming(ctx, orders[5].Order.ID)
	m.must(err)
	m.must(m.ConfirmByBuyer(ctx, token))
	late := m.place(m.wants(phone(9), m.wheat, 2))

	free := func(of order.Holders, until time.Time, want int) {
		t.Helper()
		if freed, err := m.Free(ctx, of, until, m.people()); err != nil || freed != want {
			t.Errorf("%d were freed, %v", freed, err)
		}
	}
	free(order.Holders{Phone: "+212661000000"}, orders[0].Order.PlacedAt, 1) // what was seen then
	m.wantStates(orders[0].Order.ID, "cancelled: cancelled")
	m.wantStates(orders[1].Order.ID, "placed: placed")
	free(order.Holders{Address: addresses[0].Address}, seen.Until, 1)
	free(all, seen.Until, 2)
	free(all, seen.Until, 0) // pressed twice
	for i, want := range []string{"cancelled: cancelled", "cancelled: cancelled", "cancelled: cancelled", "cancelled: cancelled", "confirmed: placed", "confirmed: placed"} {
		m.wantStates(orders[i].Order.ID, want)
	}
	m.wantStates(late.Order.ID, "placed: placed")
	o := m.read(orders[1].Order.ID)
	if last := o.Events[len(o.Events)-1]; last.Note != order.NoteFreed || *last.UserID != m.association || !o.Lapsed() || !o.Freed() {
		t.Errorf("the history ends with %+v", last)
	}
	free(order.Holders{Mailed: true}, seen.Until, 1)
	m.wantStates(orders[5].Order.ID, "cancelled: cancelled")
	m.wantStock(map[uuid.UUID]int{m.wheat: 96})
	m.wantClean()
	_, err = m.Free(ctx, order.Holders{Address: "none"}, seen.Until, m.people())
	wantError(t, "an address that is none", err, order.ErrNotFound)
}
