package browse

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/storefront/ui"
)

// sortKey is the key of an order's name.
func sortKey(s search.Sort) string {
	switch s {
	case search.CheapestFirst:
		return "shop.results.sort_cheap"
	case search.DearestFirst:
		return "shop.results.sort_dear"
	case search.NewestFirst:
		return "shop.results.sort_new"
	}
	return "shop.results.sort_fit"
}

// hidden is the query as fields of a form, without one of them and without the page.
func (q query) hidden(but string) [][2]string {
	address, _ := url.Parse(q.onPage(1).path())
	var fields [][2]string
	for name, values := range address.Query() {
		if name != but {
			for _, v := range values {
				fields = append(fields, [2]string{name, v})
			}
		}
	}
	slices.SortFunc(fields, func(a, b [2]string) int { return strings.Compare(a[0]+a[1], b[0]+b[1]) })
	return fields
}

func count(o option) string {
	if o.Count == 0 {
		return ""
	}
	return strconv.Itoa(o.Count)
}

func anyChosen(options []option) bool {
	return slices.ContainsFunc(options, func(o option) bool { return o.Chosen })
}

func invalid(q query, name string) templ.Attributes {
	if q.errors[name] == "" {
		return nil
	}
	return templ.Attributes{"aria-invalid": "true", "aria-describedby": "e-" + name}
}

func resultsCrumbs(p ui.Page, v resultsView) []ui.Crumb {
	steps := []ui.Crumb{{Label: p.T("shop.market"), Path: "/"}}
	if v.Query.Text != "" || v.Query.narrowed() {
		steps = append(steps, ui.Crumb{Label: p.T("ui.all_products"), Path: "/products"})
	}
	return append(steps, ui.Crumb{Label: v.Heading})
}
