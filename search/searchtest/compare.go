package searchtest

import (
	"math"
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
// engine's own query for the same words, filters and counts, takes. It reports the means of both medians of each
// query, and the mean of their ratios.
func Compare(b *testing.B, engine search.Engine, bare func(search.Query) error) {
	queries := Typed()
	ours, theirs := make([][]time.Duration, len(queries)), make([][]time.Duration, len(queries))
	timed := func(into *[]time.Duration, search func() error) {
		start := time.Now()
		if err := search(); err != nil {
			b.Fatal(err)
		}
		*into = append(*into, time.Since(start))
	}
	for n := 0; b.Loop(); n++ {
		i := n % len(queries)
		both := []func(){
			func() { timed(&theirs[i], func() error { return bare(queries[i]) }) },
			func() {
				timed(&ours[i], func() error { _, err := engine.Search(b.Context(), queries[i]); return err })
			},
		}
		first := n / len(queries) % 2 // whoever comes second may find the machine busy, or warm
		both[first]()
		both[1-first]()
	}
	median := func(d []time.Duration) float64 {
		if len(d) == 0 { // less than one round
			return math.NaN()
		}
		slices.Sort(d)
		return float64(d[len(d)/2]) / float64(time.Millisecond)
	}
	var o, t, ratio float64
	for i := range queries {
		mine, its := median(ours[i]), median(theirs[i])
		o, t, ratio = o+mine, t+its, ratio+mine/its
	}
	n := float64(len(queries))
	b.ReportMetric(o/n, "ms/search")
	b.ReportMetric(t/n, "ms/bare")
	b.ReportMetric(ratio/n, "search/bare")
}
