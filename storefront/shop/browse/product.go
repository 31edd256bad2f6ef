package browse

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/storefront/shop"
	"github.com/souk-taawon/souk/storefront/static"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// productView is what the page of a product shows.
type productView struct {
	Product   catalog.Product
	Seller    cooperative.Cooperative
	Goods     catalog.Offered // the first that the seller offers
	Near      delivery.Quote  // to the reader, or in the province
	Fresh     fault.Message   // the zones that what perishes is brought to
	InBasket  int
	OffSeason bool
	Others    []ui.Card // like it, of other cooperatives
	Link      string    // absolute, to be shared
}

// othersShown is a whole row on a desktop and two on a phone.
const othersShown = 4

func (h *Handler) product(r *web.Request) error {
	ctx := r.Context()
	var v productView
	var err error
	if v.Product, err = h.Catalog.BySlug(ctx, r.Param("slug")); err != nil {
		return err
	}
	if v.Seller, err = h.Cooperatives.ByID(ctx, v.Product.Cooperative.ID); err != nil {
		return err
	}
	if v.Goods, err = h.Catalog.OfferedBy(ctx, v.Seller.ID, nil, goodsShown); err != nil {
		return err
	}
	if v.Near, err = h.Delivery.Near(ctx, delivery.QuoteInput{Place: r.PlaceSlug(), Items: v.Product.Price, Prepare: v.Product.Prepare, On: h.Now()}); err != nil {
		return err
	}
	if v.Fresh, err = h.Delivery.Fresh(ctx); err != nil {
		return err
	}
	v.OffSeason = !v.Product.InSeason(clock.Day(h.Now()).Month())
	cards := shop.Cards(r, h.Orders, append([]catalog.Product{v.Product}, h.others(r, v.Product)...), 0)
	v.InBasket, v.Others = cards[0].InBasket, cards[1:]
	v.Link = r.AbsoluteURL("/products/" + v.Product.Slug)

	p := r.Page(ui.Called(r.Locale, v.Product))
	p.Description = r.Locale.T("shop.product.description", "Name", ui.Thing(r.Locale, v.Product),
		"Cooperative", r.Locale.Text(v.Seller.Name), "Place", r.Locale.Text(v.Seller.CommuneName),
		"Means", p.MeansName(), "Price", r.Locale.Money(v.Product.Price), "Unit", r.Locale.PerUnit(v.Product.UnitAmount, v.Product.UnitCode))
	p.Category = v.Product.Category
	picture := ui.PictureOf(v.Product)
	p.Image = picture.Src
	if picture.Drawing {
		p.Image = static.Shared(v.Product.Drawing, v.Product.CategoryDrawing, v.Product.ID.String())
	}
	if len(v.Product.Sizes) > 0 {
		p.Canonical = "/products/" + catalog.Oldest(v.Product.Sizes).Slug
		p.Shared = "/products/" + v.Product.Slug // whose price its description says
	}
	p.Data = schemaOf(r, v.Product, p.Absolute(p.Image))
	return r.Render(http.StatusOK, productPage(p, v))
}

// others finds a few products of the same shelf that other cooperatives sell. Without a search
// engine there are none.
func (h *Handler) others(r *web.Request, product catalog.Product) []catalog.Product {
	asked := search.Query{
		Lang: r.Locale.Reads(), Categories: []string{product.Category}, InStock: true, PerPage: search.DefaultPerPage,
	}
	result, err := h.Search.Search(r.Context(), asked)
	var found []catalog.Product
	if err == nil {
		found, err = h.found(r, asked, result)
	}
	if err != nil {
		r.Log().Warn("other cooperatives' products", "error", err)
		return nil
	}
	// One of each cooperative before a second.
	var first, second []catalog.Product
	seen := map[uuid.UUID]bool{product.Cooperative.ID: true}
	for _, p := range found {
		switch {
		case p.Cooperative.ID == product.Cooperative.ID:
		case !seen[p.Cooperative.ID]:
			seen[p.Cooperative.ID] = true
			first = append(first, p)
		default:
			second = append(second, p)
		}
	}
	list := append(first, second...)
	return list[:min(len(list), othersShown)]
}

// schema describes a product to search engines (schema.org/Product), or a thing with its sizes (schema.org/ProductGroup).
type schema struct {
	Context     string          `json:"@context"`
	Type        string          `json:"@type"`
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Image       string          `json:"image"`
	URL         string          `json:"url"`
	SKU         string          `json:"sku,omitempty"`
	Brand       schemaName      `json:"brand"`
	Offers      *schemaOffer    `json:"offers,omitempty"`
	Group       string          `json:"productGroupID,omitempty"`
	VariesBy    []string        `json:"variesBy,omitempty"`
	Variants    []schemaVariant `json:"hasVariant,omitempty"`
}

// schemaVariant is one size of a thing.
type schemaVariant struct {
	Type   string      `json:"@type"`
	Name   string      `json:"name"`
	Image  string      `json:"image"`
	SKU    string      `json:"sku"`
	Size   string      `json:"size"`
	Offers schemaOffer `json:"offers"`
}

type schemaName struct {
	Type string `json:"@type"`
	Name string `json:"name"`
}

type schemaOffer struct {
	Type          string     `json:"@type"`
	URL           string     `json:"url"`
	Price         string     `json:"price"`
	PriceCurrency string     `json:"priceCurrency"`
	Availability  string     `json:"availability"`
	Seller        schemaName `json:"seller"`
}

func schemaOf(r *web.Request, p catalog.Product, image string) schema {
	l, month := r.Locale, clock.Day(r.Site.Now()).Month()
	seller := schemaName{"Organization", l.Text(p.Cooperative.Name)}
	offer := func(slug string, price money.Amount, available bool) schemaOffer {
		availability := "https://schema.org/OutOfStock"
		if available {
			availability = "https://schema.org/InStock"
		}
		return schemaOffer{"Offer", r.AbsoluteURL("/products/" + slug), price.String(), "MAD", availability, seller}
	}
	s := schema{
		Context: "https://schema.org", Type: "Product", Name: ui.Thing(l, p), Description: l.Text(p.Description),
		Image: image, URL: r.AbsoluteURL("/products/" + p.Slug), SKU: p.SKU, Brand: schemaName{"Brand", seller.Name},
	}
	if len(p.Sizes) == 0 {
		s.Offers = new(offer(p.Slug, p.Price, p.Available > 0))
		return s
	}
	s.Type, s.SKU, s.Group, s.VariesBy = "ProductGroup", "", p.Family.String(), []string{"https://schema.org/size"}
	for _, size := range p.Sizes {
		measure := l.Unit(size.UnitAmount, size.UnitCode)
		s.Variants = append(s.Variants, schemaVariant{"Product", s.Name + " – " + measure, image, size.SKU, measure, offer(size.Slug, size.Price, !size.SoldOut && size.InSeason(month))})
	}
	return s
}
