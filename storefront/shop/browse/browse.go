package browse

import (
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/storefront/web"
)

// Handler has the pages on which people look around.
type Handler struct {
	Catalog      *catalog.Service
	Cooperatives *cooperative.Service
	Delivery     *delivery.Service
	Orders       *order.Service
	Search       search.Engine
	Now          func() time.Time
}

// Routes lists those pages.
func (h *Handler) Routes() []web.Route {
	get := http.MethodGet
	return []web.Route{
		{Method: get, Path: "/", Policy: web.Public, Handler: h.home},
		{Method: get, Path: "/products", Policy: web.Public, Limit: web.SearchLimit, Handler: h.results},
		{Method: get, Path: "/products/:slug", Policy: web.Public, Handler: h.product},
		{Method: get, Path: "/suggest", Policy: web.Public, Limit: web.SearchLimit, Handler: h.suggest},
		{Method: get, Path: "/cooperatives", Policy: web.Public, Handler: h.cooperatives},
		{Method: get, Path: "/cooperatives/:slug", Policy: web.Public, Handler: h.cooperative},
		{Method: get, Path: "/place", Policy: web.Public, Private: true, Handler: h.askPlace},
		{Method: http.MethodPost, Path: "/place", Policy: web.Public, Private: true, Handler: h.setPlace},
		{Method: get, Path: "/pages/:name", Policy: web.Public, Handler: h.info},
	}
}

// found is what a search engine found for q, as it is offered now, each thing by the size that is asked for. What it cannot
// name any more is left out.
func (h *Handler) found(r *web.Request, q search.Query, result search.Result) ([]catalog.Product, error) {
	ids := make([]uuid.UUID, 0, len(result.Hits))
	for _, hit := range result.Hits {
		if id, err := uuid.Parse(hit.ID); err == nil {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return h.Catalog.FacesOf(r.Context(), ids, catalog.Wanted{
		Labels: q.Labels, MinPrice: money.Amount(q.MinPrice), MaxPrice: money.Amount(q.MaxPrice),
	})
}
