package browse

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/text"
	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// Bounds of what is read of an address; the page repeats all of it in each of its links.
const (
	maxValues = 30 // of all filters together
	maxValue  = 80 // bytes of one; longer than any slug
	maxPrice  = 20 // characters of a price as typed
)

// query is what a buyer asks of the results page, as its address says it.
type query struct {
	Text                                       string
	Categories, Cooperatives, Communes, Labels []string
	Women, InStock                             bool
	Delivered                                  bool         // only what is brought to where the reader's orders go
	MinPrice, MaxPrice                         money.Amount // 0: no limit
	Sort                                       search.Sort
	Page                                       int

	at *delivery.Place // where her orders go; nil while that is not known

	// What was typed as prices, and what is wrong with it, by field.
	typed  map[string]string
	errors map[string]string
}

func readQuery(r *web.Request) query {
	values, left := r.QueryValues(), maxValues
	q := query{
		Text:         beginning(r.Query("q"), search.MaxTextRunes),
		Categories:   many(values, "category", &left),
		Cooperatives: many(values, "coop", &left),
		Communes:     many(values, "commune", &left),
		Labels:       many(values, "label", &left),
		Women:        yes(r.Query("women_led")),
		InStock:      yes(r.Query("in_stock")),
		Delivered:    yes(r.Query("delivered")),
		at:           r.Place(),
		Sort:         search.Sort(r.Query("sort")),
		typed:        map[string]string{},
		errors:       map[string]string{},
	}
	q.Page, _ = strconv.Atoi(r.Query("page"))
	for name, limit := range map[string]*money.Amount{"min_price": &q.MinPrice, "max_price": &q.MaxPrice} {
		if q.typed[name] = beginning(r.Query(name), maxPrice); q.typed[name] == "" {
			continue
		}
		amount, err := money.Parse(q.typed[name])
		if err != nil || amount < 0 {
			wrong := fault.New(fault.Invalid, "shop.results.price_wrong")
			ui.Unreadable(r.Locale, wrong, name, wrong.Key, q.typed[name])
			q.errors[name] = r.Locale.Message(wrong.Fields[name])
			continue
		}
		*limit = amount
	}
	if q.MaxPrice > 0 && q.MinPrice > q.MaxPrice {
		q.MinPrice, q.MaxPrice = q.MaxPrice, q.MinPrice
		q.typed["min_price"], q.typed["max_price"] = q.typed["max_price"], q.typed["min_price"]
	}
	clean := q.forEngine("").Clean()
	q.Sort, q.Page = clean.Sort, clean.Page
	return q
}

// many are the values of one filter, as many as are left to be read.
func many(values url.Values, name string, left *int) []string {
	var list []string
	for _, v := range values[name] {
		if v = strings.TrimSpace(v); v != "" && len(v) <= maxValue && !slices.Contains(list, v) && *left > 0 {
			list = append(list, v)
			*left--
		}
	}
	return list
}

// beginning is a text's first characters.
func beginning(typed string, most int) string {
	switch {
	case text.Line(typed) == "":
		return "" // blank, or of what nobody sees
	case utf8.RuneCountInString(typed) <= most:
		return typed
	}
	return string([]rune(typed)[:most])
}

func yes(text string) bool { return text == "1" || text == "true" || text == "on" }

// forEngine is the query as search engines understand it, with the counts that the page of results shows.
func (q query) forEngine(lang string) search.Query {
	facets := []search.Facet{search.FacetCategory, search.FacetLabel, search.FacetCommune, search.FacetWomenLed, search.FacetInStock}
	if q.sorts() {
		facets = append(facets, search.FacetDurable)
	}
	return search.Query{
		Text: q.Text, Lang: lang,
		Categories: q.Categories, Cooperatives: q.Cooperatives, Communes: q.Communes, Labels: q.Labels,
		WomenLed: q.Women, InStock: q.InStock, Durable: q.Delivered && q.sorts(), MinPrice: int64(q.MinPrice), MaxPrice: int64(q.MaxPrice),
		Facets: facets,
		Sort:   q.Sort, Page: q.Page, PerPage: search.DefaultPerPage,
	}
}

// sorts tells whether some goods are not brought to where the reader's orders go: those that perish.
func (q query) sorts() bool { return q.at != nil && !q.at.Fresh }

// path is the address of the query, without the language; the first page needs no number.
func (q query) path() string {
	v := web.Values(map[string]string{
		"q": q.Text, "min_price": q.typed["min_price"], "max_price": q.typed["max_price"], "sort": string(q.Sort),
	})
	v["category"], v["coop"], v["commune"], v["label"] = q.Categories, q.Cooperatives, q.Communes, q.Labels
	if q.Women {
		v.Set("women_led", "true")
	}
	if q.InStock {
		v.Set("in_stock", "true")
	}
	if q.Delivered {
		v.Set("delivered", "true")
	}
	if q.Page > 1 {
		v.Set("page", strconv.Itoa(q.Page))
	}
	return web.Address("/products", v)
}

// narrowed tells whether anything but the words narrows the results.
func (q query) narrowed() bool {
	return len(q.Categories)+len(q.Cooperatives)+len(q.Communes)+len(q.Labels) > 0 ||
		q.Women || q.InStock || q.Delivered && q.sorts() || q.MinPrice > 0 || q.MaxPrice > 0
}

// onPage is the query on another page of its results.
func (q query) onPage(page int) query {
	q.Page = page
	return q
}

// wide is the query with its words alone.
func (q query) wide() query {
	return query{Text: q.Text, Sort: q.Sort}
}

// without is the query without one value of one filter.
func (q query) without(name, value string) query {
	drop := func(list []string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(v string) bool { return v == value })
	}
	q.Page = 1
	switch name {
	case "category":
		q.Categories = drop(q.Categories)
	case "coop":
		q.Cooperatives = drop(q.Cooperatives)
	case "commune":
		q.Communes = drop(q.Communes)
	case "label":
		q.Labels = drop(q.Labels)
	case "women_led":
		q.Women = false
	case "in_stock":
		q.InStock = false
	case "delivered":
		q.Delivered = false
	case "min_price", "max_price":
		q.typed = map[string]string{"min_price": q.typed["min_price"], "max_price": q.typed["max_price"], name: ""}
	}
	return q
}
