package catalog_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/search"
)

func (m *market) source(engines ...string) *catalog.SearchSource {
	m.t.Helper()
	s := catalog.NewSearchSource(m.db, func() time.Time { return m.today })
	for _, engine := range engines {
		if unknown, err := s.Register(m.ctx, engine); err != nil || !unknown {
			m.t.Fatalf("registering %s: unknown %v, %v", engine, unknown, err)
		}
	}
	return s
}

func (m *market) claim(s *catalog.SearchSource, engine string) []search.Change {
	m.t.Helper()
	changes, err := s.Claim(m.ctx, engine, 100, time.Minute)
	must(m.t, err)
	return changes
}

func TestADocumentHoldsWhatBuyersLookFor(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	e := wheat()
	e.Description.FR = "Roulé à la main"
	e.Labels = []catalog.Label{
		{Slug: "terroir-du-maroc", Certificate: "1", ExpiresOn: "2026-11-23"}, {Slug: "igp", Certificate: "2", ExpiresOn: "2026-11-22"},
	}
	p := m.add(m.couscou, e)
	docs, err := m.source().Documents(m.ctx, []string{p.ID.String()})
	must(t, err)
	want := []search.Document{{
		ID: p.ID.String(), Slug: "couscous-de-ble", Cooperative: "nouarat-echcharaa", Commune: "echcharaa", Category: "cereal",
		Labels: []string{"terroir-du-maroc"}, NameAR: "كسكس القمح", NameFR: "Couscous de blé", DescriptionFR: "Roulé à la main",
		CategoryAR: "كسكس وحبوب", CategoryFR: "Couscous et grains", CategoryEN: "Couscous and grains",
		CooperativeAR: "نوارة الشراعة", CooperativeFR: "Nouarat Echcharaa", CommuneAR: "سيدي سليمان الشراعة", CommuneFR: "Sidi Slimane Echcharaa",
		WomenLed: true, InStock: true, PriceCentimes: 25_00, CreatedAt: m.today.Unix(),
	}}
	if diff := cmp.Diff(want, docs); diff != "" {
		t.Error(diff)
	}
}

func TestSearchLearnsOfEveryChange(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	before := m.add(m.honey, thyme()) // before any engine was known
	s := m.source("north", "south")
	if n, err := s.Pending(m.ctx, "north"); err != nil || n != 0 {
		t.Fatalf("%d pending %v", n, err)
	}
	p := m.add(m.couscou, wheat())
	for _, c := range []struct {
		name   string
		change func()
	}{
		{"a price", func() { must(t, m.SetPriceStock(m.ctx, m.couscou, p.ID, ptr(p.Price+1), nil, m.member)) }},
		{"a count", func() { must(t, m.SetPriceStock(m.ctx, m.couscou, p.ID, nil, ptr(3), m.member)) }},
		{"an order", func() {
			_, err := m.reserve(postgres.NewID(), catalog.StockLine{ProductID: p.ID, Quantity: 1})
			must(t, err)
		}},
		{"a label", func() { m.exec(`insert into product_labels values ($1, 'igp', '1', '2030-01-01')`, p.ID) }},
		{"a label's end", func() { m.exec(`delete from product_labels where product_id = $1`, p.ID) }},
		{"a file", func() { m.apply(m.couscou, m.upload(m.couscou, "a.csv", "Réf;Stock\nC-01;77\n")) }},
		{"a state", func() { must(t, m.SetState(m.ctx, m.couscou, p.ID, catalog.Draft, m.member)) }},
		{"its cooperative", func() { m.exec(`update cooperatives set state = 'suspended' where id = $1`, m.couscou) }},
	} {
		for _, engine := range []string{"north", "south"} {
			must(t, s.Done(m.ctx, engine, m.claim(s, engine)))
		}
		c.change()
		for _, engine := range []string{"north", "south"} {
			changes := m.claim(s, engine)
			if len(changes) != 1 || changes[0].ID != p.ID.String() {
				t.Errorf("%s: %s learned of %v", c.name, engine, changes)
			}
			must(t, s.Release(m.ctx, engine, changes))
		}
	}
	if docs, err := s.Documents(m.ctx, []string{p.ID.String(), before.ID.String()}); err != nil || len(docs) != 1 || docs[0].ID != before.ID.String() {
		t.Errorf("what is no longer offered leaves the index: %v %v", docs, err)
	}
	if unknown, err := s.Register(m.ctx, "north"); err != nil || unknown {
		t.Errorf("registering it again: unknown %v, %v", unknown, err)
	}
	if n, err := s.Pending(m.ctx, "north"); err != nil || n != 1 {
		t.Errorf("registered again it forgot: %d %v", n, err)
	}
}

func TestAChangeThatComesWhileOneIsWrittenIsNotLost(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	s := m.source("engine")
	p, other := m.add(m.honey, thyme()), m.add(m.couscou, wheat())
	claimed := m.claim(s, "engine")
	if len(claimed) != 2 {
		t.Fatalf("claimed %v", claimed)
	}
	if again := m.claim(s, "engine"); len(again) != 0 {
		t.Errorf("claimed twice: %v", again)
	}
	must(t, m.SetPriceStock(m.ctx, m.honey, p.ID, nil, ptr(1), m.member))
	if again := m.claim(s, "engine"); len(again) != 0 {
		t.Errorf("claimed by two at once: %v", again)
	}
	must(t, s.Done(m.ctx, "engine", claimed))
	next := m.claim(s, "engine")
	i := slices.IndexFunc(claimed, func(c search.Change) bool { return c.ID == p.ID.String() })
	if len(next) != 1 || next[0].ID != p.ID.String() || next[0].Generation <= claimed[i].Generation {
		t.Fatalf("after %v: %v; %s was done", claimed, next, other.Slug)
	}
	must(t, s.Release(m.ctx, "engine", next))
	if next = m.claim(s, "engine"); len(next) != 1 {
		t.Errorf("released: %v", next)
	}
	// Its writer dies; the lease runs out.
	m.today = m.today.Add(2 * time.Minute)
	if next = m.claim(s, "engine"); len(next) != 1 {
		t.Errorf("after the lease: %v", next)
	}
	must(t, s.Done(m.ctx, "engine", next))
	if n, err := s.Pending(m.ctx, "engine"); err != nil || n != 0 {
		t.Errorf("%d left %v", n, err)
	}
}

// An order that is being placed holds its product's place in the set; a writer of the index neither
// waits for it nor takes the change as done.
func TestTheIndexDoesNotWaitForOrders(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	s := m.source("engine")
	p := m.add(m.honey, thyme())
	claimed := m.claim(s, "engine")
	must(t, postgres.InTx(m.ctx, m.db, func(tx *sqlx.Tx) error {
		if _, err := m.ReserveTx(m.ctx, tx, postgres.NewID(), []catalog.StockLine{{ProductID: p.ID, Quantity: 1}}); err != nil {
			return err
		}
		return s.Done(m.ctx, "engine", claimed)
	}))
	if n, err := s.Pending(m.ctx, "engine"); err != nil || n != 1 {
		t.Errorf("%d pending %v, want the order's change", n, err)
	}
}

func TestAllIsReadInPieces(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	var want []string
	for i := range 7 {
		e := wheat()
		e.SKU = fmt.Sprint(i)
		want = append(want, m.add(m.couscou, e).ID.String())
	}
	hidden := wheat()
	hidden.State = catalog.Draft
	m.add(m.couscou, hidden)
	slices.Sort(want)
	s := m.source()
	var got []string
	for after := ""; ; {
		docs, err := s.All(m.ctx, after, 3)
		must(t, err)
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
		e := wheat()
		e.SKU = fmt.Sprint(i)
		ids = append(ids, m.add(m.couscou, e).ID)
	}
	var held sync.Map
	var writers, sellers sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		writers.Go(func() {
			for {
				changes, err := s.Claim(m.ctx, "engine", 3, time.Hour)
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
				if err := s.Done(m.ctx, "engine", changes); err != nil {
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
				if err := m.SetPriceStock(m.ctx, m.couscou, ids[(i*7+n)%10], nil, ptr(100+i*3+n), m.member); err != nil {
					t.Error(err)
				}
			}
		})
	}
	sellers.Wait()
	close(stop)
	writers.Wait()
	m.today = m.today.Add(2 * time.Hour)
	for range 20 { // what was being written when its lease was given back
		must(t, s.Done(m.ctx, "engine", m.claim(s, "engine")))
	}
	if n, err := s.Pending(m.ctx, "engine"); err != nil || n != 0 {
		t.Errorf("%d left %v", n, err)
	}
}

func TestAnEngineThatNobodySeesIsFedNoMoreAndForgotten(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	s := m.source("here", "away", "gone")
	p := m.add(m.couscou, wheat())
	waiting := func() map[string]int {
		var rows []struct {
			Engine string
			Count  int
		}
		must(t, m.db.SelectContext(m.ctx, &rows, `
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
	must(t, func() error {
		_, err := m.db.ExecContext(m.ctx, `
			delete from search_pending;
			update search_engines set seen_at = now() - interval '8 days' where name = 'away';
			update search_engines set seen_at = now() - interval '15 days' where name = 'gone';
			update products set stock = stock where id = '`+p.ID.String()+`'`)
		return err
	}())
	if unknown, err := s.Register(m.ctx, "here"); unknown || err != nil {
		t.Errorf("an engine that is here: unknown %v, %v", unknown, err)
	}
	if diff := cmp.Diff(map[string]int{"here": 1, "away": 0}, waiting()); diff != "" {
		t.Error(diff)
	}
	if unknown, err := s.Register(m.ctx, "away"); !unknown || err != nil {
		t.Errorf("an engine that comes back: unknown %v, %v", unknown, err)
	}
	if unknown, err := s.Register(m.ctx, "away"); unknown || err != nil {
		t.Errorf("an engine that has come back: unknown %v, %v", unknown, err)
	}
}
