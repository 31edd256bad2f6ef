package order_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"golang.org/x/sync/errgroup"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/postgres"
)

func TestTheSameRequestTwiceIsOneOrder(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	in := m.basic()
	in.Source, in.IdempotencyKey = order.API, "17"
	first := m.place(in)
	again := in
	again.Locale = "fr"
	again.Buyer.Phone = "+212 661-23-45-67"
	again.Lines = []order.Line{in.Lines[0], in.Lines[1], {ProductID: m.olive, Quantity: 1}, {ProductID: m.olive, Quantity: 1}}
	second := m.place(again)
	if first.Replayed || !second.Replayed {
		t.Errorf("replayed: %t, %t", first.Replayed, second.Replayed)
	}
	if diff := cmp.Diff(first, second, cmpopts.IgnoreFields(order.Placed{}, "Replayed")); diff != "" {
		t.Errorf("the two answers differ: %s", diff)
	}
	other := in
	other.Lines = in.Lines[:2]
	if _, err := m.Place(t.Context(), other); !errors.Is(err, order.ErrIdempotencyConflict) {
		t.Errorf("another request under the same key: %v", err)
	}
	other.Source = order.Shop
	if placed := m.place(other); placed.Replayed {
		t.Error("a form's key met one of a partner's")
	}
	m.wantStock(map[uuid.UUID]int{m.wheat: 6, m.thyme: 8, m.olive: 8})
	m.wantClean()
}

func TestTheSameRequestManyTimesAtOnce(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	in := m.basic()
	in.Source, in.IdempotencyKey = order.API, "17"
	in.Lines = []order.Line{{ProductID: m.wheat, Quantity: 10}, {ProductID: m.thyme, Quantity: 10}} // all there are
	answers := make([]order.Placed, 10)
	var all errgroup.Group
	for i := range answers {
		all.Go(func() (err error) {
			answers[i], err = m.Place(t.Context(), in)
			return err
		})
	}
	m.must(all.Wait())
	fresh := 0
	for _, a := range answers {
		if !a.Replayed {
			fresh++
		}
		if a.Token != answers[0].Token {
			t.Error("two orders were made")
		}
	}
	if fresh != 1 {
		t.Errorf("%d of the answers are the first", fresh)
	}
	m.wantStock(map[uuid.UUID]int{m.wheat: 0, m.thyme: 0})
	m.wantClean()
}

func TestFiftyBuyersWantTheLastTenPieces(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	var sold, refused atomic.Int32
	var all errgroup.Group
	for i := range 50 {
		all.Go(func() error {
			in := m.basic()
			in.Buyer.Phone = phone(i)
			in.Lines = []order.Line{{ProductID: m.thyme, Quantity: 1}}
			_, err := m.Place(t.Context(), in)
			var short *catalog.OutOfStock
			switch {
			case err == nil:
				sold.Add(1)
				return nil
			case errors.As(err, &short):
				refused.Add(1)
				if diff := cmp.Diff([]catalog.Short{{ProductID: m.thyme, Available: 0}}, short.Lines); diff != "" {
					return errors.New(diff)
				}
				return nil
			}
			return err
		})
	}
	m.must(all.Wait())
	if sold.Load() != 10 || refused.Load() != 40 {
		t.Errorf("%d sold, %d refused", sold.Load(), refused.Load())
	}
	m.wantStock(map[uuid.UUID]int{m.thyme: 0})
	m.wantClean()
}

func TestOrdersThatCrossDoNotBlockEachOther(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	products := []uuid.UUID{m.wheat, m.barley, m.thyme, m.olive}
	for _, p := range products {
		m.restock(p, 1000)
	}
	var all errgroup.Group
	for i := range 40 {
		all.Go(func() error {
			in := m.basic()
			in.Lines = nil
			for j := range products { // each begins elsewhere
				in.Lines = append(in.Lines, order.Line{ProductID: products[(i+j)%len(products)], Quantity: 1})
			}
			placed, err := m.Place(t.Context(), in)
			if err != nil || i%2 == 0 {
				return err
			}
			return m.CancelByBuyer(t.Context(), placed.Token, order.By{})
		})
	}
	m.must(all.Wait())
	for _, p := range products {
		m.wantStock(map[uuid.UUID]int{p: 990})
	}
	m.wantClean()
}

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
	m.exec(`update settings set commission_basis_points = 10000, free_delivery_from_centimes = 0`)
	if line := m.part(m.read(o.ID), m.couscous).Lines[0]; line.Price != 26_00 || line.Total != 52_00 || line.Name.AR != "كسكس القمح" {
		t.Errorf("the order changed: %+v", line)
	}
	next := m.place(m.basic()).Order
	if p := m.part(next, m.couscous); p.Items != 2 || p.Commission != 2 || next.DeliveryFee != 0 {
		t.Errorf("the next order: items %s, commission %s, delivery %s", p.Items, p.Commission, next.DeliveryFee)
	}
	for _, id := range []uuid.UUID{o.ID, next.ID} {
		m.handOverAll(id)
		m.must(m.Dispatch(t.Context(), id, order.By{}))
		m.must(m.Deliver(t.Context(), id, order.By{}))
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
			map[string]string{"place": "delivery.perishable_too_far"},
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
			if text := m.Texts.Locale("fr").Message(message); text == message.Key || strings.Contains(text, "<no value>") {
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

func TestMailTellsEachCooperativeOfItsOwnPart(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.exec(`update cooperatives set email = '' where id = $1`, m.soap)
	m.exec(`insert into users (id, name, email, password_hash, role, disabled_at, created_at)
		values (gen_random_uuid(), 'سابقة', 'gone@souk.example', '', 'association', now(), now())`)
	o := m.place(m.basic()).Order
	mails := m.mails()
	recipients := slices.Sorted(maps.Keys(mails))
	if diff := cmp.Diff([]string{"association@souk.example", "iklil-el-qimma@souk.example", "nouarat-echcharaa@souk.example"}, recipients); diff != "" {
		t.Fatal(diff)
	}
	for recipient, words := range map[string]struct{ has, hasNot []string }{
		"nouarat-echcharaa@souk.example": { // whose member reads French
			[]string{"Nouvelle commande " + o.Number, "2 × Couscous de blé (1\u00a0kg)", "52\u00a0DH",
				"https://souk.example/fr/seller/orders/" + m.part(o, m.couscous).ID.String()},
			[]string{"Miel", "Savon", "238", "661234567", "السلام", "بنعيسى"},
		},
		"iklil-el-qimma@souk.example": { // of which nothing is known
			[]string{"طلب جديد " + o.Number, "1 × عسل الزعتر", "https://souk.example/ar/seller/orders/" + m.part(o, m.honey).ID.String()},
			[]string{"كسكس", "صابون", "238", "661234567", "بنعيسى"},
		},
		"association@souk.example": {
			[]string{"طلب مشترك " + o.Number, "نوارة الشراعة", "إكليل القمة", "زهرة العين", "238", "بركان",
				"https://souk.example/ar/association/orders/" + o.ID.String()},
			[]string{"661234567", "بنعيسى"},
		},
	} {
		text := mails[recipient].Subject + "\n" + mails[recipient].Body
		for _, word := range words.has {
			if !strings.Contains(text, word) {
				t.Errorf("%s is not told %q:\n%s", recipient, word, text)
			}
		}
		for _, word := range words.hasNot {
			if strings.Contains(text, word) {
				t.Errorf("%s is told %q:\n%s", recipient, word, text)
			}
		}
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
			step := func() order.By { at = at.Add(time.Hour); return order.By{At: at} }
			for _, p := range one.Order.Parts {
				for _, move := range []func() error{
					func() error { return s.Accept(ctx, p.Cooperative.ID, p.ID, step()) },
					func() error { return s.Ready(ctx, p.Cooperative.ID, p.ID, step()) },
					func() error { return s.HandOver(ctx, p.Cooperative.ID, p.ID, step()) },
				} {
					if err := move(); err != nil {
						return err
					}
				}
			}
			if err := errors.Join(s.Dispatch(ctx, one.Order.ID, step()), s.Deliver(ctx, one.Order.ID, step())); err != nil {
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

func TestATrackingLinkIsTheOnlyKeyToAnOrder(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	placed := m.place(m.basic())
	if placed.Token != m.Token(placed.Order.ID) || len(placed.Token) != 43 {
		t.Errorf("token %q", placed.Token)
	}
	var row string
	m.must(m.db.Get(&row, `select orders::text from orders`))
	if strings.Contains(row, placed.Token) {
		t.Error("the token is in the database")
	}
	for _, guess := range []string{"", placed.Order.Number, placed.Order.ID.String(), placed.Token[:42], placed.Token + "A"} {
		if _, err := m.ByToken(ctx, guess); !errors.Is(err, order.ErrNotFound) {
			t.Errorf("opened by %q: %v", guess, err)
		}
	}
	if _, err := m.ForAssociation(ctx, uuid.New()); !errors.Is(err, order.ErrNotFound) {
		t.Errorf("an order that does not exist: %v", err)
	}
}

func TestACooperativeSeesItsOwnPartOnly(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	in := m.basic()
	in.Buyer.Note, in.Buyer.Landmark = "الباب الأخضر", "قرب المسجد"
	o := m.place(in).Order
	mine, theirs := m.part(o, m.couscous), m.part(o, m.honey)
	by := order.By{}
	for name, err := range map[string]error{
		"read":      second(m.PartOf(ctx, m.couscous, theirs.ID)),
		"accept":    m.Accept(ctx, m.couscous, theirs.ID, by),
		"ready":     m.Ready(ctx, m.couscous, theirs.ID, by),
		"hand over": m.HandOver(ctx, m.couscous, theirs.ID, by),
		"decline":   m.Decline(ctx, m.couscous, theirs.ID, by),
	} {
		if !errors.Is(err, order.ErrNotFound) {
			t.Errorf("could %s another's part: %v", name, err)
		}
	}
	m.must(m.Accept(ctx, m.honey, theirs.ID, by))
	m.must(m.Accept(ctx, m.couscous, mine.ID, by))
	part, err := m.PartOf(ctx, m.couscous, mine.ID)
	m.must(err)
	if part.Number != o.Number || part.BuyerName != "فاطمة الزهراء بنعيسى" || part.PlaceName.FR != "Berkane" ||
		part.State != order.PartAccepted || len(part.Lines) != 1 || part.Lines[0].Quantity != 2 || len(part.Events) != 2 {
		t.Errorf("part: %+v", part)
	}
	list, total, err := m.PartsOf(ctx, m.couscous, nil, order.Page{Number: 1, Size: 10})
	m.must(err)
	if total != 1 || len(list) != 1 {
		t.Fatalf("%d of %d parts", len(list), total)
	}
	text, err := json.Marshal([]any{part, list})
	m.must(err)
	for _, secret := range []string{"661234567", "حي السلام", "المسجد", "الباب", "عسل", "إكليل", "23800", theirs.ID.String(), m.honey.String()} {
		if strings.Contains(string(text), secret) {
			t.Errorf("the cooperative is told %q", secret)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestACooperativesList(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	var parts []order.Part
	for i := range 4 {
		in := m.basic()
		in.Buyer.Phone = phone(i)
		parts = append(parts, m.part(m.place(in).Order, m.couscous))
		m.later(time.Minute)
	}
	m.must(m.Decline(ctx, m.couscous, parts[0].ID, order.By{}))
	m.must(m.Accept(ctx, m.couscous, parts[1].ID, order.By{}))
	m.must(m.Decline(ctx, m.couscous, parts[3].ID, order.By{}))
	ids := func(states []order.PartState, page order.Page) (got []uuid.UUID, total int) {
		list, total, err := m.PartsOf(ctx, m.couscous, states, page)
		m.must(err)
		for _, p := range list {
			got = append(got, p.ID)
		}
		return got, total
	}
	// To do: the oldest first. Done: the newest first.
	all := []uuid.UUID{parts[1].ID, parts[2].ID, parts[3].ID, parts[0].ID}
	for name, c := range map[string]struct {
		states []order.PartState
		page   order.Page
		want   []uuid.UUID
		total  int
	}{
		"all":         {nil, order.Page{Number: 1, Size: 10}, all, 4},
		"first page":  {nil, order.Page{Number: 1, Size: 3}, all[:3], 4},
		"second page": {nil, order.Page{Number: 2, Size: 3}, all[3:], 4},
		"to do":       {[]order.PartState{order.PartPlaced, order.PartAccepted}, order.Page{Size: 10}, all[:2], 2},
		"nonsense":    {[]order.PartState{"lost"}, order.Page{Number: -1, Size: -1}, nil, 0},
	} {
		got, total := ids(c.states, c.page)
		if !slices.Equal(got, c.want) || total != c.total {
			t.Errorf("%s: %v of %d", name, got, total)
		}
	}
	counts, err := m.CountParts(ctx, m.couscous)
	m.must(err)
	if diff := cmp.Diff(map[order.PartState]int{order.PartPlaced: 1, order.PartAccepted: 1, order.PartDeclined: 2}, counts); diff != "" {
		t.Error(diff)
	}
}

func TestTheAssociationsList(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	var orders []order.Order
	for i, name := range []string{"فاطمة", "Karima 100%", "Hassan"} {
		in := m.basic()
		in.Buyer.Name, in.Buyer.Phone = name, phone(i)
		orders = append(orders, m.place(in).Order)
		m.later(24 * time.Hour)
	}
	part := m.part(orders[0], m.honey)
	m.must(m.Decline(ctx, m.honey, part.ID, order.By{}))
	m.must(m.Confirm(ctx, orders[1].ID, order.By{}))
	for name, c := range map[string]struct {
		filter order.Filter
		page   order.Page
		want   []int
		total  int
	}{
		"all":                  {order.Filter{}, order.Page{Number: 1, Size: 10}, []int{2, 1, 0}, 3},
		"second page":          {order.Filter{}, order.Page{Number: 2, Size: 2}, []int{0}, 3},
		"confirmed":            {order.Filter{State: order.StateConfirmed}, order.Page{Size: 10}, []int{1}, 1},
		"by name":              {order.Filter{Query: "karima"}, order.Page{Size: 10}, []int{1}, 1},
		"by a sign of ours":    {order.Filter{Query: "%"}, order.Page{Size: 10}, []int{1}, 1},
		"by number":            {order.Filter{Query: orders[2].Number}, order.Page{Size: 10}, []int{2}, 1},
		"by telephone":         {order.Filter{Query: "06 61 00 00 01"}, order.Page{Size: 10}, []int{1}, 1},
		"by telephone, abroad": {order.Filter{Query: "+212 661-000002"}, order.Page{Size: 10}, []int{2}, 1},
		"on the second day": {
			order.Filter{From: monday.Add(24 * time.Hour), To: monday.Add(48 * time.Hour)}, order.Page{Size: 10}, []int{1}, 1},
		"nobody": {order.Filter{Query: "nobody"}, order.Page{Size: 10}, nil, 0},
	} {
		list, total, err := m.List(ctx, c.filter, c.page)
		m.must(err)
		var got []int
		for _, s := range list {
			got = append(got, slices.IndexFunc(orders, func(o order.Order) bool { return o.ID == s.ID }))
		}
		if !slices.Equal(got, c.want) || total != c.total {
			t.Errorf("%s: %v of %d", name, got, total)
		}
	}
	list, _, err := m.List(ctx, order.Filter{Query: "فاطمة"}, order.Page{Size: 1})
	m.must(err)
	s := list[0]
	want := fmt.Sprintln(orders[0].Number, "فاطمة", "Berkane", "238.00", "128.00", "placed", 3, 2, 0)
	if got := fmt.Sprintln(s.Number, s.BuyerName, s.PlaceName.FR, s.Total, s.Due, s.State, s.Parts, s.Active, s.HandedOver); got != want {
		t.Error(got)
	}
}
