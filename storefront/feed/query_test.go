package feed

import (
	"net/url"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/search"
)

func FuzzQueriesAreReadOrRefused(f *testing.F) {
	for _, query := range []string{
		"", "q=miel&category=honey,oil&page=2", "page=99999999999999999999", "page=-1&per_page=0", "min_price=1e308&max_price=NaN",
		"category=" + strings.Repeat("a,", 60), "q=%ff%00", "sort=-price&sort=price", "women_led=maybe", "min_price=-9223372036854775808",
	} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, text string) {
		values, _ := url.ParseQuery(text)
		q, err := parseProducts(values, "fr", []string{"ar", "fr", "en"})
		if err != nil {
			return
		}
		for _, chosen := range [][]string{q.Categories, q.Cooperatives, q.Communes, q.Labels} {
			if len(chosen) > maxValues {
				t.Errorf("%q narrows by %d values", text, len(chosen))
			}
		}
		if q.Page < 1 || q.PerPage < 1 || q.Page*q.PerPage > search.MaxResults || q.MinPrice < 0 || q.MaxPrice < 0 || len([]rune(q.Text)) > search.MaxTextRunes {
			t.Errorf("%q is read as %+v", text, q)
		}
	})
}
