package browse

import (
	"context"
	"net/http"

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
	Named   []catalog.CooperativeRef // cooperatives of the name that was typed
	Sellers int                      // cooperatives that what was found is from; 0 if they are not counted
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
	Delivered                option // to where the reader's orders go, if not everything is
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
	var err error
	if v.Query.Communes, err = h.Delivery.PlacesMeant(ctx, v.Query.Communes); err != nil {
		return err
	}
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
		v.Pages = search.Pages(v.Result.Total, search.DefaultPerPage)
		if v.Query.Page > v.Pages && v.Pages > 0 {
			return r.Redirect(v.Query.onPage(v.Pages).path())
		}
		if len(v.Query.Cooperatives) == 0 {
			if v.Sellers, err = sellers(ctx, h.Search, asked, v.Result); err != nil {
				r.Log().Warn("cooperatives of what was found", "error", err) // the page says less
			}
		}
		products, err = h.found(r, asked, v.Result)
	}
	if err != nil {
		return err
	}
	if v.Query.Text != "" && v.Query.Page == 1 {
		if v.Named, err = h.namedSo(r, v.Query.Text, products); err != nil {
			return err
		}
	}
	v.Cards = shop.Cards(r, h.Orders, products, 4)
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
	status := http.StatusOK
	if len(v.Query.errors) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return r.Render(status, resultsPage(p, v))
}

// cut tells whether this is the last page and more was found than it shows.
func (v resultsView) cut() bool {
	return v.Query.Page == v.Pages && v.Result.Total > v.Pages*search.DefaultPerPage
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
