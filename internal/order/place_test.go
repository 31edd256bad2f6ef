package order_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/postgres"
)

func TestAllIsOrderedOrNothing(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	unknown := uuid.New()
	in := m.basic()
	in.Lines = []order.Line{
		{ProductID: m.wheat, Quantity: 10}, {ProductID: m.thyme, Quantity: 11}, {ProductID: m.hidden, Quantity: 1},
		{ProductID: m.pending, Quantity: 1}, {ProductID: unknown, Quantity: 1},
	}
	_, err := m.Place(t.Context(), in)
	var short *catalog.OutOfStock
	if !errors.As(err, &short) || !fault.Is(err, fault.Conflict) {
		t.Fatalf("placed: %v", err)
	}
	got := map[uuid.UUID]int{}
	for _, l := range short.Lines {
		got[l.ProductID] = l.Available
	}
	want := map[uuid.UUID]int{m.thyme: 10, m.hidden: 0, m.pending: 0, unknown: 0}
	if !maps.Equal(got, want) {
		t.Errorf("short: %v, want %v", got, want)
	}
	m.wantStock(map[uuid.UUID]int{m.wheat: 10, m.thyme: 10, m.hidden: 10, m.pending: 10})
	var rows int
	m.must(m.db.Get(&rows, `select (select count(*) from orders) + (select count(*) from journals) + (select count(*) from river_job)`))
	if rows != 0 {
		t.Errorf("%d rows were left behind", rows)
	}
}

func TestASuspendedCooperativeSellsNothing(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.exec(`update cooperatives set state = 'suspended' where id = $1`, m.honey)
	_, err := m.Place(t.Context(), m.basic())
	var short *catalog.OutOfStock
	if !errors.As(err, &short) || !slices.Equal(short.Lines, []catalog.Short{{ProductID: m.thyme}}) {
		t.Errorf("placed: %v", err)
	}
}

func TestPricesAndCommissionAreThoseOfTheMoment(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.place(m.basic()).Order
	m.exec(`update products set price_centimes = 1, name_ar = 'آخر' where id = $1`, m.wheat)
	m.exec(`update settings set decided = decided || '{"commission": "100.00", "free_from": "0.00"}'`)
	if line := m.part(m.read(o.ID), m.couscous).Lines[0]; line.Price != 26_00 || line.Total != 52_00 || line.Name.AR != "كسكس القمح" {
		t.Errorf("the order changed: %+v", line)
	}
	next := m.place(m.basic()).Order
	if p := m.part(next, m.couscous); p.Items != 2 || p.Commission != 2 || next.DeliveryFee != 0 {
		t.Errorf("the next order: items %s, commission %s, delivery %s", p.Items, p.Commission, next.DeliveryFee)
	}
	for _, id := range []uuid.UUID{o.ID, next.ID} {
		m.handOverAll(id)
		m.must(m.Move(t.Context(), order.MoveDispatch, id, m.people()))
		m.must(m.Move(t.Context(), order.MoveDeliver, id, m.people()))
	}
	m.wantClean()
}

func TestWhatABuyerCanGetWrong(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	long := strings.Repeat("ط", 501)
	many := make([]order.Line, order.MaxLines+1)
	for i := range many {
		many[i] = order.Line{ProductID: uuid.New(), Quantity: 1}
	}
	for name, c := range map[string]struct {
		change func(*order.PlaceInput)
		want   map[string]string // key by field
	}{
		"nothing filled in": {
			func(in *order.PlaceInput) { *in = order.PlaceInput{} },
			map[string]string{
				"name": "order.name_missing", "phone": "order.phone_missing", "lines": "order.no_lines",
				"payment": "order.payment_unknown", "delivery": "delivery.unknown_method",
			},
		},
		"blanks": {
			func(in *order.PlaceInput) {
				in.Buyer = order.Buyer{Name: " \t\u00a0\n", Phone: " ", Address: "\x00", Place: " "}
			},
			map[string]string{
				"name": "order.name_missing", "phone": "order.phone_missing",
				"address": "order.address_missing", "place": "delivery.unknown_place",
			},
		},
		"a name and an address of marks": {
			func(in *order.PlaceInput) { in.Buyer.Name, in.Buyer.Address = "..", "..." },
			map[string]string{"name": "order.name_missing", "address": "order.address_missing"},
		},
		"texts without end": {
			func(in *order.PlaceInput) {
				in.Buyer.Name, in.Buyer.Address, in.Buyer.Landmark, in.Buyer.Note = long, long, long, long
				in.IdempotencyKey = long
			},
			map[string]string{
				"name": "order.too_long", "address": "order.too_long", "landmark": "order.too_long",
				"note": "order.too_long", "idempotency_key": "order.key_invalid",
			},
		},
		"two digits are missing": {
			func(in *order.PlaceInput) { in.Buyer.Phone = "06 61 23 45" },
			map[string]string{"phone": "order.phone_invalid"},
		},
		"no such place":     {func(in *order.PlaceInput) { in.Buyer.Place = "atlantis" }, map[string]string{"place": "delivery.unknown_place"}},
		"no such delivery":  {func(in *order.PlaceInput) { in.Delivery = "pigeon" }, map[string]string{"delivery": "delivery.unknown_method"}},
		"no such payment":   {func(in *order.PlaceInput) { in.Payment = "shells" }, map[string]string{"payment": "order.payment_unknown"}},
		"a thousand pieces": {func(in *order.PlaceInput) { in.Lines[0].Quantity = 1000 }, map[string]string{"quantity": "order.quantity_invalid"}},
		"less than none":    {func(in *order.PlaceInput) { in.Lines[0].Quantity = -1 }, map[string]string{"quantity": "order.quantity_invalid"}},
		"a thousand in two lines": {
			func(in *order.PlaceInput) {
				in.Lines = []order.Line{{ProductID: m.wheat, Quantity: 500}, {ProductID: m.wheat, Quantity: 500}}
			},
			map[string]string{"quantity": "order.quantity_invalid"},
		},
		"too many products": {func(in *order.PlaceInput) { in.Lines = many }, map[string]string{"lines": "order.too_many_lines"}},
		"cheese to Oujda": {
			func(in *order.PlaceInput) {
				in.Buyer.Place = "oujda"
				in.Lines = append(in.Lines, order.Line{ProductID: m.cheese, Quantity: 1})
			},
			map[string]string{"place": "order.fresh_too_far"},
		},
	} {
		in := m.basic()
		c.change(&in)
		_, err := m.Place(t.Context(), in)
		f := fault.As(err)
		if f == nil || !errors.Is(err, order.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := map[string]string{}
		for field, message := range f.Fields {
			got[field] = message.Key
			if text := m.texts.Locale("fr").Message(message); text == message.Key || strings.Contains(text, "<no value>") {
				t.Errorf("%s: %s is not said: %q", name, field, text)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	m.wantStock(map[uuid.UUID]int{m.wheat: 10, m.cheese: 10})
}

func TestWhatABuyerTypesIsTidied(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	in := m.basic()
	in.Buyer.Name = " فاطمة \t بنعيسى\u0000 "
	in.Buyer.Note = "قبل الظهر\r\nمن فضلكم\x1b[31m\xff "
	in.Delivery, in.Buyer.Address, in.Locale = delivery.Pickup, "", "tlh"
	o := m.place(in).Order
	if o.Buyer.Name != "فاطمة بنعيسى" || o.Buyer.Note != "قبل الظهر\nمن فضلكم[31m" || o.Locale != "ar" || o.DeliveryFee != 0 {
		t.Errorf("kept: %+v, %s", o.Buyer, o.Locale)
	}
}

func TestSamplesAreLoadedFromThePastAndTellNobody(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	then := time.Date(2026, time.August, 3, 9, 30, 0, 0, time.UTC)
	var placed []order.Placed
	err := postgres.InTx(ctx, m.db, func(tx *sqlx.Tx) error {
		placed = nil
		s := m.Within(tx)
		for i := range 3 {
			at := then.Add(time.Duration(i) * 24 * time.Hour)
			in := m.basic()
			in.At, in.Sample = at, true
			one, err := s.Place(ctx, in)
			if err != nil {
				return err
			}
			placed = append(placed, one)
			step := func(by order.By) order.By { at = at.Add(time.Hour); by.At = at; return by }
			for _, p := range one.Order.Parts {
				for _, move := range []func() error{
					func() error { return s.Move(ctx, order.MoveAccept, p.ID, step(m.of(p.Cooperative.ID))) },
					func() error { return s.Move(ctx, order.MoveReady, p.ID, step(m.of(p.Cooperative.ID))) },
					func() error { return s.Move(ctx, order.MoveHandOver, p.ID, step(m.of(p.Cooperative.ID))) },
				} {
					if err := move(); err != nil {
						return err
					}
				}
			}
			if err := errors.Join(s.Move(ctx, order.MoveDispatch, one.Order.ID, step(m.people())), s.Move(ctx, order.MoveDeliver, one.Order.ID, step(m.people()))); err != nil {
				return err
			}
		}
		return nil
	})
	m.must(err)
	for i, p := range placed {
		o := m.read(p.Order.ID)
		at := then.Add(time.Duration(i) * 24 * time.Hour)
		if !o.Sample || o.State != order.StateDelivered || !o.PlacedAt.Equal(at) || !strings.HasPrefix(o.Number, "S-2608-") {
			t.Errorf("loaded: %s %s, %s", o.Number, o.State, o.PlacedAt)
		}
		if last := o.Events[len(o.Events)-1].At; !last.Equal(at.Add(11 * time.Hour)) {
			t.Errorf("delivered at %s", last)
		}
	}
	var times []time.Time
	m.must(m.db.Select(&times, `select at from journals where kind = 'paid' order by at`))
	if len(times) != 3 || !times[0].Equal(then.Add(11*time.Hour)) {
		t.Errorf("paid at %v", times)
	}
	var jobs int
	m.must(m.db.Get(&jobs, `select count(*) from river_job`))
	if jobs != 0 {
		t.Errorf("%d jobs", jobs)
	}
	m.wantClean()
}

func TestAnOrdersNumberTellsTheMonthOfItsBuyer(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	in := m.basic()
	in.At = time.Date(2026, time.November, 30, 23, 30, 0, 0, time.UTC) // past midnight in Berkane
	if o := m.place(in).Order; !strings.HasPrefix(o.Number, "S-2612-") {
		t.Errorf("ordered in December: %s", o.Number)
	}
}

func TestHiddenMarksAreNoPartOfWhatABuyerTypes(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	in := m.basic()
	in.Buyer.Name, in.Buyer.Address, in.Buyer.Note = "\u202eفاطمة\u202c\u200f", "حي\u2067 السلام\ufeff", "بعد\u200b\nالعصر\u00ad"
	want := in.Buyer
	want.Name, want.Address, want.Note, want.Phone = "فاطمة", "حي السلام", "بعد\nالعصر", "+212661234567"
	if got := m.place(in).Order.Buyer; got != want {
		t.Errorf("%q, not %q", got, want)
	}
	in.Buyer.Name = "\u200e\u2066"
	_, err := m.Place(t.Context(), in)
	if f := fault.As(err); f == nil || f.Fields["name"].Key != "order.name_missing" {
		t.Errorf("a name of marks alone: %v", err)
	}
}
