package report_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/report"
)

// write keeps the row of an order.
func (b *books) write(t testing.TB, order uuid.UUID, number, moment, state string) {
	t.Helper()
	b.exec(t, `insert into orders (id, number, token_hash, request_hash, source, locale, buyer_name, buyer_phone, place,
		delivery, payment, items_centimes, delivery_centimes, total_centimes, due_centimes, state, deliver_from, deliver_to, placed_at, expires_at)
		values ($1, $2, convert_to($2, 'UTF8'), '', 'shop', 'ar', 'Amina', '+212661999888', 'ahfir',
		'home', 'cash_on_delivery', 1, 0, 1, 1, $4, '2026-11-09', '2026-11-12', $3, $3)`,
		order, number, at(t, moment), state)
}

func TestWhatNobodyConfirmedIsNoSale(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	for _, c := range []struct{ number, state string }{{"S-1", "placed"}, {"S-2", "placed"}, {"S-3", "confirmed"}} {
		b.write(t, b.ordered(t, "2026-11-05 10:00", basket{"khayt": 10000, "seksou": 5000}), c.number, "2026-11-05 10:00", c.state)
	}
	sales, err := b.Sales(t.Context(), report.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "sold", sales.Figures, report.Figures{UnderWay: 15000, Orders: 1})
	same(t, "joint orders, months, cooperatives that sold", []int{sales.JointOrders, len(sales.ByMonth), sales.Selling}, []int{1, 1, 2})
	same(t, "the most sold", sales.Most[0].Figures, report.Figures{UnderWay: 10000, Orders: 1})
	same(t, "waiting", sales.Waiting, report.Figures{UnderWay: 30000, Orders: 2})
	if sales, err = b.Sales(t.Context(), report.Filter{Commune: "zegzel"}); err != nil {
		t.Fatal(err)
	}
	same(t, "waiting in Zegzel", sales.Waiting, report.Figures{UnderWay: 20000, Orders: 2})
}

func TestAnOrderThatNobodyConfirmedIsNone(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	for _, o := range []struct {
		number, state string
		found         bool
	}{{"S-1", "placed", false}, {"S-2", "confirmed", true}} {
		b.write(t, b.ordered(t, "2026-11-05 10:00", basket{"khayt": 10000}), o.number, "2026-11-05 10:00", o.state)
		if found, err := b.Any(t.Context()); err != nil || found != o.found {
			t.Errorf("after %s, which is %s, there is one: %v (%v)", o.number, o.state, found, err)
		}
	}
}
