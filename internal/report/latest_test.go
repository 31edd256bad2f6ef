package report_test

import (
	"context"
	"fmt"
	"testing"
)

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
		b.exec(t, `insert into orders (id, number, token_hash, request_hash, source, locale, buyer_name, buyer_phone, place,
			delivery, payment, items_centimes, delivery_centimes, total_centimes, due_centimes, state, deliver_from, deliver_to, placed_at, expires_at)
			values ($1, $2, convert_to($2, 'UTF8'), '', 'shop', 'ar', 'Amina', '+212661999888', 'ahfir',
			'home', 'cash_on_delivery', 1, 0, 1, 1, 'confirmed', '2026-11-09', '2026-11-12', $3, $3)`,
			order, fmt.Sprintf("S-2611-0000000%d", i+1), at(t, o.moment))
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
