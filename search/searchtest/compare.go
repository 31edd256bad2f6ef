package searchtest

import (
	"slices"
	"testing"
	"time"

	"github.com/souk-taawon/souk/search"
)

// Typed are queries of every sort, with the counts of a page of results, to measure with.
func Typed() []search.Query {
	queries := []search.Query{
		{Lang: "ar"},
		{Text: "عسل", Lang: "ar"},
		{Text: "huile d'olive", Lang: "fr"},
		{Text: "couscous", Lang: "en", Categories: []string{"cereal"}, InStock: true},
		{Text: "3sel", Lang: "ar"},
		{Text: "clémant", Lang: "fr"},
		{Text: "زيت الزيتون", Lang: "ar", Sort: search.CheapestFirst},
		{Text: "miel de thym pas cher", Lang: "fr"},
	}
	for i := range queries {
		queries[i].Facets = []search.Facet{search.FacetCategory, search.FacetCommune, search.FacetLabel, search.FacetWomenLed, search.FacetInStock}
	}
	return queries
}

// Compare measures, one after the other, what search takes for the queries of Typed and what bare, the
// engine's own query for the same words, filters and counts, takes. It reports both medians and their ratio.
func Compare(b *testing.B, engine search.Engine, bare func(search.Query) error) {
	var ours, theirs []time.Duration
	queries := Typed()
	i := 0
	for b.Loop() {
		q := queries[i%len(queries)]
		i++
		start := time.Now()
		if err := bare(q); err != nil {
			b.Fatal(err)
		}
		middle := time.Now()
		if _, err := engine.Search(b.Context(), q); err != nil {
			b.Fatal(err)
		}
		theirs, ours = append(theirs, middle.Sub(start)), append(ours, time.Since(middle))
	}
	median := func(d []time.Duration) float64 {
		slices.Sort(d)
		return float64(d[len(d)/2]) / float64(time.Millisecond)
	}
	o, t := median(ours), median(theirs)
	b.ReportMetric(o, "ms/search")
	b.ReportMetric(t, "ms/bare")
	b.ReportMetric(o/t, "search/bare")
	b.ReportMetric(float64(ours[len(ours)*99/100])/float64(time.Millisecond), "ms/search-p99")
}
