package report_test

import (
	"context"
	"fmt"
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
	latest, err := b.LatestOrders(t.Context(), 8)
	if err != nil || len(latest) != 1 || latest[0].Number != "S-3" {
		t.Errorf("the latest orders are %v: %v", latest, err)
	}
}

func TestTheLatestOrdersComeFirst(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	for i, o := range []struct {
		moment string
		goods  basket
	}{
		{"2026-11-05 10:00", basket{"nahlat": 20000, "zitoun": 200000}},
		{"2026-11-08 10:00", basket{"nahlat": 40000}},
		{"2026-09-10 10:00", basket{"nahlat": 100000, "seksou": 50000}},
	} {
		order := b.ordered(t, o.moment, o.goods)
		b.write(t, order, fmt.Sprintf("S-2611-0000000%d", i+1), o.moment, "confirmed")
		if i == 0 {
			b.cancelled(t, order, "2026-11-06 10:00", basket{"nahlat": 20000})
		}
		if i == 1 {
			b.paid(t, order, "2026-11-09 10:00", o.goods)
		}
	}
	latest, err := b.LatestOrders(context.Background(), 2)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, o := range latest {
		told = append(told, fmt.Sprintf("%s %s to %s: %s of %d, %s", o.Number, o.PlacedAt.Format("2006-01-02"), o.PlaceName.FR, o.Sold, o.Cooperatives, o.State))
	}
	same(t, "the latest two", told, []string{
		"S-2611-00000002 2026-11-08 to Ahfir: 400.00 of 1, confirmed",
		"S-2611-00000001 2026-11-05 to Ahfir: 2000.00 of 2, confirmed", // one part of it was cancelled
	})
}
