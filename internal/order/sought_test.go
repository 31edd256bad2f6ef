package order_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/order"
)

// Whoever turns the pages of what is found sees each order once, forward and back, however long ago it was placed.
func TestOrdersAreFoundHoweverLongAgoTheyWerePlaced(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	for _, line := range m.basic().Lines {
		m.restock(line.ProductID, 100)
	}
	var placed []order.Order // the newest first
	for i, after := range []time.Duration{0, 0, time.Hour, 30 * time.Hour, 24 * time.Hour, 9 * 24 * time.Hour, 40 * 24 * time.Hour, 0, 200 * 24 * time.Hour, 50 * time.Hour} {
		m.later(after)
		in := m.basic()
		in.Buyer.Name, in.Buyer.Phone = []string{"فاطمة بنعلي", "Fatima Zahra", "فاطمة ٨", "Hassan"}[i%4], phone(i)
		placed = slices.Insert(placed, 0, m.place(in).Order)
	}
	for _, i := range []int{1, 4, 5, 8} {
		m.must(m.Move(ctx, order.MoveConfirm, placed[i].ID, m.people()))
	}
	for i, o := range placed {
		placed[i] = m.read(o.ID)
	}
	month := strings.Split(placed[len(placed)-1].Number, "-")[1]
	ofMonth := func(o order.Order) bool { return strings.HasPrefix(o.Number, "S-"+month+"-") }
	// A month's digits may stand at the beginning of a running number too.
	runs := func(o order.Order, digits string) bool { return strings.HasPrefix(o.Number[len("S-2611-"):], digits) }
	named := func(begins ...string) func(order.Order) bool {
		return func(o order.Order) bool {
			return !slices.ContainsFunc(begins, func(b string) bool {
				return !slices.ContainsFunc(strings.Fields(strings.ToLower(o.Buyer.Name)), func(w string) bool { return strings.HasPrefix(w, b) })
			})
		}
	}
	eighth := func(o order.Order) bool {
		return named("فاطمة", "٨")(o) || named("فاطمة")(o) && runs(o, "8")
	}
	for query, want := range map[string]func(order.Order) bool{
		"فاطمة":          named("فاطمة"),
		"f":              named("f"),
		"fat ZAH":        named("fat", "zah"),
		"zahra hassan":   func(order.Order) bool { return false },
		"فاطمة 8":        eighth,
		"فاطمة ٨":        eighth,
		"S":              func(order.Order) bool { return true },
		month:            func(o order.Order) bool { return ofMonth(o) || runs(o, month) },
		"s-" + month:     func(o order.Order) bool { return ofMonth(o) || runs(o, month) },
		"S" + month:      func(o order.Order) bool { return ofMonth(o) || runs(o, month) },
		month + " فاطمة": func(o order.Order) bool { return named("فاطمة")(o) && (ofMonth(o) || runs(o, month)) },
		"0661":           func(order.Order) bool { return true },
		"000003":         func(o order.Order) bool { return o.Buyer.Phone == "+212661000003" },
		"hassan 003": func(o order.Order) bool {
			return o.Buyer.Phone == "+212661000003" || named("hassan")(o) && runs(o, "003")
		},
		placed[5].Number[:12]: func(o order.Order) bool { return strings.HasPrefix(o.Number, placed[5].Number[:12]) },
	} {
		for _, state := range []order.State{"", order.StatePlaced, order.StateConfirmed} {
			var found []order.Order
			for _, o := range placed {
				if (state == "" || o.State == state) && want(o) {
					found = append(found, o)
				}
			}
			if state == order.StatePlaced { // the first to be given up are those that were placed first
				slices.Reverse(found)
			}
			var whole []uuid.UUID
			for _, o := range found {
				whole = append(whole, o.ID)
			}
			filter := order.Filter{Query: query, State: state}
			m.turnsThrough(fmt.Sprintf("%s, %q", state, query), filter, whole)
		}
	}
}

// A name is found however it is spelt, as it was written and as it is typed.
func TestOrdersAreFoundHoweverANameIsSpelt(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	for _, line := range m.basic().Lines {
		m.restock(line.ProductID, 100)
	}
	placed := make(map[string]uuid.UUID)
	for i, name := range []string{"فاطمة الزهراء", "فاطمه بنعيسى", "أحمد مُصطفى", "Bénaïssa Aït-Œuvrard", "김민준", "BENAISSA"} {
		in := m.basic()
		in.Buyer.Name, in.Buyer.Phone = name, phone(i)
		placed[name] = m.place(in).Order.ID
	}
	for query, want := range map[string][]string{
		"فاطمه":          {"فاطمة الزهراء", "فاطمه بنعيسى"},
		"فاطمة":          {"فاطمة الزهراء", "فاطمه بنعيسى"},
		"بنعيسي":         {"فاطمه بنعيسى"},
		"احمد مصطفي":     {"أحمد مُصطفى"},
		"إحمد":           {"أحمد مُصطفى"},
		"benaissa":       {"Bénaïssa Aït-Œuvrard", "BENAISSA"},
		"bénaïs":         {"Bénaïssa Aït-Œuvrard", "BENAISSA"},
		"oeuvrard AIT":   {"Bénaïssa Aït-Œuvrard"},
		"œuv be\u0301na": {"Bénaïssa Aït-Œuvrard"},
		"김민":             {"김민준"},
	} {
		var ids []uuid.UUID
		for _, name := range want {
			ids = append(ids, placed[name])
		}
		list, err := m.List(t.Context(), order.Filter{Query: query}, nil, 10)
		m.must(err)
		got := idsOf(list.Orders)
		for _, list := range [][]uuid.UUID{got, ids} {
			slices.SortFunc(list, func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) })
		}
		if !slices.Equal(got, ids) {
			t.Errorf("%q finds %d orders, want those of %q", query, len(got), want)
		}
	}
}

// turnsThrough holds a list to these orders, by pages of two there and back again.
func (m *market) turnsThrough(name string, f order.Filter, want []uuid.UUID) {
	m.t.Helper()
	var forward, back []uuid.UUID
	page, err := m.List(m.t.Context(), f, nil, 2)
	m.must(err)
	for forward = idsOf(page.Orders); page.Next != nil && len(forward) <= len(want); forward = append(forward, idsOf(page.Orders)...) {
		page, err = m.List(m.t.Context(), f, page.Next, 2)
		m.must(err)
	}
	last := idsOf(page.Orders)
	for back = last; page.Previous != nil && len(back) <= len(want); back = append(idsOf(page.Orders), back...) {
		page, err = m.List(m.t.Context(), f, page.Previous, 2)
		m.must(err)
	}
	for direction, got := range map[string][]uuid.UUID{"forward": forward, "back": back} {
		if !slices.Equal(got, want) {
			m.t.Errorf("%s, %s: %d orders, want %d", name, direction, len(got), len(want))
		}
	}
}

// A number opens its order whichever way it is written.
func TestAnOrderIsFoundByItsNumberHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	in := m.basic()
	in.Buyer.Name = "Nadia 2611 " + strings.Repeat("1", 8)
	o := m.place(in).Order
	in.Buyer.Phone = phone(1)
	m.place(in)
	month, running := o.Number[2:6], o.Number[7:]
	for _, written := range []string{
		o.Number, strings.ToLower(o.Number), month + "-" + running, month + " " + running, month + running, "S" + month + running,
		"s " + month + " " + running, arabicDigits.Replace(o.Number), arabicDigits.Replace(month + running), "S‑" + month + "‑" + running,
		"\u2066S-" + month + "-" + running + "\u2069", "N° S-" + month + "-" + running + ".", "Votre commande " + o.Number + " est confirmée", "طلبكم " + o.Number + "،",
	} {
		list, err := m.List(t.Context(), order.Filter{Query: written}, nil, 10)
		m.must(err)
		if got := idsOf(list.Orders); !slices.Equal(got, []uuid.UUID{o.ID}) {
			t.Errorf("%q finds %v", written, got)
		}
	}
}
