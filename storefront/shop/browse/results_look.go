package browse

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"

	"github.com/souk-taawon/souk/internal/i18n"
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
	return ui.Wrong(q.errors[name], "e-"+name)
}

func resultsCrumbs(p ui.Page, v resultsView) []ui.Crumb {
	steps := []ui.Crumb{{Label: p.T("shop.market"), Path: "/"}}
	if v.Query.Text != "" || v.Query.narrowed() {
		steps = append(steps, ui.Crumb{Label: p.T("ui.all_products"), Path: "/products"})
	}
	return append(steps, ui.Crumb{Label: v.Heading})
}

func readFacets(q query, counts map[string]map[string]int, names map[string]string, l *i18n.Locale) facets {
	order := l.Order()
	list := func(facet search.Facet, chosen []string) []option {
		var options []option
		for value, count := range counts[string(facet)] {
			if name := names[string(facet)+"/"+value]; name != "" {
				options = append(options, option{Value: value, Label: name, Count: count, Chosen: slices.Contains(chosen, value)})
			}
		}
		for _, value := range chosen { // what was chosen can be taken back, also when it leaves nothing
			if counts[string(facet)][value] == 0 && names[string(facet)+"/"+value] != "" {
				options = append(options, option{Value: value, Label: names[string(facet)+"/"+value], Chosen: true})
			}
		}
		slices.SortFunc(options, func(a, b option) int {
			return cmp.Or(cmp.Compare(b.Count, a.Count), order(a.Label, b.Label))
		})
		return options
	}
	found := facets{
		Category: list(search.FacetCategory, q.Categories),
		Label:    list(search.FacetLabel, q.Labels),
		Commune:  list(search.FacetCommune, q.Communes),
		Women: option{
			Value: "true", Label: l.T("shop.results.women"), Count: counts[string(search.FacetWomenLed)]["true"], Chosen: q.Women,
		},
		InStock: option{
			Value: "true", Label: l.T("shop.results.in_stock"), Count: counts[string(search.FacetInStock)]["true"], Chosen: q.InStock,
		},
	}
	if q.sorts() {
		found.Delivered = option{
			Value: "true", Label: l.T("shop.results.delivered", "Place", l.Text(q.at.Name)),
			Count: counts[string(search.FacetDurable)]["true"], Chosen: q.Delivered,
		}
	}
	return found
}

// chips are the filters that are on, each with the way to take it off.
func chips(q query, names map[string]string, l *i18n.Locale) []chip {
	var list []chip
	for _, filter := range []struct {
		name   string
		values []string
	}{{"category", q.Categories}, {"coop", q.Cooperatives}, {"commune", q.Communes}, {"label", q.Labels}} {
		for _, value := range filter.values {
			name := cmp.Or(names[filter.name+"/"+value], value)
			list = append(list, chip{name, q.without(filter.name, value).path()})
		}
	}
	if q.Women {
		list = append(list, chip{l.T("shop.results.women"), q.without("women_led", "").path()})
	}
	if q.InStock {
		list = append(list, chip{l.T("shop.results.in_stock"), q.without("in_stock", "").path()})
	}
	if q.Delivered && q.sorts() {
		list = append(list, chip{l.T("shop.results.delivered", "Place", l.Text(q.at.Name)), q.without("delivered", "").path()})
	}
	if q.MinPrice > 0 {
		list = append(list, chip{l.T("shop.results.from_price", "Price", l.Money(q.MinPrice)), q.without("min_price", "").path()})
	}
	if q.MaxPrice > 0 {
		list = append(list, chip{l.T("shop.results.to_price", "Price", l.Money(q.MaxPrice)), q.without("max_price", "").path()})
	}
	return list
}

// heading names what was asked for: the word that was understood, what was typed, or the shelf.
func heading(q query, result search.Result, names map[string]string, l *i18n.Locale) string {
	switch {
	case result.Understood != "":
		first, length := utf8.DecodeRuneInString(result.Understood)
		return string(unicode.ToUpper(first)) + result.Understood[length:]
	case q.Text != "":
		return q.Text
	case len(q.Categories) == 1 && names["category/"+q.Categories[0]] != "":
		return names["category/"+q.Categories[0]]
	case len(q.Cooperatives) == 1 && names["coop/"+q.Cooperatives[0]] != "":
		return names["coop/"+q.Cooperatives[0]]
	case len(q.Communes) == 1 && names["commune/"+q.Communes[0]] != "":
		return l.T("shop.results.from_commune", "Place", names["commune/"+q.Communes[0]])
	}
	return l.T("ui.all_products")
}
