package order_test

import (
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/order"
)

func TestProductsThatAreHeldUpAreCountedAfterEachHold(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.exec(`update settings set decided = decided || '{"product_share": "50"}'`)
	want := func(when string, products int) {
		t.Helper()
		got, err := m.HeldUp(t.Context())
		m.must(err)
		if got != products {
			t.Errorf("%s: %d products are held up, not %d", when, got, products)
		}
	}
	want("nothing ordered", 0)
	half := m.stock(m.wheat) / 2
	placed := m.place(m.wants(phone(1), m.wheat, half))
	want("half of one is held", 1)
	m.restock(m.wheat, 100)
	m.later(time.Minute)
	want("a minute after there is more of it", 0)
	m.place(m.wants(phone(2), m.barley, m.stock(m.barley)/2))
	want("half of another is held", 1)
	m.exec(`update settings set decided = decided || '{"product_share": "1"}'`)
	want("a hundredth is enough", 2)
	m.must(m.Move(t.Context(), order.MoveCancel, placed.Order.ID, m.people()))
	want("one was given up", 1)
}
