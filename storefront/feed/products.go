package feed

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"strconv"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// product is one product as programs see it; texts are in the language asked for.
type product struct {
	ID          uuid.UUID      `json:"id"`
	Slug        string         `json:"slug"`
	Name        string         `json:"name"`
	Description string         `json:"description"`
	Category    string         `json:"category"`
	Cooperative cooperativeRef `json:"cooperative"`
	Price       int64          `json:"price_centimes"`
	Currency    string         `json:"currency"`
	Unit        string         `json:"unit"`
	PerMeasure  *perMeasure    `json:"per_measure,omitempty"`
	Family      uuid.UUID      `json:"family"`
	Sizes       []size         `json:"sizes"`
	Stock       int            `json:"stock"`
	BackIn      int            `json:"back_in,omitempty"` // month
	Perishable  bool           `json:"perishable"`
	Labels      []string       `json:"labels"`
	URL         string         `json:"url"`
	ImageURL    string         `json:"image_url"`
}

// size is one of the quantities that a thing is offered in.
type size struct {
	ID      uuid.UUID `json:"id"`
	Slug    string    `json:"slug"`
	Price   int64     `json:"price_centimes"`
	Unit    string    `json:"unit"`
	InStock bool      `json:"in_stock"`
	BackIn  int       `json:"back_in,omitempty"`
	Labels  []string  `json:"labels"`
	URL     string    `json:"url"`
}

// perMeasure is a price by the kilogram or litre, to be compared.
type perMeasure struct {
	Price   int64  `json:"price_centimes"`
	Measure string `json:"measure"`
}

type cooperativeRef struct {
	Slug    string `json:"slug"`
	Name    string `json:"name"`
	Commune string `json:"commune,omitempty"` // slug
}

const currency = "MAD"

func toProduct(r *web.Request, p catalog.Product) product {
	labels := make([]string, len(p.Labels))
	for i, l := range p.Labels {
		labels[i] = l.Slug
	}
	month := clock.Day(r.Site.Now()).Month()
	sizes := make([]size, len(p.Sizes))
	for i, s := range p.Sizes {
		sizes[i] = size{s.ID, s.Slug, int64(s.Price), r.Locale.Unit(s.UnitAmount, s.UnitCode), !s.SoldOut && s.InSeason(month), backIn(s.InSeason(month), s.SeasonFrom), s.Labels, r.AbsoluteURL("/products/" + s.Slug)}
	}
	var compared *perMeasure
	if per, measure, ok := catalog.PerMeasure(p.Price, p.UnitAmount, p.UnitCode); ok {
		compared = &perMeasure{int64(per), measure}
	}
	return product{
		ID: p.ID, Slug: p.Slug, Name: ui.Thing(r.Locale, p), Description: r.Locale.Text(p.Description),
		Category: p.Category,
		Cooperative: cooperativeRef{
			Slug: p.Cooperative.Slug, Name: r.Locale.Text(p.Cooperative.Name), Commune: p.Cooperative.Commune,
		},
		Price: int64(p.Price), Currency: currency, Unit: r.Locale.Unit(p.UnitAmount, p.UnitCode), PerMeasure: compared,
		Family: p.Family, Sizes: sizes,
		Stock: p.Available, BackIn: backIn(p.InSeason(month), p.SeasonFrom), Perishable: p.Perishable, Labels: labels,
		URL: r.AbsoluteURL("/products/" + p.Slug), ImageURL: r.Site.BaseURL + ui.PictureOf(p).Src,
	}
}

// backIn is the month in which what is out of season comes again; 0 while it is in season.
func backIn(inSeason bool, from *int) int {
	if inSeason {
		return 0
	}
	return *from
}

type productList struct {
	Hits    []product                 `json:"hits"`
	Total   int                       `json:"total"`
	Page    int                       `json:"page"`
	PerPage int                       `json:"per_page"`
	Facets  map[string]map[string]int `json:"facets"`
	Engine  string                    `json:"engine"`
	TookMS  int                       `json:"took_ms"`
}

func (h *Handler) products(r *web.Request) error {
	q, err := parseProducts(r.QueryValues(), r.Locale.Reads(), r.Site.Languages.Codes())
	if err != nil {
		return err
	}
	if q.Communes, err = h.Delivery.PlacesMeant(r.Context(), q.Communes); err != nil {
		return err
	}
	if q.DeliverableTo != "" {
		if q.Durable, err = h.durableOnly(r, q.DeliverableTo); err != nil {
			return err
		}
	}
	engine := q.Query
	if q.ByID {
		engine.PerPage = 1 // how many there are in all is asked of it
	}
	found, err := h.Search.Search(r.Context(), engine)
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	var products []catalog.Product
	if q.ByID {
		products, err = h.walk(r, q)
	} else {
		products, err = h.hits(r, engine, found)
	}
	if err != nil {
		return err
	}
	list := productList{
		Hits: make([]product, len(products)), Total: found.Total, Page: q.Page, PerPage: q.PerPage,
		Facets: found.Facets, Engine: h.Search.Name(), TookMS: found.TookMS,
	}
	for i, p := range products {
		list.Hits[i] = toProduct(r, p)
	}
	return answer(r, list)
}

// durableOnly tells whether what perishes is not brought to a place that is named.
func (h *Handler) durableOnly(r *web.Request, name string) (bool, error) {
	slug, ok, err := h.Delivery.PlaceMeant(r.Context(), name)
	if err != nil {
		return false, err
	}
	if !ok {
		return false, fault.New(errQuery.Kind, errQuery.Key).Field("deliverable_to", "delivery.unknown_place")
	}
	place, _, err := h.Delivery.Place(r.Context(), slug)
	return !place.Fresh, err
}

// hits are the products that the engine found for q, each thing by the size that is asked for: the index says which, and what
// they are and cost comes from the database.
func (h *Handler) hits(r *web.Request, q search.Query, found search.Result) ([]catalog.Product, error) {
	ids := make([]uuid.UUID, 0, len(found.Hits))
	for _, hit := range found.Hits {
		id, err := uuid.Parse(hit.ID)
		if err != nil {
			return nil, fmt.Errorf("search: id in the index: %w", err)
		}
		ids = append(ids, id)
	}
	return h.Catalog.FacesOf(r.Context(), ids, catalog.Wanted{
		Labels: q.Labels, MinPrice: money.Amount(q.MinPrice), MaxPrice: money.Amount(q.MaxPrice),
	})
}

// walk gives the products that come next in the order of their ids, and tells where the list goes on.
func (h *Handler) walk(r *web.Request, q asked) ([]catalog.Product, error) {
	products, last, err := h.Catalog.Walk(r.Context(), catalog.Wanted{
		Categories: q.Categories, Cooperatives: q.Cooperatives, Communes: q.Communes, Labels: q.Labels,
		WomenOnly: q.WomenLed, InStock: q.InStock, Durable: q.Durable, MinPrice: money.Amount(q.MinPrice), MaxPrice: money.Amount(q.MaxPrice),
	}, q.After, q.PerPage)
	if err != nil || last == uuid.Nil {
		return products, err
	}
	next := maps.Clone(r.QueryValues())
	next.Set("lang", r.Locale.Code())
	next.Set("after", last.String())
	r.SetHeader("Link", "<"+r.Site.BaseURL+"/api/v1/products?"+next.Encode()+`>; rel="next"`)
	return products, nil
}

func (h *Handler) product(r *web.Request) error {
	p, err := h.Catalog.BySlug(r.Context(), r.Param("slug"))
	if err != nil {
		return err
	}
	return answer(r, toProduct(r, p))
}

// cooperativeInfo is one cooperative as programs see it.
type cooperativeInfo struct {
	Slug        string  `json:"slug"`
	Name        string  `json:"name"`
	Description string  `json:"description"`
	Commune     commune `json:"commune"`
	WomenLed    bool    `json:"women_led"`
	Members     members `json:"members"`
	Hours       string  `json:"hours"`     // when it is open to buyers; may be empty
	ImageURL    *string `json:"image_url"` // a photograph of it
	Products    int     `json:"products"`
	URL         string  `json:"url"`
}

type commune struct {
	Slug string `json:"slug"`
	Name string `json:"name"`
}

// members of a cooperative; the young are among the women and men.
type members struct {
	Women int `json:"women"`
	Men   int `json:"men"`
	Young int `json:"young"`
}

// maxPassed is how many cooperatives are passed over by the number of a page; after them the list goes on from one.
const maxPassed = 1000

func (h *Handler) cooperatives(r *web.Request) error {
	q := query{values: r.QueryValues()}
	perPage := q.number("per_page", 1, 100, 100)
	page := q.number("page", 1, max(maxPassed/perPage, 1), 1)
	asked := cooperative.Public{Limit: perPage + 1, Offset: (page - 1) * perPage}
	if slug := q.one("after"); slug != "" {
		after, err := h.Cooperatives.BySlug(r.Context(), slug)
		if errors.Is(err, cooperative.ErrNotFound) {
			q.refuse("after", "feed.query_after")
		} else if err != nil {
			return err
		}
		asked.After = &after
	}
	if q.wrong != nil {
		return q.wrong
	}
	found, err := h.Cooperatives.ListPublic(r.Context(), asked)
	if err != nil {
		return err
	}
	if len(found) > perPage { // one more than fits
		found = found[:perPage]
		next := url.Values{"lang": {r.Locale.Code()}, "after": {found[perPage-1].Slug}, "per_page": {strconv.Itoa(perPage)}}
		r.SetHeader("Link", "<"+r.Site.BaseURL+"/api/v1/cooperatives?"+next.Encode()+`>; rel="next"`)
	}
	list := make([]cooperativeInfo, len(found))
	for i, c := range found {
		list[i] = cooperativeInfo{
			Slug: c.Slug, Name: r.Locale.Text(c.Name), Description: r.Locale.Text(c.Description),
			Commune:  commune{Slug: c.Commune, Name: r.Locale.Text(c.CommuneName)},
			WomenLed: c.WomenOnly, Members: members{Women: c.Women, Men: c.Men, Young: c.Young},
			Hours: r.Locale.Text(c.Hours), Products: c.ProductCount, URL: r.AbsoluteURL("/cooperatives/" + c.Slug),
		}
		if c.PictureID != nil {
			list[i].ImageURL = new(r.Site.BaseURL + ui.PictureFor(c.PictureID, "", "", c.ID).Src)
		}
	}
	return answer(r, map[string][]cooperativeInfo{"cooperatives": list})
}
