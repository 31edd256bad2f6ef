package browse

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/souk-taawon/souk/search"
)

// asked is an engine that keeps what it is asked, and counts 40 cooperatives.
type asked struct {
	search.Engine
	queries []search.Query
}

func (a *asked) Search(_ context.Context, q search.Query) (search.Result, error) {
	a.queries = append(a.queries, q)
	coops := map[string]int{}
	for i := range 40 {
		coops[fmt.Sprint(i)] = 1
	}
	return search.Result{Facets: map[string]map[string]int{string(search.FacetCooperative): coops}}, nil
}

func TestCooperativesAreCountedWhereItIsCheap(t *testing.T) {
	t.Parallel()
	hits := make([]search.Hit, search.DefaultPerPage)
	for i := range hits {
		hits[i].Cooperative = fmt.Sprint(i % 5)
	}
	for name, c := range map[string]struct{ total, sellers, asked int }{
		"all of them are on the page":          {search.DefaultPerPage, 5, 0},
		"they fill some pages":                 {search.MaxFacetValues, 40, 1},
		"there are more than anybody leafs to": {search.MaxFacetValues + 1, 0, 0},
	} {
		engine := &asked{}
		n, err := sellers(t.Context(), engine, search.Query{Text: "miel", Page: 3, Facets: search.Facets()}, search.Result{Hits: hits, Total: c.total})
		if n != c.sellers || err != nil || len(engine.queries) != c.asked {
			t.Errorf("%s: %d cooperatives, %v, asked %d times, expected %d and %d", name, n, err, len(engine.queries), c.sellers, c.asked)
		}
		for _, q := range engine.queries {
			if q.Text != "miel" || q.Page != 1 || !slices.Equal(q.Facets, []search.Facet{search.FacetCooperative}) {
				t.Errorf("%s: asked for %+v", name, q)
			}
		}
	}
	if n, _ := sellers(t.Context(), &asked{}, search.Query{}, search.Result{}); n != 0 {
		t.Errorf("of nothing: %d cooperatives", n)
	}
}
