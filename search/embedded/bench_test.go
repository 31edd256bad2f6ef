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
// fields, mistyped ones if nothing has them, and the same filters, with Bleve's own scores and nothing counted.
func BenchmarkSearch(b *testing.B) {
	e, err := Open(b.TempDir(), text.Builtin(), slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = e.Close() }()
	if err := e.Put(b.Context(), search.Each(searchtest.Market(*products))); err != nil {
		b.Fatal(err)
	}
	searchtest.Compare(b, e, func(q search.Query) error {
		for _, typos := range []int{0, 1} {
			found, err := e.live.SearchInContext(b.Context(), bareQuery(q, typos))
			if err != nil || found.Total > 0 {
				return err
			}
		}
		return nil
	})
}

func bareQuery(q search.Query, typos int) *bleve.SearchRequest {
	var all []query.Query
	for _, w := range text.Content(q.Text) {
		var fields []query.Query
		for _, f := range worth {
			fields = append(fields, bareWord(w, f.field, typos))
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
	return bleve.NewSearchRequestOptions(query.NewConjunctionQuery(all), search.DefaultPerPage, 0, false)
}

func bareWord(word, field string, typos int) query.Query {
	if typos == 0 {
		t := query.NewTermQuery(word)
		t.SetField(field)
		return t
	}
	t := query.NewFuzzyQuery(word)
	t.SetField(field)
	t.SetFuzziness(typos)
	t.SetPrefix(1)
	return t
}
