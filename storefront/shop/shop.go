package shop

import (
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// Handler has the buyers' pages.
type Handler struct {
	Catalog      *catalog.Service
	Cooperatives *cooperative.Service
	Delivery     *delivery.Service
	Orders       *order.Service
	Search       search.Engine
	Now          func() time.Time
}

// Routes lists the buyers' pages.
func (h *Handler) Routes() []web.Route {
	get, post := http.MethodGet, http.MethodPost
	return []web.Route{
		{Method: get, Path: "/", Policy: web.Public, Handler: h.home},
		{Method: get, Path: "/products", Policy: web.Public, Limit: web.SearchLimit, Handler: h.results},
		{Method: get, Path: "/products/:slug", Policy: web.Public, Handler: h.product},
		{Method: get, Path: "/suggest", Policy: web.Public, Limit: web.SearchLimit, Handler: h.suggest},
		{Method: get, Path: "/cooperatives", Policy: web.Public, Handler: h.cooperatives},
		{Method: get, Path: "/cooperatives/:slug", Policy: web.Public, Handler: h.cooperative},
		{Method: get, Path: "/basket", Policy: web.Public, Private: true, Handler: h.basket},
		{Method: post, Path: "/basket/lines", Policy: web.Public, Private: true, Handler: h.addLine},
		{Method: post, Path: "/basket/lines/:product", Policy: web.Public, Private: true, Handler: h.setLine},
		{Method: get, Path: "/checkout", Policy: web.Public, Private: true, Handler: h.checkout},
		{Method: post, Path: "/checkout", Policy: web.Public, Private: true, Limit: web.OrderLimit, Handler: h.place},
		{Method: get, Path: "/confirm/:token", Policy: web.Public, Private: true, Handler: h.toConfirm},
		{Method: post, Path: "/confirm/:token", Policy: web.Public, Private: true, Handler: h.confirm},
		{Method: get, Path: "/orders/:token", Policy: web.Public, Private: true, Handler: h.tracking},
		{Method: post, Path: "/orders/:token/cancel", Policy: web.Public, Private: true, Handler: h.cancel},
		{Method: post, Path: "/orders/:token/again", Policy: web.Public, Private: true, Handler: h.again},
		{Method: get, Path: "/pages/:name", Policy: web.Public, Handler: h.info},
	}
}

// cards makes the cards of products, with what of them lies in the reader's basket. The first eager
// ones are on the first screen.
func (h *Handler) cards(r *web.Request, products []catalog.Product, eager int) []ui.Card {
	inBasket := map[uuid.UUID]int{}
	if token := r.Cookie(web.BasketCookie); token != "" && len(products) > 0 {
		basket, err := h.Orders.Basket(r.Context(), token)
		if err != nil { // a shelf is worth more than the counts on it
			r.Log().Warn("counts on cards", "error", err)
		}
		for _, group := range basket.Groups {
			for _, line := range group.Lines {
				inBasket[line.Product.ID] = line.Quantity
			}
		}
	}
	cards := make([]ui.Card, len(products))
	for i, p := range products {
		cards[i] = ui.Card{Product: p, InBasket: inBasket[p.ID], Eager: i < eager}
	}
	return cards
}

// found is what a search engine found, as it is offered now. What it cannot name any more is left out.
func (h *Handler) found(r *web.Request, result search.Result) ([]catalog.Product, error) {
	ids := make([]uuid.UUID, 0, len(result.IDs))
	for _, text := range result.IDs {
		if id, err := uuid.Parse(text); err == nil {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return h.Catalog.ByIDs(r.Context(), ids)
}
