package order_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/order"
)

// copied makes so many copies of an order, each placed a second after the one before and held as much longer.
func (m *market) copied(id uuid.UUID, n int) {
	m.t.Helper()
	m.exec(`
		insert into orders
		select (jsonb_populate_record(o, jsonb_build_object('id', gen_random_uuid(), 'number', number || '-' || n,
		    'token_hash', sha256(token_hash || n::text::bytea), 'placed_at', placed_at + n * interval '1 second', 'expires_at', expires_at + n * interval '1 second'))).*
		from orders o cross join generate_series(1, $2::int) n where id = $1`, id, n)
}

// Whoever takes the whole list along gets each order once, in the order of its pages, however many there are.
func TestTheWholeListOfOrdersIsReadAtOneMoment(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	first := m.place(m.basic()).Order
	m.copied(first.ID, 1200) // more than are read at once
	later := m.basic()
	later.Buyer.Name, later.Buyer.Phone = "Zineb", phone(7)
	m.later(time.Hour)
	other := m.place(later).Order
	for name, c := range map[string]struct {
		filter order.Filter
		want   int
	}{
		"all":          {order.Filter{}, 1202},
		"unconfirmed":  {order.Filter{State: order.StatePlaced}, 1202},
		"of a name":    {order.Filter{Query: "zin"}, 1},
		"of a month":   {order.Filter{Query: "2611"}, 1202},
		"of some time": {order.Filter{From: monday.Add(time.Second), To: monday.Add(time.Hour)}, 1200},
		"nobody's":     {order.Filter{Query: "nobody"}, 0},
	} {
		var whole []order.Summary
		m.must(m.Each(t.Context(), c.filter, func(o order.Summary) error {
			whole = append(whole, o)
			return nil
		}))
		var paged []uuid.UUID
		for from := (*keyset.Place)(nil); ; {
			page, err := m.List(t.Context(), c.filter, from, 500)
			m.must(err)
			paged = append(paged, idsOf(page.Orders)...)
			if from = page.Next; from == nil {
				break
			}
		}
		if got := idsOf(whole); len(got) != c.want || !slices.Equal(got, paged) {
			t.Errorf("%s: %d orders, and %d page by page", name, len(got), len(paged))
		}
	}
	enough, read := errors.New("enough"), 0
	m.must(m.Each(t.Context(), order.Filter{State: order.StatePlaced}, func(order.Summary) error {
		if read++; read == 1 { // the last of them, meanwhile
			m.must(m.Move(t.Context(), order.MoveConfirm, other.ID, m.people()))
		}
		return nil
	}))
	if read != 1202 {
		t.Errorf("of the list at its beginning %d orders are read", read)
	}
	read = 0
	err := m.Each(t.Context(), order.Filter{}, func(order.Summary) error { read++; return enough })
	if !errors.Is(err, enough) || read != 1 {
		t.Errorf("whoever has enough is given %d orders, %v", read, err)
	}
}
