package catalog_test

import (
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
)

// What is drawn in the morning is bought, taken back and added to during the day.
func TestAShelfShowsNothingThatIsNoLongerToBeHad(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	e := catalogtest.Thyme()
	e.Stock = new(1)
	sold := m.Offer(m.Honey, e)
	hidden := m.Offer(m.Couscous, catalogtest.Wheat())
	e.SKU, e.Name.FR = "M-02", "Miel de romarin"
	stays := m.Offer(m.Honey, e)
	if list, err := m.Shelf(m.Ctx, m.Today, 4); err != nil || len(list) != 3 {
		t.Fatalf("%v %v", slugs(list), err)
	}
	m.Must(m.SetPriceStock(m.Ctx, m.Honey, sold.ID, nil, new(0), m.Member))
	m.Must(m.SetState(m.Ctx, m.Couscous, hidden.ID, catalog.Draft, m.Member))
	e.SKU, e.Name.FR = "M-03", "Pollen"
	added := m.Offer(m.Honey, e)
	if list, err := m.Shelf(m.Ctx, m.Today, 4); err != nil || len(list) != 1 || list[0].ID != stays.ID {
		t.Errorf("%v %v", slugs(list), err)
	}
	m.Today = m.Today.Add(time.Minute)
	draw(m) // too little is left
	if list, err := m.Shelf(m.Ctx, m.Today, 4); err != nil || len(list) != 2 || list[0].ID != added.ID && list[1].ID != added.ID {
		t.Errorf("%v %v", slugs(list), err)
	}
}

func TestTheShelvesOfADayAreDrawnBeforeAnybodyComes(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	m.Offer(m.Honey, catalogtest.Thyme())
	draw(m)
	m.Today = m.Today.AddDate(0, 0, 1)
	draw(m)
	if n := m.Number(`select count(*) from drawn_products where day = '2026-11-24' and drawn_at = $1`, m.Today); n != 3 {
		t.Errorf("%d shelves are drawn", n)
	}
}

func draw(m *catalogtest.Market) {
	m.Must((&catalog.DrawShelvesWorker{Catalog: m.Service}).Work(m.Ctx, nil))
}

// In a poor month too little is in season for a shelf to be full, and nobody waits for that.
func TestNoVisitorDrawsAShelfThatIsThere(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	m.Offer(m.Honey, catalogtest.Thyme())
	visit := func() {
		t.Helper()
		for _, err := range []error{
			second(m.Shelf(m.Ctx, m.Today, 4)), second(m.InSeason(m.Ctx, m.Today)), second(m.SitemapParts(m.Ctx)),
		} {
			m.Must(err)
		}
	}
	visit() // of a market that has just begun
	first := m.Today
	m.Today = m.Today.AddDate(0, 1, 0)
	visit()
	if n := m.Number(`select count(*) from drawn_products where drawn_at = $1`, first); n != 3 {
		t.Errorf("%d of 3 shelves are as they were", n)
	}
}

func second[T any](_ T, err error) error { return err }

// The view and the product say the same of every pair of states.
func TestWhatIsOfferedIsSaidAlikeInBothLanguages(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	p := m.Offer(m.Honey, catalogtest.Thyme())
	for _, state := range []string{catalog.Draft, catalog.Published, catalog.Archived} {
		for _, seller := range []string{"pending", "approved", "suspended"} {
			m.Exec(`update products set state = $2 where id = $1`, p.ID, state)
			m.Exec(`update cooperatives set state = $2 where id = $1`, m.Honey, seller)
			if offered := m.Number(`select count(*) from offered`) == 1; m.Product(m.Honey, p.ID).Offered() != offered {
				t.Errorf("%s product of a %s cooperative: the database says %v", state, seller, offered)
			}
		}
	}
	m.Sound()
}

func TestTheCountsOfProductsFollowEveryChange(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	p := m.Offer(m.Honey, catalogtest.Thyme())
	e := catalogtest.Wheat()
	e.Stock = new(0) // none of whose stock was moved, so that it can be deleted
	other := m.Offer(m.Couscous, e)
	for _, change := range []string{
		`update products set stock = 0`, `update products set state = 'archived'`, `update products set state = 'draft', stock = 5`,
		`update products set cooperative_id = '` + m.Couscous.String() + `' where id = '` + p.ID.String() + `'`,
		`delete from products where id = '` + other.ID.String() + `'`,
	} {
		m.Exec(change)
		if n := m.Number(`select count(*) from product_counts_now n join product_counts k using (cooperative_id)
			where (k.published, k.available, k.draft, k.archived, k.unpictured) <> (n.published, n.available, n.draft, n.archived, n.unpictured)`); n != 0 {
			t.Errorf("%s: %d are counted wrong", change, n)
		}
	}
	if n := m.Number(`select coalesce(sum(published + draft + archived), 0) from product_counts`); n != 1 {
		t.Errorf("%d products are counted, and one is left", n)
	}
}

func TestTheSitemapNamesEachProductInOnePart(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	if n, err := m.SitemapParts(m.Ctx); err != nil || n != 0 {
		t.Fatalf("an empty market has %d parts, %v", n, err)
	}
	p := m.Offer(m.Honey, catalogtest.Thyme())
	m.Exec(`insert into products (id, cooperative_id, sku, slug, category, name_ar, unit_amount, unit_code, price_centimes, stock, state, created_at, updated_at)
		select gen_random_uuid(), cooperative_id, 'Q-' || n, 'q-' || n, category, name_ar, unit_amount, unit_code, price_centimes, 0, state, created_at, updated_at
		from products, generate_series(1, 5004) as n where id = $1`, p.ID)
	m.Today = m.Today.Add(time.Minute)
	draw(m)
	parts, err := m.SitemapParts(m.Ctx)
	if err != nil || parts != 2 {
		t.Fatalf("%d parts, %v", parts, err)
	}
	seen := map[string]bool{}
	for part := range parts + 2 { // the one before the first and the one behind the last too
		slugs, err := m.Slugs(m.Ctx, part)
		m.Must(err)
		for _, slug := range slugs {
			if seen[slug] {
				t.Errorf("%s stands there twice", slug)
			}
			seen[slug] = true
		}
	}
	if len(seen) != 5005 {
		t.Errorf("%d products are named", len(seen))
	}
}
