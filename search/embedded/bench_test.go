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

// BenchmarkSearch compares Search, which counts facets too, with Bleve's own query for the same words over all
// fields and the same filters, with Bleve's own scores and nothing counted.
func BenchmarkSearch(b *testing.B) {
	e, err := Open(b.TempDir(), text.Builtin(), slog.New(slog.DiscardHandler))
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
		for _, facet := range search.Facets() {
			for _, value := range q.Chosen(facet) {
				t := query.NewTermQuery(value)
				t.SetField(string(facet))
				all = append(all, t)
			}
		}
		if len(all) == 0 {
			all = append(all, query.NewMatchAllQuery())
		}
		request := bleve.NewSearchRequestOptions(query.NewConjunctionQuery(all), search.DefaultPerPage, 0, false)
		_, err := e.live.SearchInContext(b.Context(), request)
		return err
	})
}
