package browse

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/storefront/shop"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// resultsView is what the results page shows.
type resultsView struct {
	Query   query
	Heading string
	Result  search.Result
	Cards   []ui.Card
	Sellers int // cooperatives that what was found is from; 0 if they are not counted
	Pages   int
	Facets  facets
	Chips   []chip
	Down    bool      // the search engine did not answer: the cards are the day's shelf
	Instead []ui.Card // what to look at when nothing was found
}

// facets are the ways to narrow the results, with how many each would leave.
type facets struct {
	Category, Label, Commune []option
	Women, InStock           option
}

type option struct {
	Value, Label string
	Count        int
	Chosen       bool
}

// chip is a filter that is on, and the address without it.
type chip struct{ Label, Path string }

func (h *Handler) results(r *web.Request) error {
	ctx := r.Context()
	v := resultsView{Query: readQuery(r)}
	names, err := h.names(ctx, r.Locale)
	if err != nil {
		return err
	}
	asked := v.Query.forEngine(r.Locale.Reads())
	v.Result, err = h.Search.Search(ctx, asked)
	var products []catalog.Product
	if err != nil {
		r.Log().Warn("search", "error", err)
		v.Down = true
		products, err = h.Catalog.Shelf(ctx, h.Now(), search.DefaultPerPage)
	} else {
		v.Pages = pages(v.Result.Total)
		if v.Query.Page > v.Pages && v.Pages > 0 {
			return r.Redirect(v.Query.onPage(v.Pages).path())
		}
		if len(v.Query.Cooperatives) == 0 {
			if v.Sellers, err = sellers(ctx, h.Search, asked, v.Result); err != nil {
				r.Log().Warn("cooperatives of what was found", "error", err) // the page says less
			}
		}
		products, err = h.found(r, v.Result)
	}
	if err != nil {
		return err
	}
	v.Cards = shop.Cards(r, h.Orders, products, 4)
	for i := range v.Cards {
		v.Cards[i].Why = !v.Down
	}
	for _, p := range products {
		names["coop/"+p.Cooperative.Slug] = r.Locale.Text(p.Cooperative.Name)
	}
	v.Facets = readFacets(v.Query, v.Result.Facets, names, r.Locale)
	v.Chips = chips(v.Query, names, r.Locale)
	v.Heading = heading(v.Query, v.Result, names, r.Locale)
	if len(v.Cards) == 0 {
		shelf, err := h.Catalog.Shelf(ctx, h.Now(), 4)
		if err != nil {
			return err
		}
		v.Instead = shop.Cards(r, h.Orders, shelf, 0)
	}
	p := r.Page(v.Heading)
	p.Description = r.Locale.T("shop.results.description", "What", v.Heading, "Means", p.MeansName())
	p.Category = "all"
	if len(v.Query.Categories) == 1 && v.Query.Text == "" {
		p.Category = v.Query.Categories[0]
	}
	if len(v.Query.Categories) == 1 {
		p.Canonical = query{Categories: v.Query.Categories}.path()
	}
	p.Private = v.Query.Text != "" || v.Query.Page > 1 // search engines need no pages of other searches
	return r.Render(http.StatusOK, resultsPage(p, v))
}

func pages(total int) int {
	return (min(total, search.MaxResults) + search.DefaultPerPage - 1) / search.DefaultPerPage
}

// names are what the values of filters are called, by «filter/value».
func (h *Handler) names(ctx context.Context, l *i18n.Locale) (map[string]string, error) {
	names := map[string]string{}
	categories, err := h.Catalog.Categories(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range categories {
		names["category/"+c.Slug] = l.Text(c.Name)
	}
	labels, err := h.Catalog.Labels(ctx)
	if err != nil {
		return nil, err
	}
	for _, label := range labels {
		names["label/"+label.Slug] = l.Text(label.Name)
	}
	places, err := h.Delivery.Places(ctx)
	if err != nil {
		return nil, err
	}
	for _, place := range places {
		names["commune/"+place.Slug] = l.Text(place.Name)
	}
	return names, nil
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
	return facets{
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
		if shelf := onlyShelf(result, names); l.Reads() != "ar" && shelf != "" {
			return shelf // «3sel» is عسل, which a reader of French may not read
		}
		return result.Understood
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

// onlyShelf is the name of the shelf that everything found stands on, or "".
func onlyShelf(result search.Result, names map[string]string) string {
	shelves := result.Facets[string(search.FacetCategory)]
	if len(shelves) == 1 {
		for slug := range shelves {
			return names["category/"+slug]
		}
	}
	return ""
}

// sellers counts the cooperatives that what q found is from: by the hits, if all are on the page, or by asking
// once more. It is 0 where that would be dear, of more products than a facet has values.
func sellers(ctx context.Context, engine search.Engine, q search.Query, found search.Result) (int, error) {
	if found.Total <= len(found.Hits) {
		seen := map[string]bool{}
		for _, hit := range found.Hits {
			seen[hit.Cooperative] = true
		}
		return len(seen), nil
	}
	if found.Total > search.MaxFacetValues {
		return 0, nil
	}
	q.Page, q.PerPage, q.Facets = 1, 1, []search.Facet{search.FacetCooperative}
	counted, err := engine.Search(ctx, q)
	return len(counted.Facets[string(search.FacetCooperative)]), err
}
