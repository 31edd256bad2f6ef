package catalog_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
	"github.com/souk-taawon/souk/internal/keyset"
)

// Many publish, hide and sell, cooperatives come and go, and the changes are gathered meanwhile: nothing is lost.
func TestWhatIsOfferedIsCountedWhateverBecomesOfIt(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	var honey, couscous []uuid.UUID
	for n := range 8 {
		h, c := catalogtest.Thyme(), catalogtest.Wheat()
		h.SKU, c.SKU = fmt.Sprint(n), fmt.Sprint(n)
		honey, couscous = append(honey, m.Offer(m.Honey, h).ID), append(couscous, m.Offer(m.Couscous, c).ID)
	}
	states := []string{catalog.Draft, catalog.Published, catalog.Archived}
	var wait sync.WaitGroup
	for n := range 6 {
		wait.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(n)))
			for range 12 {
				coop, products := m.Honey, honey
				if random.IntN(2) == 0 {
					coop, products = m.Couscous, couscous
				}
				if err := m.SetState(m.Ctx, coop, products[random.IntN(len(products))], states[random.IntN(len(states))], m.Member); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Go(func() {
		for range 10 {
			if err := (&catalog.DrawShelvesWorker{Catalog: m.Service}).Work(m.Ctx, nil); err != nil {
				t.Error(err)
			}
		}
	})
	for n := range 10 {
		m.Exec(`update cooperatives set state = $2 where id = $1`, m.Couscous, []string{"suspended", "approved"}[n%2])
		draw(m)
	}
	wait.Wait()
	m.Sound()
	draw(m)
	m.Sound()
	if n := m.Number(`select count(*) from offered_changes`); n != 1 {
		t.Errorf("%d changes are left when they were gathered", n)
	}
	m.Today = m.Today.Add(time.Hour)
	if n, err := m.CountOffered(m.Ctx); err != nil || n != m.Number(`select count(distinct family) from offered join products using (id)`) {
		t.Errorf("%d are offered (%v)", n, err)
	}
}

func TestThingsAreCountedToABound(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	p := m.Offer(m.Honey, catalogtest.Thyme())
	more := func(from, to int) {
		m.Exec(`insert into products (id, cooperative_id, sku, slug, category, name_ar, unit_amount, unit_code, price_centimes, stock, state, created_at, updated_at)
			select gen_random_uuid(), cooperative_id, 'Q-' || n, 'q-' || n, category, name_ar, unit_amount + (n = 1)::int, unit_code, price_centimes, 1, state, created_at, updated_at
			from products, generate_series($2::int, $3::int) as n where id = $1`, p.ID, from, to)
	}
	want := func(n, available int) {
		t.Helper()
		if o, err := m.OfferedBy(m.Ctx, m.Honey, nil, 1); err != nil || o.Total != n || o.Available != available {
			t.Errorf("%d, %d of them in stock (%v), not %d and %d", o.Total, o.Available, err, n, available)
		}
	}
	more(1, 500)
	want(500, 500) // one of them in two sizes
	more(501, 600)
	want(600, catalog.MostCounted+1)
}

// A thing is one as long as a size of it is offered, whatever else becomes of them.
func TestAThingCountsOnce(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	want := func(what string, n int) {
		t.Helper()
		m.Sound()
		if got := m.Number(`select things from product_counts where cooperative_id = $1`, m.Honey); got != n {
			t.Errorf("%s: %d things, not %d", what, got, n)
		}
		if got := m.Number(`select published from stalls where cooperative_id = $1`, m.Honey); got != n {
			t.Errorf("%s: lists say %d, not %d", what, got, n)
		}
		m.Today = m.Today.Add(time.Hour)
		if got, err := m.CountOffered(m.Ctx); err != nil || got != n {
			t.Errorf("%s: %d are offered (%v), not %d", what, got, err, n)
		}
	}
	small, half := m.Offer(m.Honey, thyme("M-250", 250, "g", 80_00, 3)), m.Offer(m.Honey, thyme("M-500", 500, "g", 150_00, 0))
	want("two sizes", 1)
	m.Must(m.SetState(m.Ctx, m.Honey, small.ID, catalog.Draft, m.Member))
	want("one of them hidden", 1)
	m.Must(m.SetState(m.Ctx, m.Honey, half.ID, catalog.Archived, m.Member))
	want("none", 0)
	m.Exec(`update products set state = 'published' where id in ($1, $2)`, small.ID, half.ID)
	want("both at once", 1)
	m.Must(m.Alone(m.Ctx, m.Honey, half.ID, m.Member))
	want("one alone", 2)
	m.Must(m.SizeOf(m.Ctx, m.Honey, half.ID, small.ID, true, m.Member))
	want("together", 1)
	m.Must(m.SetState(m.Ctx, m.Honey, small.ID, catalog.Draft, m.Member))
	m.Exec(`delete from products where id = $1`, half.ID) // of which none was ever in stock
	want("the other deleted", 0)
}

// A page is read from a product on, whichever is sold out by then: nothing before it is read, and nothing is left out.
func TestOffersAreTurnedThereAndBack(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	names := make(map[uuid.UUID]string)
	for n := range 7 {
		f := catalogtest.Thyme()
		f.SKU = fmt.Sprint(n)
		names[m.Offer(m.Honey, f).ID] = f.SKU
	}
	other := m.Offer(m.Couscous, catalogtest.Wheat()).ID
	m.Exec(`update products set stock = 0 where sku in ('1', '4')`)
	want := []string{"0", "2", "3", "5", "6", "1", "4"}
	read := func(from *keyset.Place) ([]string, keyset.Turns) {
		t.Helper()
		page, err := m.OfferedBy(m.Ctx, m.Honey, from, 3)
		if err != nil {
			t.Fatal(err)
		}
		var skus []string
		for _, p := range page.Products {
			skus = append(skus, names[p.ID])
		}
		return skus, page.Turns
	}
	first, turns := read(nil)
	there, last := slices.Clone(first), []string(nil)
	for turns.Next != nil && len(there) < 2*len(want) {
		last, turns = read(turns.Next)
		there = append(there, last...)
	}
	back := last
	for turns.Previous != nil && len(back) < 2*len(want) {
		last, turns = read(turns.Previous)
		back = append(slices.Clone(last), back...)
	}
	if !slices.Equal(there, want) || !slices.Equal(back, want) {
		t.Errorf("%v there and %v back, not %v", there, back, want)
	}
	for _, id := range []uuid.UUID{uuid.New(), other} {
		if page, turns := read(&keyset.Place{ID: id, Back: true}); !slices.Equal(page, first) || turns.Previous != nil {
			t.Errorf("what is not hers leads to %v", page)
		}
	}
}
