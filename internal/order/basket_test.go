package order_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
)

func (m *market) add(token string, product uuid.UUID, n int) order.Change {
	m.t.Helper()
	change, err := m.AddLine(context.Background(), order.Of{Token: token}, product, n)
	m.must(err)
	return change
}

func (m *market) basket(token string) order.Basket {
	m.t.Helper()
	b, err := m.Basket(context.Background(), token)
	m.must(err)
	return b
}

// fromBasket is Fatima's order of what lies in a basket.
func (m *market) fromBasket(token, key string) order.PlaceInput {
	in := m.basic()
	in.Lines, in.BasketToken, in.IdempotencyKey = nil, token, key
	return in
}

func TestABasketIsGroupedByCooperative(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	token := order.NewToken()
	m.add(token, m.wheat, 2)
	m.later(time.Second)
	m.add(token, m.thyme, 1)
	m.later(time.Second)
	m.add(token, m.barley, 1)
	m.add(token, m.wheat, 1)
	b := m.basket(token)
	if len(b.Groups) != 2 || b.Groups[0].Cooperative.ID != m.couscous || b.Groups[1].Cooperative.ID != m.honey {
		t.Fatalf("groups: %+v", b.Groups)
	}
	couscous := b.Groups[0]
	if !couscous.Cooperative.WomenOnly || couscous.Items != 143_00 || len(couscous.Lines) != 2 ||
		couscous.Lines[0].Quantity != 3 || couscous.Lines[0].Total != 78_00 || couscous.Lines[0].Product.Name.FR != "Couscous de blé" {
		t.Errorf("couscous: %+v", couscous)
	}
	if b.Items != 253_00 || b.Pieces != 5 || b.Perishable || b.Changed {
		t.Errorf("basket: %s, %d pieces, perishable %t, changed %t", b.Items, b.Pieces, b.Perishable, b.Changed)
	}
	if n, err := m.Count(t.Context(), token); err != nil || n != 5 {
		t.Errorf("counted %d, %v", n, err)
	}
	if b := m.basket("nobody's"); len(b.Groups) > 0 {
		t.Errorf("a basket that nobody filled: %+v", b)
	}
	m.add(token, m.cheese, 1)
	if !m.basket(token).Perishable {
		t.Error("cheese does not perish")
	}
}

func TestABasketHoldsNoMoreThanThereIs(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	token := order.NewToken()
	m.add(token, m.thyme, 8)
	change := m.add(token, m.thyme, 5)
	if !change.Clipped() || change.Before != 8 || change.Wanted != 13 || change.Quantity != 10 {
		t.Errorf("8 and 5 of 10: %+v", change)
	}
	change, err := m.SetLine(ctx, order.Of{Token: token}, m.thyme, 3)
	m.must(err)
	if change.Clipped() || change.Before != 10 || change.Quantity != 3 {
		t.Errorf("3 of 10: %+v", change)
	}
	change, err = m.RemoveLine(ctx, token, m.thyme)
	m.must(err)
	if change.Before != 3 || change.Product.ID != m.thyme || len(m.basket(token).Groups) != 0 {
		t.Errorf("removed: %+v", change)
	}
	change, err = m.SetLine(ctx, order.Of{Token: token}, m.thyme, change.Before) // undone
	m.must(err)
	if change.Quantity != 3 || m.basket(token).Pieces != 3 {
		t.Errorf("undone: %+v", change)
	}
	change, err = m.SetLine(ctx, order.Of{Token: token}, m.thyme, 0)
	m.must(err)
	if change.Before != 3 || m.basket(token).Pieces != 0 {
		t.Errorf("set to none: %+v", change)
	}
	change, err = m.RemoveLine(ctx, token, m.thyme)
	m.must(err)
	if change.Before != 0 {
		t.Errorf("removed twice: %+v", change)
	}
}

// What delivery costs is asked for the first line alone, of a basket that was emptied for the next first one too.
func TestOnlyTheFirstLineAsksWhatDeliveryCosts(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	token := order.NewToken()
	at := func(product uuid.UUID, place string) {
		t.Helper()
		_, err := m.AddLine(t.Context(), order.Of{Token: token, Place: place}, product, 1)
		m.must(err)
	}
	want := func(fee money.Amount, place string) {
		t.Helper()
		if b := m.basket(token); b.Fee != fee || b.FeePlace != place {
			t.Errorf("it says %s to %q, want %s to %q", b.Fee, b.FeePlace, fee, place)
		}
	}
	at(m.wheat, "berkane")
	want(20_00, "berkane")
	m.exec(`alter table delivery_zones rename to no_zones`) // whoever asks now is told of an error
	at(m.thyme, "oujda")
	m.exec(`alter table no_zones rename to delivery_zones`)
	want(20_00, "berkane")
	for _, product := range []uuid.UUID{m.wheat, m.thyme} {
		_, err := m.RemoveLine(t.Context(), token, product)
		m.must(err)
	}
	at(m.olive, "oujda")
	want(30_00, "oujda")

	// Two at once, of whom one is the first.
	token = order.NewToken()
	var both errgroup.Group
	for _, product := range []uuid.UUID{m.wheat, m.thyme} {
		both.Go(func() error {
			_, err := m.AddLine(t.Context(), order.Of{Token: token, Place: "berkane"}, product, 1)
			return err
		})
	}
	m.must(both.Wait())
	want(20_00, "berkane")
}

func TestAPriceThatChangesUnderABasketIsKnown(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	token := order.NewToken()
	m.add(token, m.wheat, 2)
	m.add(token, m.olive, 1)
	if m.basket(token).Repriced {
		t.Error("nothing has changed")
	}
	m.exec(`update products set price_centimes = 3100 where id = $1`, m.wheat)
	m.add(token, m.wheat, 1) // says of no other price that it was seen
	b := m.basket(token)
	if wheat, olive := b.Groups[0].Lines[0], b.Groups[1].Lines[0]; !b.Repriced || wheat.Was != 26_00 || wheat.Total != 93_00 || olive.Was != 0 {
		t.Errorf("the wheat was %s, the soap %s: %+v", wheat.Was, olive.Was, b)
	}
	m.exec(`update basket_lines set price_centimes = null where product_id = $1`, m.wheat) // of a program that did not keep it
	if m.basket(token).Repriced {
		t.Error("nobody knows what it cost")
	}
	m.exec(`update products set unit_amount = 500, unit_code = 'g' where id = $1`, m.olive)
	b = m.basket(token)
	if olive := b.Groups[1].Lines[0]; !b.Repriced || olive.Was != olive.Product.Price || olive.WasUnit != (i18n.Unit{Amount: 1, Code: "kg"}) {
		t.Errorf("the soap was %+v: %+v", olive.WasUnit, olive)
	}
	m.exec(`update products set unit_amount = 1000 where id = $1`, m.olive)
	if m.basket(token).Repriced {
		t.Error("1000 g are another quantity than 1 kg")
	}
	_, err := m.SetLine(t.Context(), order.Of{Token: token}, m.wheat, 0)
	m.must(err)
	m.add(token, m.wheat, 1)
	m.exec(`update products set price_centimes = 2600, stock = 0 where id = $1`, m.wheat)
	if m.basket(token).Repriced {
		t.Error("what is not to be had has no price")
	}
}

func TestWhatCannotBePutIntoABasket(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	token := order.NewToken()
	m.exec(`update products set stock = 0 where id = $1`, m.olive)
	for name, c := range map[string]struct {
		product uuid.UUID
		n       int
		want    error
	}{
		"a draft":                       {m.hidden, 1, order.ErrGone},
		"of a cooperative not approved": {m.pending, 1, order.ErrGone},
		"unknown":                       {uuid.New(), 1, order.ErrGone},
		"sold out":                      {m.olive, 1, order.ErrSoldOut},
		"none":                          {m.wheat, 0, order.ErrInvalid},
		"less than none":                {m.wheat, -1, order.ErrInvalid},
		"too many":                      {m.wheat, 1000, order.ErrInvalid},
	} {
		if _, err := m.AddLine(ctx, order.Of{Token: token}, c.product, c.n); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := m.SetLine(ctx, order.Of{Token: token}, m.wheat, -1); !errors.Is(err, order.ErrInvalid) {
		t.Errorf("set to less than none: %v", err)
	}
	if _, err := m.AddLine(ctx, order.Of{Token: ""}, m.wheat, 1); err == nil {
		t.Error("a basket without a token")
	}
	for range order.MaxLines {
		m.add(token, m.product(m.couscous, "كسكس", "Couscous", 10_00, false, "published"), 1)
	}
	if _, err := m.AddLine(ctx, order.Of{Token: token}, m.wheat, 1); !errors.Is(err, order.ErrBasketFull) {
		t.Errorf("the 101st product: %v", err)
	}
	if n, err := m.Count(ctx, token); err != nil || n != order.MaxLines {
		t.Errorf("counted %d, %v", n, err)
	}
	placed := m.place(m.fromBasket(token, ""))
	if len(placed.Order.Parts) != 1 || len(placed.Order.Parts[0].Lines) != order.MaxLines {
		t.Error("a full basket was not ordered whole")
	}
}

func TestABasketShowsWhatHasBecomeShortOrGone(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	token := order.NewToken()
	for _, product := range []uuid.UUID{m.wheat, m.barley, m.thyme, m.olive} {
		m.add(token, product, 3)
		m.later(time.Second)
	}
	m.exec(`update products set stock = 2 where id = $1`, m.wheat)
	m.exec(`update products set stock = 0 where id = $1`, m.barley)
	m.exec(`update products set state = 'archived' where id = $1`, m.thyme)
	m.exec(`update products set price_centimes = 2900 where id = $1`, m.olive)
	b := m.basket(token)
	type line struct {
		Name                   string
		Wanted, Quantity, Left int
		Short, Gone            bool
		Total                  money.Amount
	}
	var got []line
	for _, g := range b.Groups {
		for _, l := range g.Lines {
			got = append(got, line{l.Product.Name.FR, l.Wanted, l.Quantity, l.Product.Available, l.Short, l.Gone, l.Total})
		}
	}
	want := []line{
		{"Couscous de blé", 3, 2, 2, true, false, 52_00},
		{"Couscous d’orge", 3, 0, 0, true, false, 0},
		{"Miel de thym", 3, 0, 0, false, true, 0},
		{"Savon noir", 3, 3, 10, false, false, 87_00},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !b.Changed || b.Items != 139_00 || b.Pieces != 5 || b.Groups[1].Cooperative.Slug != "iklil-el-qimma" {
		t.Errorf("basket: %+v", b)
	}

	in := m.fromBasket(token, "form")
	in.Shown = &b.Items
	placed := m.place(in)
	if placed.Order.Items != 139_00 || len(placed.Order.Parts) != 2 {
		t.Errorf("ordered for %s, %d parts", placed.Order.Items, len(placed.Order.Parts))
	}
	if n, err := m.Count(t.Context(), token); err != nil || n != 0 {
		t.Errorf("%d pieces are left in the basket: %v", n, err)
	}
}

func TestABasketIsNotOrderedAtAnotherPriceThanShown(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	token := order.NewToken()
	m.add(token, m.wheat, 2)
	in := m.fromBasket(token, "form")
	in.Shown = new(m.basket(token).Items)
	m.exec(`update products set price_centimes = price_centimes + 1 where id = $1`, m.wheat)
	if _, err := m.Place(t.Context(), in); !errors.Is(err, order.ErrChanged) {
		t.Fatalf("placed: %v", err)
	}
	m.wantStock(map[uuid.UUID]int{m.wheat: 10})
	in.Shown = new(m.basket(token).Items)
	if placed := m.place(in); placed.Order.Items != 52_02 {
		t.Errorf("ordered for %s", placed.Order.Items)
	}
}

func TestABasketIsNotOrderedInOtherUnitsThanShown(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	token := order.NewToken()
	m.add(token, m.wheat, 2)
	m.add(token, m.thyme, 1)
	in := m.fromBasket(token, "form")
	in.ShownUnits = new(m.basket(token).Units())
	m.exec(`update products set unit_amount = unit_amount + 1 where id = $1`, m.wheat)
	if _, err := m.Place(t.Context(), in); !errors.Is(err, order.ErrChanged) {
		t.Fatalf("placed: %v", err)
	}
	in.ShownUnits = new(m.basket(token).Units())
	m.exec(`update products set unit_amount = unit_amount * 1000, unit_code = 'g' where id = $1`, m.wheat)
	m.place(in) // as much as was shown, told otherwise
}

// What is ordered is what was shown, also where another basket comes to the same sum.
func TestABasketIsNotOrderedWithOtherContentsThanShown(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	token := order.NewToken()
	m.add(token, m.wheat, 2)
	m.add(token, m.thyme, 2)
	m.exec(`update products set price_centimes = 2600 where id in ($1, $2)`, m.wheat, m.thyme)
	b := m.basket(token)
	in := m.fromBasket(token, "form")
	in.Shown, in.ShownUnits, in.ShownContents = &b.Items, new(b.Units()), new(b.Contents())
	m.add(token, m.wheat, 1)
	if _, err := m.SetLine(t.Context(), order.Of{Token: token}, m.thyme, 1); err != nil {
		t.Fatal(err)
	}
	if now := m.basket(token); now.Items != b.Items || now.Units() != b.Units() {
		t.Fatalf("the sum or the units are others: %+v", now)
	}
	if _, err := m.Place(t.Context(), in); !errors.Is(err, order.ErrBasketChanged) {
		t.Fatalf("placed: %v", err)
	}
	in.ShownContents = new(m.basket(token).Contents())
	m.exec(`update products set stock = 0 where id = $1`, m.thyme) // as is told as such
	if _, err := m.Place(t.Context(), in); !errors.Is(err, order.ErrChanged) {
		t.Fatalf("placed: %v", err)
	}
}

func TestABasketIsOrderedOnce(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	token := order.NewToken()
	m.add(token, m.thyme, 10) // all there are

	var twice errgroup.Group // a double click
	answers := make([]order.Placed, 2)
	for i := range answers {
		twice.Go(func() (err error) {
			answers[i], err = m.Place(ctx, m.fromBasket(token, "form"))
			return err
		})
	}
	m.must(twice.Wait())
	if answers[0].Token != answers[1].Token || answers[0].Replayed == answers[1].Replayed {
		t.Errorf("a double click made two orders: %s, %s", answers[0].Order.Number, answers[1].Order.Number)
	}
	again := m.place(m.fromBasket(token, "form")) // the page sent again, with the basket empty
	if !again.Replayed || again.Token != answers[0].Token {
		t.Errorf("the page sent again made order %s", again.Order.Number)
	}
	if _, err := m.Place(ctx, m.fromBasket(token, "another form")); !errors.Is(err, order.ErrBasketEmpty) {
		t.Errorf("an empty basket was ordered: %v", err)
	}
	m.wantStock(map[uuid.UUID]int{m.thyme: 0})
	m.wantClean()
}

func TestTwoPagesOrderTheSameBasketAtOnce(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	token := order.NewToken()
	m.add(token, m.wheat, 1)
	var both errgroup.Group
	errs := make([]error, 2)
	for i, key := range []string{"one form", "another form"} {
		both.Go(func() error {
			_, errs[i] = m.Place(t.Context(), m.fromBasket(token, key))
			return nil
		})
	}
	m.must(both.Wait())
	if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs...), order.ErrBasketEmpty) {
		t.Errorf("errors: %v", errs)
	}
	m.wantStock(map[uuid.UUID]int{m.wheat: 9})
}

func TestABasketThatCannotBeOrderedIsKept(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	token := order.NewToken()
	m.add(token, m.cheese, 1)
	in := m.fromBasket(token, "form")
	in.Buyer.Place = "oujda"
	_, err := m.Place(t.Context(), in)
	if f := fault.As(err); f == nil || f.Fields["place"].Key != "order.fresh_too_far" {
		t.Errorf("cheese to Oujda: %v", err)
	}
	if m.basket(token).Pieces != 1 {
		t.Error("the basket was emptied")
	}
	in.Delivery = delivery.Pickup
	m.place(in)
	m.wantClean()
}

func TestManyHandsOnOneBasket(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.restock(m.wheat, 1000)
	token := order.NewToken()
	var all errgroup.Group
	for range 20 {
		all.Go(func() error {
			_, err := m.AddLine(context.Background(), order.Of{Token: token}, m.wheat, 2)
			return err
		})
	}
	m.must(all.Wait())
	if n := m.basket(token).Pieces; n != 40 {
		t.Errorf("%d pieces", n)
	}
}

func TestNobodyFillsTheDatabaseWithBaskets(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	put := func(basket order.Of) {
		t.Helper()
		_, err := m.AddLine(ctx, basket, m.wheat, 1)
		m.must(err)
		m.later(time.Second)
	}
	from := func(address string) order.Of { return order.Of{Token: order.NewToken(), From: address} }
	shares := []order.Of{from("192.0.2.1"), from("192.0.2.1"), from("192.0.2.1")} // people behind one address
	for _, basket := range shares {
		put(basket)
	}
	put(shares[0])
	neighbour := from("192.0.2.2")
	put(neighbour)
	fill := func(n int, maker string) {
		t.Helper()
		m.exec(`insert into baskets (token_hash, created_at, updated_at, maker, site)
			select sha256(gen_random_uuid()::text::bytea), $1, $1, maker, site
			from (select maker, site from baskets where `+maker+` limit 1) of, generate_series(1, $2)`, m.clock(), n)
	}
	const here, atSite = `site is null and maker = (select maker from baskets order by created_at limit 1)`, `site is not null`

	fill(500-len(shares), here)
	if _, err := m.AddLine(ctx, from("192.0.2.1"), m.wheat, 1); !errors.Is(err, order.ErrBasketsMany) {
		t.Errorf("one new basket too many: %v", err)
	}
	put(shares[0]) // who has one goes on
	put(from("192.0.2.3"))
	m.later(time.Hour)
	put(from("192.0.2.1"))

	// A whole network of 65,536 lines makes as many as sixteen.
	line := func(n int) order.Of { return from(fmt.Sprintf("2001:db8:7:%x::", n)) }
	put(line(1))
	fill(16*500-1, atSite)
	if _, err := m.AddLine(ctx, line(2), m.wheat, 1); !errors.Is(err, order.ErrBasketsMany) {
		t.Errorf("one new basket of a site too many: %v", err)
	}

	// What was forgotten makes room, whatever is used stays.
	m.later(time.Hour)
	fill(5000, here)
	m.later(time.Hour)
	put(shares[0])
	put(from("192.0.2.1"))
	var rows int
	m.must(m.db.Get(&rows, `select count(*) from baskets where `+here))
	if rows != 5000 {
		t.Errorf("%d baskets of an address are kept", rows)
	}
	for who, basket := range map[string]order.Of{"the neighbour's": neighbour, "one that is used": shares[0]} {
		if n, err := m.Count(ctx, basket.Token); err != nil || n == 0 {
			t.Errorf("%s basket holds %d, %v", who, n, err)
		}
	}
	// One that was touched once is kept for two days, one that somebody came back to for a month.
	m.later(3 * 24 * time.Hour)
	worker := order.CleanWorker{Orders: m.Service}
	m.must(worker.Work(ctx, nil))
	m.must(m.db.Get(&rows, `select count(*) from baskets`))
	if n, err := m.Count(ctx, shares[0].Token); err != nil || n == 0 || rows != 1 {
		t.Errorf("%d baskets are kept, the one that is used holds %d, %v", rows, n, err)
	}
}

// What is out of its season is not sold, however much of it there is: not put into a basket, not ordered out of one that it
// lay in before, and not ordered past the basket.
func TestWhatIsOutOfSeasonIsNotSold(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	token, month := order.NewToken(), clock.Day(m.clock()).Month()
	season := func(from, to time.Month) {
		m.exec(`update products set season_from = $2, season_to = $3 where id = $1`, m.olive, from, to)
	}
	next, last := month%12+1, (month+10)%12+1
	season(last, month)
	m.add(token, m.olive, 2)
	m.add(token, m.wheat, 1)
	season(next, next)
	_, err := m.AddLine(t.Context(), order.Of{Token: token}, m.olive, 1)
	if !errors.Is(err, order.ErrOffSeason) {
		t.Errorf("put into a basket: %v", err)
	}
	b := m.basket(token)
	if !b.Changed || b.Pieces != 1 {
		t.Errorf("the basket: %+v", b)
	}
	for _, g := range b.Groups {
		for _, l := range g.Lines {
			if l.Product.ID == m.olive && (!l.Short || l.Quantity != 0 || l.Total != 0 || l.Product.Available != 0 || l.Product.Stock != 10) {
				t.Errorf("its line: %+v", l)
			}
		}
	}
	past := m.basic()
	past.Lines, past.IdempotencyKey = []order.Line{{ProductID: m.olive, Quantity: 1}}, "past the basket"
	var short *catalog.OutOfStock
	if _, err := m.Place(t.Context(), past); !errors.As(err, &short) || short.Lines[0].Available != 0 {
		t.Errorf("past the basket: %v", err)
	}
	placed := m.place(m.fromBasket(token, "out of a basket"))
	for _, p := range m.read(placed.Order.ID).Parts {
		for _, l := range p.Lines {
			if l.ProductID == m.olive {
				t.Error("it is ordered out of the basket")
			}
		}
	}
}
