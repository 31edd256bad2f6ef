package embedded

import (
	"flag"
	"log/slog"
	"testing"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/search/query"

	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/search/searchtest"
	"github.com/souk-taawon/souk/search/text"
)

var products = flag.Int("products", 20_000, "how many products to measure with")

// BenchmarkSearch compares Search with Bleve's own query for the same words over all fields, with the same
// filters and facets and Bleve's own scores.
func BenchmarkSearch(b *testing.B) {
	e, err := Open(b.TempDir(), slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = e.Close() }()
	if err := e.Put(b.Context(), searchtest.Market(*products)); err != nil {
		b.Fatal(err)
	}
	searchtest.Compare(b, e, func(q search.Query) error {
		var all []query.Query
		for _, w := range text.Content(q.Text) {
			var fields []query.Query
			for _, f := range worth {
				t := query.NewTermQuery(w)
				t.SetField(f.field)
				fields = append(fields, t)
			}
			all = append(all, query.NewDisjunctionQuery(fields))
		}
		for _, f := range filtersOf(q) {
			all = append(all, f)
		}
		if len(all) == 0 {
			all = append(all, query.NewMatchAllQuery())
		}
		request := bleve.NewSearchRequestOptions(query.NewConjunctionQuery(all), search.DefaultPerPage, 0, false)
		for _, f := range search.Facets() {
			request.AddFacet(string(f), bleve.NewFacetRequest(string(f), search.MaxFacetValues))
		}
		_, err := e.live.SearchInContext(b.Context(), request)
		return err
	})
}
