package finding_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
	"github.com/souk-taawon/souk/internal/finding"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/search"
)

func (m *market) source(engines ...string) *finding.Source {
	m.t.Helper()
	s := finding.NewSource(m.DB, func() time.Time { return m.Today })
	for _, engine := range engines {
		if unknown, err := s.Register(m.Ctx, engine); err != nil || !unknown {
			m.t.Fatalf("registering %s: unknown %v, %v", engine, unknown, err)
		}
	}
	return s
}

func (m *market) claim(s *finding.Source, engine string) []search.Change {
	m.t.Helper()
	changes, err := s.Claim(m.Ctx, engine, 100, time.Minute)
	m.Must(err)
	return changes
}

func TestADocumentHoldsWhatBuyersLookFor(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	e := catalogtest.Wheat()
	e.Description.FR = "Roulé à la main"
	e.Labels = []catalog.Label{
		{Slug: "terroir-du-maroc", Certificate: "1", ExpiresOn: "2026-11-23"}, {Slug: "igp", Certificate: "2", ExpiresOn: "2026-11-22"},
	}
	p := m.Offer(m.Couscous, e)
	docs, err := m.source().Documents(m.Ctx, []string{p.ID.String()})
	m.Must(err)
	want := []search.Document{{
		ID: p.ID.String(), Slug: "couscous-de-ble", Cooperative: "nouarat-echcharaa", Commune: "echcharaa", Category: "cereal",
		Labels: []string{"terroir-du-maroc"}, NameAR: "كسكس القمح", NameFR: "Couscous de blé", DescriptionFR: "Roulé à la main",
		CategoryAR: "كسكس وحبوب", CategoryFR: "Couscous et grains", CategoryEN: "Couscous and grains",
		CooperativeAR: "نوارة الشراعة", CooperativeFR: "Nouarat Echcharaa", CommuneAR: "سيدي سليمان الشراعة", CommuneFR: "Sidi Slimane Echcharaa",
		WomenLed: true, InStock: true, PriceCentimes: 25_00, CreatedAt: m.Today.Unix(),
	}}
	if diff := cmp.Diff(want, docs); diff != "" {
		t.Error(diff)
	}
}

func TestSearchLearnsOfEveryChange(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	before := m.Offer(m.Honey, catalogtest.Thyme()) // before any engine was known
	s := m.source("north", "south")
	if n, err := s.Pending(m.Ctx, "north"); err != nil || n != 0 {
		t.Fatalf("%d pending %v", n, err)
	}
	p := m.Offer(m.Couscous, catalogtest.Wheat())
	for _, c := range []struct {
		name   string
		change func()
	}{
		{"a price", func() { m.Must(m.SetPriceStock(m.Ctx, m.Couscous, p.ID, new(p.Price+1), nil, m.Member)) }},
		{"a count", func() { m.Must(m.SetPriceStock(m.Ctx, m.Couscous, p.ID, nil, new(3), m.Member)) }},
		{"an order", func() {
			_, err := m.Reserve(postgres.NewID(), catalog.StockLine{ProductID: p.ID, Quantity: 1})
			m.Must(err)
		}},
		{"a label", func() { m.Exec(`insert into product_labels values ($1, 'igp', '1', '2030-01-01')`, p.ID) }},
		{"a label's end", func() { m.Exec(`delete from product_labels where product_id = $1`, p.ID) }},
		{"a file", func() { m.upload(m.Couscous, "Réf;Stock\nC-01;77\n") }},
		{"a state", func() { m.Must(m.SetState(m.Ctx, m.Couscous, p.ID, catalog.Draft, m.Member)) }},
		{"its cooperative", func() { m.Exec(`update cooperatives set state = 'suspended' where id = $1`, m.Couscous) }},
	} {
		for _, engine := range []string{"north", "south"} {
			m.Must(s.Done(m.Ctx, engine, m.claim(s, engine)))
		}
		c.change()
		for _, engine := range []string{"north", "south"} {
			changes := m.claim(s, engine)
			if len(changes) != 1 || changes[0].ID != p.ID.String() {
				t.Errorf("%s: %s learned of %v", c.name, engine, changes)
			}
			m.Must(s.Release(m.Ctx, engine, changes))
		}
	}
	if docs, err := s.Documents(m.Ctx, []string{p.ID.String(), before.ID.String()}); err != nil || len(docs) != 1 || docs[0].ID != before.ID.String() {
		t.Errorf("what is no longer offered leaves the index: %v %v", docs, err)
	}
	if unknown, err := s.Register(m.Ctx, "north"); err != nil || unknown {
		t.Errorf("registering it again: unknown %v, %v", unknown, err)
	}
	if n, err := s.Pending(m.Ctx, "north"); err != nil || n != 1 {
		t.Errorf("registered again it forgot: %d %v", n, err)
	}
}

func TestAChangeThatComesWhileOneIsWrittenIsNotLost(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	s := m.source("engine")
	p, other := m.Offer(m.Honey, catalogtest.Thyme()), m.Offer(m.Couscous, catalogtest.Wheat())
	claimed := m.claim(s, "engine")
	if len(claimed) != 2 {
		t.Fatalf("claimed %v", claimed)
	}
	if again := m.claim(s, "engine"); len(again) != 0 {
		t.Errorf("claimed twice: %v", again)
	}
	m.Must(m.SetPriceStock(m.Ctx, m.Honey, p.ID, nil, new(1), m.Member))
	if again := m.claim(s, "engine"); len(again) != 0 {
		t.Errorf("claimed by two at once: %v", again)
	}
	m.Must(s.Done(m.Ctx, "engine", claimed))
	next := m.claim(s, "engine")
	i := slices.IndexFunc(claimed, func(c search.Change) bool { return c.ID == p.ID.String() })
	if len(next) != 1 || next[0].ID != p.ID.String() || next[0].Generation <= claimed[i].Generation {
		t.Fatalf("after %v: %v; %s was done", claimed, next, other.Slug)
	}
	m.Must(s.Release(m.Ctx, "engine", next))
	if next = m.claim(s, "engine"); len(next) != 1 {
		t.Errorf("released: %v", next)
	}
	// Its writer dies; the lease runs out.
	m.Today = m.Today.Add(2 * time.Minute)
	if next = m.claim(s, "engine"); len(next) != 1 {
		t.Errorf("after the lease: %v", next)
	}
	m.Must(s.Done(m.Ctx, "engine", next))
	if n, err := s.Pending(m.Ctx, "engine"); err != nil || n != 0 {
		t.Errorf("%d left %v", n, err)
	}
}

// An order that is being placed holds its product's place in the set; a writer of the index neither
// waits for it nor takes the change as done.
func TestTheIndexDoesNotWaitForOrders(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	s := m.source("engine")
	p := m.Offer(m.Honey, catalogtest.Thyme())
	claimed := m.claim(s, "engine")
	m.Must(postgres.InTx(m.Ctx, m.DB, func(tx *sqlx.Tx) error {
		if _, err := m.ReserveTx(m.Ctx, tx, postgres.NewID(), []catalog.StockLine{{ProductID: p.ID, Quantity: 1}}, actor.OfBuyer()); err != nil {
			return err
		}
		return s.Done(m.Ctx, "engine", claimed)
	}))
	if n, err := s.Pending(m.Ctx, "engine"); err != nil || n != 1 {
		t.Errorf("%d pending %v, want the order's change", n, err)
	}
}

func TestAllIsReadInPieces(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	var want []string
	for i := range 7 {
		e := catalogtest.Wheat()
		e.SKU = fmt.Sprint(i)
		want = append(want, m.Offer(m.Couscous, e).ID.String())
	}
	hidden := catalogtest.Wheat()
	hidden.State = catalog.Draft
	m.Offer(m.Couscous, hidden)
	slices.Sort(want)
	s := m.source()
	var got []string
	for after := ""; ; {
		docs, err := s.All(m.Ctx, after, 3)
		m.Must(err)
		if len(docs) == 0 {
			break
		}
		for _, d := range docs {
			got = append(got, d.ID)
		}
		after = docs[len(docs)-1].ID
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Several writers share one engine's set while products go on changing: each change is claimed by
// one at a time, and at the end nothing is left behind.
func TestManyWritersShareTheSet(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	s := m.source("engine")
	var ids []uuid.UUID
	for i := range 10 {
		e := catalogtest.Wheat()
		e.SKU = fmt.Sprint(i)
		ids = append(ids, m.Offer(m.Couscous, e).ID)
	}
	var held sync.Map
	var writers, sellers sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		writers.Go(func() {
			for {
				changes, err := s.Claim(m.Ctx, "engine", 3, time.Hour)
				if err != nil {
					t.Error(err)
					return
				}
				for _, c := range changes {
					if _, taken := held.LoadOrStore(c.ID, true); taken {
						t.Errorf("%s is held twice", c.ID)
					}
				}
				for _, c := range changes {
					held.Delete(c.ID)
				}
				if err := s.Done(m.Ctx, "engine", changes); err != nil {
					t.Error(err)
				}
				select {
				case <-stop:
					if len(changes) == 0 {
						return
					}
				default:
				}
			}
		})
	}
	for n := range 3 {
		sellers.Go(func() {
			for i := range 30 {
				if err := m.SetPriceStock(m.Ctx, m.Couscous, ids[(i*7+n)%10], nil, new(100+i*3+n), m.Member); err != nil {
					t.Error(err)
				}
			}
		})
	}
	sellers.Wait()
	close(stop)
	writers.Wait()
	m.Today = m.Today.Add(2 * time.Hour)
	for range 20 { // what was being written when its lease was given back
		m.Must(s.Done(m.Ctx, "engine", m.claim(s, "engine")))
	}
	if n, err := s.Pending(m.Ctx, "engine"); err != nil || n != 0 {
		t.Errorf("%d left %v", n, err)
	}
}

func TestAnEngineIsForgottenFewChangesAtATime(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		meanwhile string // of the database, after the first changes were thrown away
		engines   map[string]int
	}{
		"nobody sees it":          {`null`, map[string]int{"here": 20_001}},
		"it comes back meanwhile": {`update search_engines set seen_at = now() where name = 'gone'`, map[string]int{"here": 20_001, "gone": 10_001}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			s := m.source("here", "gone")
			_, err := m.DB.ExecContext(m.Ctx, `
				insert into search_pending (engine, product_id)
				select e, gen_random_uuid() from unnest('{here,gone}'::text[]) e, generate_series(1, 20001);
				update search_engines set seen_at = now() - interval '15 days' where name = 'gone';
				create function thrown_away() returns trigger language plpgsql as $$
				begin
				    if (select count(*) > 10000 from struck) then
				        raise exception '% at once', (select count(*) from struck);
				    end if;
				    `+c.meanwhile+`;
				    return null;
				end $$;
				create trigger thrown_away after delete on search_pending referencing old table as struck for each statement execute function thrown_away()`)
			m.Must(err)
			if _, err := s.Register(m.Ctx, "here"); err != nil {
				t.Fatal(err)
			}
			engines, err := s.Engines(m.Ctx)
			m.Must(err)
			waiting := make(map[string]int)
			for _, e := range engines {
				waiting[e.Name] = e.Pending
			}
			if diff := cmp.Diff(c.engines, waiting); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAnEngineThatNobodySeesIsFedNoMoreAndForgotten(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	s := m.source("here", "away", "gone")
	p := m.Offer(m.Couscous, catalogtest.Wheat())
	waiting := func() map[string]int {
		var rows []struct {
			Engine string
			Count  int
		}
		m.Must(m.DB.SelectContext(m.Ctx, &rows, `
			select e.name as engine, count(p.product_id) as count
			from search_engines e left join search_pending p on p.engine = e.name group by e.name`))
		counts := make(map[string]int)
		for _, row := range rows {
			counts[row.Engine] = row.Count
		}
		return counts
	}
	if diff := cmp.Diff(map[string]int{"here": 1, "away": 1, "gone": 1}, waiting()); diff != "" {
		t.Fatal(diff)
	}
	m.Must(func() error {
		_, err := m.DB.ExecContext(m.Ctx, `
			delete from search_pending;
			update search_engines set seen_at = now() - interval '8 days' where name = 'away';
			update search_engines set seen_at = now() - interval '15 days' where name = 'gone';
			update products set stock = stock where id = '`+p.ID.String()+`'`)
		return err
	}())
	if unknown, err := s.Register(m.Ctx, "here"); unknown || err != nil {
		t.Errorf("an engine that is here: unknown %v, %v", unknown, err)
	}
	if diff := cmp.Diff(map[string]int{"here": 1, "away": 0}, waiting()); diff != "" {
		t.Error(diff)
	}
	if unknown, err := s.Register(m.Ctx, "away"); !unknown || err != nil {
		t.Errorf("an engine that comes back: unknown %v, %v", unknown, err)
	}
	if unknown, err := s.Register(m.Ctx, "away"); unknown || err != nil {
		t.Errorf("an engine that has come back: unknown %v, %v", unknown, err)
	}
}

func TestSizesAreOneDocumentAndLearnedTogether(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	s := m.source("engine")
	offer := func(sku string, amount int, price money.Amount, stock int) catalog.Product {
		t.Helper()
		e := catalogtest.Thyme()
		e.SKU, e.UnitAmount, e.Price, e.Stock = sku, amount, price, &stock
		return m.Offer(m.Honey, e)
	}
	half, small, big := offer("500", 500, 150_00, 5), offer("250", 250, 80_00, 0), offer("1000", 1000, 280_00, 5)
	m.Exec(`insert into product_labels values ($1, 'igp', '1', '2030-01-01'), ($2, 'igp', '1', '2030-01-01'), ($2, 'aop', '1', '2030-01-01')`, half.ID, big.ID)
	ids := []string{small.ID.String(), half.ID.String(), big.ID.String()}
	one := func() search.Document {
		t.Helper()
		docs, err := s.Documents(m.Ctx, ids)
		m.Must(err)
		all, err := s.All(m.Ctx, "", 10)
		m.Must(err)
		if diff := cmp.Diff(docs, all); diff != "" || len(docs) != 1 {
			t.Fatalf("%d documents: %s", len(docs), diff)
		}
		return docs[0]
	}
	d := one()
	if d.ID != half.ID.String() || d.PriceCentimes != 150_00 || !slices.Equal(d.Prices, []int64{150_00, 280_00, 80_00}) || !slices.Equal(d.Labels, []string{"aop", "igp"}) ||
		!d.InStock || d.Availability != search.Available || len(d.Sizes) != 3 {
		t.Errorf("%+v", d)
	}
	expected, _, err := finding.Expected(m.Ctx, m.DB, "engine")
	m.Must(err)
	if !slices.Equal(expected, []string{half.ID.String()}) {
		t.Errorf("the index must hold %v", expected)
	}
	learns := func(what string, of ...uuid.UUID) {
		t.Helper()
		changes := m.claim(s, "engine")
		var got, want []string
		for _, c := range changes {
			got = append(got, c.ID)
		}
		for _, id := range of {
			want = append(want, id.String())
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: it learns of %v, not %v", what, got, want)
		}
		m.Must(s.Done(m.Ctx, "engine", changes))
	}
	learns("at first", half.ID, small.ID, big.ID)
	m.Must(m.SetPriceStock(m.Ctx, m.Honey, small.ID, nil, new(3), m.Member))
	learns("a count", half.ID, small.ID, big.ID)
	if d := one(); d.PriceCentimes != 80_00 {
		t.Errorf("when the smallest is to be had it is sorted by %d", d.PriceCentimes)
	}
	m.Exec(`update products set off_season = true where id = $1`, small.ID)
	learns("a season", half.ID, small.ID, big.ID)
	if d := one(); d.PriceCentimes != 150_00 {
		t.Errorf("while the smallest is out of season it is sorted by %d", d.PriceCentimes)
	}
	m.Exec(`delete from product_labels where product_id = $1`, big.ID)
	learns("a label", half.ID, small.ID, big.ID)
	m.Must(m.SetState(m.Ctx, m.Honey, half.ID, catalog.Draft, m.Member))
	learns("its first size", half.ID, small.ID, big.ID)
	if d := one(); d.ID != small.ID.String() || len(d.Prices) != 2 {
		t.Errorf("without the first size: %+v", d)
	}
	m.Must(m.Alone(m.Ctx, m.Honey, small.ID, m.Member))
	learns("what is taken out", half.ID, small.ID, big.ID)
	if docs, err := s.Documents(m.Ctx, ids); err != nil || len(docs) != 2 || docs[0].Prices != nil {
		t.Errorf("taken out: %+v %v", docs, err)
	}
}
