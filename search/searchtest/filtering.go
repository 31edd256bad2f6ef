package searchtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-taawon/souk/search"
)

func filtersAndFacets(t *testing.T, engine search.Engine) {
	docs := Documents(Corpus())
	put(t, engine, docs...)
	for name, q := range map[string]search.Query{
		"everything":             {},
		"a category":             {Categories: []string{"honey"}},
		"two categories":         {Categories: []string{"honey", "oil"}},
		"a cooperative":          {Cooperatives: []string{"zit-el-fajr"}},
		"two communes":           {Communes: []string{"tafoughalt", "ahfir"}},
		"a label":                {Labels: []string{"terroir-du-maroc"}},
		"women":                  {WomenLed: true},
		"in stock":               {InStock: true},
		"what keeps":             {Durable: true},
		"from a price":           {MinPrice: 5_000},
		"to a price":             {MaxPrice: 5_000},
		"between prices":         {MinPrice: 2_000, MaxPrice: 4_000},
		"a price exactly":        {MinPrice: 7_500, MaxPrice: 7_500},
		"all at once":            {Categories: []string{"craft", "cereal"}, Communes: []string{"ahfir", "rislane"}, WomenLed: true, InStock: true, MinPrice: 10_000},
		"something that is not":  {Categories: []string{"cars"}},
		"nothing between prices": {MinPrice: 9_000, MaxPrice: 1_000},
	} {
		q.PerPage = search.MaxPerPage
		got := ask(t, engine, q)
		var expected []string
		for _, d := range docs {
			if allows(q, d, "") {
				expected = append(expected, d.ID)
			}
		}
		if got.Total != len(expected) {
			t.Errorf("%s: total %d, expected %d", name, got.Total, len(expected))
		}
		if len(expected) <= q.PerPage {
			found := got.IDs()
			slices.Sort(found)
			slices.Sort(expected)
			if !slices.Equal(found, expected) {
				t.Errorf("%s: found %v, expected %v", name, found, expected)
			}
		}
		checkFacets(t, got, docs, q)
	}
}

// checkFacets compares the counts of a query without words to those of docs.
func checkFacets(t *testing.T, got search.Result, docs []search.Document, q search.Query) {
	t.Helper()
	expected := map[string]map[string]int{}
	for _, facet := range search.Facets() {
		counts := map[string]int{}
		for _, d := range docs {
			if !allows(q, d, facet) {
				continue
			}
			for _, value := range valuesOf(d, facet) {
				counts[value]++
			}
		}
		expected[string(facet)] = counts
	}
	if diff := cmp.Diff(expected, got.Facets); diff != "" {
		t.Errorf("facets of %+v (-expected +counted):\n%s", q, diff)
	}
}

func valuesOf(d search.Document, facet search.Facet) []string {
	switch facet {
	case search.FacetCategory:
		return []string{d.Category}
	case search.FacetCooperative:
		return []string{d.Cooperative}
	case search.FacetCommune:
		return []string{d.Commune}
	case search.FacetLabel:
		return d.Labels
	case search.FacetWomenLed:
		return []string{fmt.Sprint(d.WomenLed)}
	case search.FacetDurable:
		return []string{fmt.Sprint(!d.Perishable)}
	default:
		return []string{fmt.Sprint(d.InStock)}
	}
}

// allows tells whether d passes the filters of q, not counting those of one facet.
func allows(q search.Query, d search.Document, but search.Facet) bool {
	for _, facet := range search.Facets() {
		chosen := q.Chosen(facet)
		if facet == but || len(chosen) == 0 {
			continue
		}
		if !slices.ContainsFunc(valuesOf(d, facet), func(v string) bool { return slices.Contains(chosen, v) }) {
			return false
		}
	}
	prices := d.Prices
	if prices == nil {
		prices = []int64{d.PriceCentimes}
	}
	return slices.ContainsFunc(prices, func(price int64) bool { return price >= q.MinPrice && (q.MaxPrice == 0 || price <= q.MaxPrice) })
}

// sizesAreOneThing: a thing is found once, for what any of its sizes is called and costs, and stands where the size that
// is to be had for least would.
func sizesAreOneThing(t *testing.T, engine search.Engine) {
	honey, cheap, dear := product("honey", "عسل", "Miel", "Honey"), product("cheap", "عسل", "Miel de fleurs", ""), product("dear", "عسل", "Miel de thym", "")
	honey.PriceCentimes, honey.Prices = 4_500, []int64{4_500, 8_000, 15_000}
	honey.Sizes = []string{"Miel 250 g", "Miel 500 g", "Miel seau 1 kg"}
	cheap.PriceCentimes, dear.PriceCentimes = 4_000, 9_000
	docs := []search.Document{honey, cheap, dear}
	put(t, engine, docs...)
	for _, limits := range [][2]int64{{0, 0}, {4_200, 0}, {10_000, 0}, {0, 4_200}, {0, 5_000}, {5_000, 7_000}, {8_000, 8_000}, {7_900, 8_100}, {20_000, 0}, {9_000, 1_000}} {
		q := search.Query{MinPrice: limits[0], MaxPrice: limits[1]}
		got := ask(t, engine, q)
		var want []string
		for _, d := range docs {
			if allows(q, d, "") {
				want = append(want, d.ID)
			}
		}
		found := got.IDs()
		slices.Sort(found)
		slices.Sort(want)
		if !slices.Equal(found, want) || got.Total != len(want) {
			t.Errorf("between %v: %v of %d, expected %v", limits, found, got.Total, want)
		}
		checkFacets(t, got, docs, q)
	}
	if diff := cmp.Diff([]string{"cheap", "honey", "dear"}, ask(t, engine, search.Query{Sort: search.CheapestFirst}).IDs()); diff != "" {
		t.Errorf("cheapest first (-expected +found):\n%s", diff)
	}
	expect(t, engine, "miel seau", "honey")
}

func onlyWhatWasAsked(t *testing.T, engine search.Engine) {
	put(t, engine, Documents(Corpus())...)
	for _, facets := range [][]search.Facet{nil, {search.FacetCooperative}, {search.FacetLabel, search.FacetInStock}} {
		for _, q := range []search.Query{{}, {Text: "miel"}, {Text: "miel", InStock: true, Labels: []string{"igp"}}} {
			q.Facets = facets
			got, err := engine.Search(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Facets) != len(facets) {
				t.Errorf("%+v: %v is counted", q, got.Facets)
			}
			for _, facet := range facets {
				if got.Facets[string(facet)] == nil {
					t.Errorf("%+v: %s is not counted", q, facet)
				}
			}
			if all := ask(t, engine, q); got.Total != all.Total {
				t.Errorf("%+v: %d products, %d if everything is counted", q, got.Total, all.Total)
			}
		}
	}
}

func chosenOrder(t *testing.T, engine search.Engine) {
	docs := Documents(Corpus())
	put(t, engine, docs...)
	byID := map[string]search.Document{}
	for _, d := range docs {
		byID[d.ID] = d
	}
	for sort, inOrder := range map[search.Sort]func(a, b search.Document) bool{
		search.CheapestFirst: func(a, b search.Document) bool { return a.PriceCentimes <= b.PriceCentimes },
		search.DearestFirst:  func(a, b search.Document) bool { return a.PriceCentimes >= b.PriceCentimes },
		search.NewestFirst:   func(a, b search.Document) bool { return a.CreatedAt >= b.CreatedAt },
	} {
		for _, text := range []string{"", "miel", "زيت الزيتون", "huil d oliv"} {
			got := ask(t, engine, search.Query{Text: text, Sort: sort, PerPage: search.MaxPerPage})
			if len(got.Hits) < 3 {
				t.Errorf("«%s» found only %d", text, len(got.Hits))
			}
			for i := 1; i < len(got.Hits); i++ {
				if a, b := byID[got.Hits[i-1].ID], byID[got.Hits[i].ID]; !inOrder(a, b) {
					t.Errorf("«%s» by %s: %+v comes before %+v", text, sort, a, b)
				}
			}
		}
	}
}

func pages(t *testing.T, engine search.Engine) {
	docs := Documents(Corpus())
	put(t, engine, docs...)
	for _, q := range []search.Query{{}, {Text: "couscous"}, {Sort: search.CheapestFirst}, {Text: "miel pollen"}} {
		q.PerPage = 7
		seen := map[string]bool{}
		total := ask(t, engine, q).Total
		for q.Page = 1; q.Page <= (total+6)/7; q.Page++ {
			for _, id := range ask(t, engine, q).IDs() {
				if seen[id] {
					t.Errorf("%+v: %s is shown twice", q, id)
				}
				seen[id] = true
			}
		}
		if len(seen) != total {
			t.Errorf("%+v: %d products on all pages, total %d", q, len(seen), total)
		}
		if beyond := ask(t, engine, q); len(beyond.Hits) != 0 || beyond.Total != total {
			t.Errorf("%+v: beyond the last page there are %d products, total %d, expected none and %d", q, len(beyond.Hits), beyond.Total, total)
		}
	}
	if got := ask(t, engine, search.Query{}); len(got.Hits) != search.DefaultPerPage {
		t.Errorf("%d on a page, expected %d", len(got.Hits), search.DefaultPerPage)
	}
	if got := ask(t, engine, search.Query{Page: -3, PerPage: 1_000_000}); len(got.Hits) != search.MaxPerPage {
		t.Errorf("%d on the largest page, expected %d", len(got.Hits), search.MaxPerPage)
	}
	if got := ask(t, engine, search.Query{Page: 1 << 60}); got.Total != len(docs) {
		t.Errorf("a page far beyond the end says there are %d", got.Total)
	}
}

func stableOrder(t *testing.T, engine search.Engine) {
	docs := Documents(Corpus())
	put(t, engine, docs...)
	for _, text := range []string{"", "miel", "couscous", "زيت"} {
		before := ask(t, engine, search.Query{Text: text}).IDs()
		put(t, engine, docs[:100]...) // written again, unchanged
		if diff := cmp.Diff(before, ask(t, engine, search.Query{Text: text}).IDs()); diff != "" {
			t.Errorf("«%s» (-before +after):\n%s", text, diff)
		}
	}
}

func anythingFiltered(t *testing.T, engine search.Engine) {
	put(t, engine, Documents(Corpus())...)
	for _, value := range []string{"", "\"", "honey\" OR category = \"oil", "honey' OR 1=1", "\\", "\n", "عسل", "\x00", "*", strings.Repeat("x", 5_000)} {
		q := search.Query{
			Categories: []string{value}, Cooperatives: []string{value}, Communes: []string{value}, Labels: []string{value},
			MinPrice: -1, MaxPrice: 1 << 62, Sort: search.Sort(value),
		}
		if got := ask(t, engine, q); got.Total != 0 {
			t.Errorf("%q: found %d", value, got.Total)
		}
	}
}

func filtersDoNotLoosen(t *testing.T, engine search.Engine) {
	walnuts := product("walnuts", "جوز", "Noix", "Walnuts")
	soap := product("black-soap", "صابون بلدي", "Savon noir", "Black soap")
	soap.Category = "cosmetic"
	put(t, engine, walnuts, soap)
	got := ask(t, engine, search.Query{Text: "noix", Categories: []string{"cosmetic"}})
	if got.Total != 0 {
		t.Errorf("«noix» among cosmetics found %v", got.IDs())
	}
	if got.Facets["category"]["dried"] != 1 {
		t.Errorf("the category that has it is not counted: %v", got.Facets["category"])
	}
}
