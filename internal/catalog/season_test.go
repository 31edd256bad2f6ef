package catalog_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
)

// What is out of season stands behind what is not, and changes its place with the month by itself.
func TestSeasonsTurnWithTheMonth(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	for n, season := range [][2]int{{0, 0}, {10, 1}, {12, 2}, {4, 6}} {
		e := catalogtest.Thyme()
		e.SKU = fmt.Sprint(n)
		if season[0] > 0 {
			e.SeasonFrom, e.SeasonTo = new(season[0]), new(season[1])
		}
		m.Offer(m.Honey, e)
	}
	sold := catalogtest.Thyme()
	sold.SKU, sold.Stock = "", new(0)
	sold.Name.FR = "Vendu"
	gone := m.Offer(m.Honey, sold)
	offers := func() (skus []string) {
		t.Helper()
		page, err := m.OfferedBy(m.Ctx, m.Honey, nil, 24)
		m.Must(err)
		for _, p := range page.Products {
			if p.ID == gone.ID {
				p.SKU = "sold"
			}
			skus = append(skus, p.SKU)
		}
		return skus
	}
	turn := func() { m.Must((&catalog.TurnSeasonsWorker{Catalog: m.Service}).Work(m.Ctx, nil)) }
	want := func(skus ...string) {
		t.Helper()
		if got := offers(); !slices.Equal(got, skus) {
			t.Errorf("on %s: %v, not %v", m.Today.Format(time.DateOnly), got, skus)
		}
	}
	want("0", "1", "2", "3", "sold")
	m.Today = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	turn()
	want("0", "1", "2", "3", "sold")
	if n := m.Number(`select count(*) from products where off_season`); n != 2 {
		t.Errorf("%d products are out of season in November, not 2", n)
	}
	m.Today = time.Date(2026, 11, 30, 23, 30, 0, 0, time.UTC) // past midnight in Morocco
	turn()
	want("0", "1", "2", "3", "sold")
	m.Today = time.Date(2027, 4, 2, 12, 0, 0, 0, time.UTC)
	turn()
	want("0", "3", "1", "2", "sold")
	changed := m.Number(`select count(*) from products where updated_at > '2027-01-01'`)
	turn()
	if changed != 0 {
		t.Error("a season that turns is told as a change of the product")
	}
	// What loses its season is to be had at once, and so is what an earlier version of the program took it off.
	m.Exec(`update products set season_from = null, season_to = null where sku = '1'`)
	turn()
	want("0", "1", "3", "2", "sold")
}
