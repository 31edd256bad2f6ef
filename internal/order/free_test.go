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

func TestWhoHoldsMostIsToldByWhatIsNotToBePaid(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	call := m.place(m.basic()).Order // by whom something is to be paid, too
	other := m.place(m.wants(phone(1), m.wheat, call.Pieces()+1)).Order
	m.byCard()
	phones, _, err := m.Holders(t.Context())
	m.must(err)
	if len(phones) != 2 || phones[0].Phone != other.Buyer.Phone || phones[1].Pieces != call.Pieces() || !phones[1].Since.Equal(call.PlacedAt) {
		t.Errorf("who holds: %+v", phones)
	}
}

func TestWhatWaitsToBePaidIsToldApartAndNotFreed(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	call := m.place(m.basic()).Order
	m.later(time.Minute)
	pay := m.byCard()
	now, err := m.Held(ctx)
	m.must(err)
	if now.Orders != 1 || now.Paying != 1 || now.Pieces != call.Pieces()+pay.Pieces() || now.ToPay != pay.Pieces() || now.Phones != 1 || !now.Since.Equal(call.PlacedAt) {
		t.Errorf("held: %+v", now)
	}
	for _, of := range []order.Holders{{}, {Phone: call.Buyer.Phone}} {
		if seen, err := m.Waiting(ctx, of); err != nil || seen != (order.Waiting{Orders: 1, Pieces: call.Pieces(), Paying: 1, Until: seen.Until}) || !seen.Until.Equal(call.PlacedAt) {
			t.Errorf("%+v: %+v, %v", of, seen, err)
		}
	}
	phones, _, err := m.Holders(ctx)
	m.must(err)
	if len(phones) != 1 || phones[0].Orders != 1 || phones[0].Pieces != call.Pieces() {
		t.Errorf("who holds: %+v", phones)
	}
	if freed, err := m.Free(ctx, order.Holders{Mailed: true}, m.clock(), m.people()); err != nil || freed != 1 {
		t.Errorf("%d were freed, %v", freed, err)
	}
	if o := m.read(pay.ID); o.State != order.StateAwaiting {
		t.Errorf("what is to be paid is %s", o.State)
	}
	if now, err := m.Held(ctx); err != nil || now.Orders != 0 || now.Paying != 1 || now.Phones != 0 || now.Since != nil {
		t.Errorf("held then: %+v, %v", now, err)
	}
	if phones, _, err := m.Holders(ctx); err != nil || len(phones) != 0 {
		t.Errorf("who holds then: %+v, %v", phones, err)
	}
	m.payFirst(pay)
	m.wantClean()
}
