package searchtest

import (
	_ "embed"
	"fmt"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/search"
)

//go:embed queries.tsv
var queriesTSV string

// How well an engine has to do, as a share of the queries.
const (
	minAmongFirstFive = 0.98
	minFirst          = 0.96
)

// Relevance asks engine, which it fills with the corpus, what buyers ask: in Arabic, French and English,
// in Darija with Latin letters, with typing errors, with half-typed words, with the name of a place. A
// query is answered if a product of the meant kind is among the first five. It logs every query that is
// not, and fails below a floor.
func Relevance(t *testing.T, engine search.Engine) {
	t.Helper()
	products := Corpus()
	if err := engine.Put(t.Context(), search.Each(Documents(products))); err != nil {
		t.Fatal(err)
	}
	byID := map[string]Product{}
	for _, p := range products {
		byID[p.ID] = p
	}
	type tally struct{ asked, five, first int }
	bySort := map[string]*tally{}
	var all tally
	for _, c := range rows(queriesTSV, 3) {
		sort, text, expected := c[0], c[1], c[2]
		kinds := kindsLike(products, expected)
		if len(kinds) == 0 {
			t.Fatalf("no product of the corpus is %s", expected)
		}
		result, err := engine.Search(t.Context(), search.Query{Text: text, Lang: "ar", PerPage: 5})
		if err != nil {
			t.Fatalf("«%s»: %v", text, err)
		}
		if bySort[sort] == nil {
			bySort[sort] = &tally{}
		}
		five, first := false, false
		var shown []string
		for i, id := range result.IDs() {
			p := byID[id]
			five = five || kinds[p.Kind]
			first = first || i == 0 && kinds[p.Kind]
			shown = append(shown, p.Kind)
		}
		for _, tally := range []*tally{bySort[sort], &all} {
			tally.asked++
			if five {
				tally.five++
			}
			if first {
				tally.first++
			}
		}
		switch {
		case !five:
			t.Logf("MISSED %s «%s»: expected %s, found %d: %s", sort, text, expected, result.Total, strings.Join(shown, ", "))
		case !first:
			t.Logf("not first: %s «%s»: expected %s, found %d: %s", sort, text, expected, result.Total, strings.Join(shown, ", "))
		}
	}
	share := func(n, of int) string { return fmt.Sprintf("%d of %d (%.1f%%)", n, of, 100*float64(n)/float64(of)) }
	for _, sort := range sortedKeys(bySort) {
		t.Logf("%-8s among the first five: %s, first: %s", sort, share(bySort[sort].five, bySort[sort].asked), share(bySort[sort].first, bySort[sort].asked))
	}
	t.Logf("%s: among the first five: %s, first: %s", engine.Name(), share(all.five, all.asked), share(all.first, all.asked))
	if float64(all.five) < minAmongFirstFive*float64(all.asked) {
		t.Errorf("among the first five: %s, expected at least %.0f%%", share(all.five, all.asked), 100*minAmongFirstFive)
	}
	if float64(all.first) < minFirst*float64(all.asked) {
		t.Errorf("first: %s, expected at least %.0f%%", share(all.first, all.asked), 100*minFirst)
	}
}
