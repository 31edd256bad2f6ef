package home

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/i18n"
)

func TestTheWorstGapIsNamedFirst(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	day := func(d int) *time.Time { at := now.AddDate(0, 0, d).Truncate(24 * time.Hour); return &at }
	photo := uuid.New()
	whole := catalog.Product{
		Name: i18n.Text{AR: "عسل", FR: "Miel"}, Description: i18n.Text{AR: "عسل جبلي"}, Food: true, Authorisation: "ES.1",
		State: catalog.Published, Stock: 3, PictureID: &photo,
	}
	with := func(change func(p *catalog.Product)) catalog.Product { p := whole; change(&p); return p }
	noPhoto := with(func(p *catalog.Product) { p.PictureID = nil })
	ending := with(func(p *catalog.Product) { p.AuthorisedTill = day(12) })
	for name, test := range map[string]struct {
		products []catalog.Product
		kind     string
		others   int
	}{
		"nothing is missing":         {[]catalog.Product{whole}, "", 0},
		"no products":                {nil, "", 0},
		"a photograph":               {[]catalog.Product{whole, noPhoto, noPhoto}, "picture", 1},
		"an authorisation that ends": {[]catalog.Product{noPhoto, ending}, "expiring", 1},
		"valid to the end of today":  {[]catalog.Product{with(func(p *catalog.Product) { p.AuthorisedTill = day(0) })}, "expiring", 0},
		"ended yesterday":            {[]catalog.Product{ending, with(func(p *catalog.Product) { p.AuthorisedTill = day(-1) })}, "expired", 1},
		"never had one":              {[]catalog.Product{ending, with(func(p *catalog.Product) { p.Authorisation = "" })}, "authorisation", 1},
		"sold out":                   {[]catalog.Product{noPhoto, with(func(p *catalog.Product) { p.Stock = 0 })}, "soldout", 1},
		"sold out after its season": {[]catalog.Product{with(func(p *catalog.Product) {
			from, to := 4, 5
			p.Stock, p.SeasonFrom, p.SeasonTo = 0, &from, &to
		})}, "", 0},
		"no Arabic name":      {[]catalog.Product{with(func(p *catalog.Product) { p.Name.AR = "" })}, "arabic", 0},
		"no longer made":      {[]catalog.Product{with(func(p *catalog.Product) { p.State, p.PictureID = catalog.Archived, nil })}, "", 0},
		"a craft needs none":  {[]catalog.Product{with(func(p *catalog.Product) { p.Food, p.Authorisation = false, "" })}, "", 0},
		"without description": {[]catalog.Product{with(func(p *catalog.Product) { p.Description = i18n.Text{} })}, "description", 0},
	} {
		gap, others := firstGap(test.products, now)
		kind := ""
		if gap != nil {
			kind = gap.Kind
		}
		if kind != test.kind || others != test.others {
			t.Errorf("%s: %q and %d others", name, kind, others)
		}
	}
}
