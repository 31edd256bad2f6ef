package catalog_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
)

// Where few of very many products are wanted a walk passes so many at once and no more, and misses none.
func TestAWalkPassesOnlySoManyProductsAtOnce(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	first := m.Offer(m.Couscous, catalogtest.Wheat())
	m.Exec(`
		insert into products (id, cooperative_id, sku, slug, category, name_fr, unit_amount, unit_code, price_centimes, stock, state, created_at, updated_at)
		select ('ff000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid, case when n in (2500, 4300) then $1::uuid else $2::uuid end,
		       'W-' || n, 'w-' || n, 'honey', 'Miel', 500, 'g', 9000 + n, 1, case when n = 1200 then 'draft' else 'published' end, now(), now()
		from generate_series(1, 4321) n`, m.Couscous, m.Honey)
	walk := func(w catalog.Wanted, limit int) (slugs []string, lengths []int) {
		for after := uuid.Nil; ; {
			list, next, err := m.Walk(m.Ctx, w, after, limit)
			m.Must(err)
			for _, p := range list {
				slugs = append(slugs, p.Slug)
			}
			if lengths = append(lengths, len(list)); next == uuid.Nil {
				return slugs, lengths
			}
			after = next
		}
	}
	for name, c := range map[string]struct {
		wanted  catalog.Wanted
		lengths []int
		slugs   []string
	}{
		"of a cooperative":    {catalog.Wanted{Cooperatives: []string{first.Cooperative.Slug}}, []int{1, 1, 1}, []string{first.Slug, "w-2500", "w-4300"}},
		"of none":             {catalog.Wanted{Cooperatives: []string{"nobody"}}, []int{0, 0, 0}, nil},
		"a price":             {catalog.Wanted{MinPrice: 10999, MaxPrice: 11000}, []int{1, 1, 0}, []string{"w-1999", "w-2000"}},
		"what is not offered": {catalog.Wanted{MinPrice: 10200, MaxPrice: 10200}, []int{0, 0, 0}, nil},
	} {
		slugs, lengths := walk(c.wanted, 100)
		if !slices.Equal(lengths, c.lengths) || !slices.Equal(slugs, c.slugs) {
			t.Errorf("%s: %v in pages of %v", name, slugs, lengths)
		}
	}
	all, lengths := walk(catalog.Wanted{}, 1000)
	if slices.Sort(all); len(all) != 4321 || len(slices.Compact(all)) != 4321 || !slices.Equal(lengths, []int{1000, 1000, 1000, 1000, 321}) {
		t.Errorf("all: %d products in pages of %v", len(all), lengths)
	}
}
