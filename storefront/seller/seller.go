package seller

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/catalog/sheet"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/settlement"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// Handler answers the pages of a cooperative's member. All its services are needed.
type Handler struct {
	Catalog      *catalog.Service
	Cooperatives *cooperative.Service
	Orders       *order.Service
	Settlements  *settlement.Service
}

// formRoom is what a form takes beside the file in it.
const formRoom = 64 << 10

// Routes lists the pages and actions of the area.
func (h *Handler) Routes() []web.Route {
	get := func(path string, handler func(*web.Request) error) web.Route {
		return web.Route{Method: http.MethodGet, Path: path, Policy: web.Member, Handler: handler}
	}
	post := func(path string, handler func(*web.Request) error) web.Route {
		return web.Route{Method: http.MethodPost, Path: path, Policy: web.Member, Handler: handler}
	}
	file := func(path string, size int, handler func(*web.Request) error) web.Route {
		route := post(path, handler)
		route.MaxBody = size + formRoom
		return route
	}
	long := func(route web.Route) web.Route {
		route.Long = true
		return route
	}
	return []web.Route{
		get("/seller", h.home),
		get(cooperativePath, h.cooperative),

		get("/seller/products", h.catalogue),
		get("/seller/products/export.:format", h.exportCatalogue),
		get("/seller/products/new", h.newProduct),
		post("/seller/products/new", h.createProduct),
		post("/seller/products/several", h.setSeveral),
		get("/seller/products/:id", h.product),
		post("/seller/products/:id", h.updateProduct),
		post("/seller/products/:id/quick", h.setPriceStock),
		post("/seller/products/:id/state", h.setState),
		get("/seller/products/:id/picture", h.picture),
		file("/seller/products/:id/picture", catalog.MaxPictureBytes, h.addPicture),

		get("/seller/upload", h.askUpload),
		file("/seller/upload", sheet.MaxBytes, h.readUpload),
		get("/seller/upload/:id", h.upload),
		get("/seller/upload/:id/errors.csv", h.exportErrors),
		post("/seller/upload/:id/repair", h.repairUpload),
		post("/seller/upload/:id/reread", h.rereadUpload),
		long(post("/seller/upload/:id/apply", h.applyUpload)), // a whole catalogue, on a busy machine
		post("/seller/upload/:id/discard", h.discardUpload),

		get("/seller/orders", h.orders),
		get("/seller/orders/:id", h.order),
		post("/seller/orders/:id/:move", h.moveOrder),

		get("/seller/money", h.money),
		get("/seller/money.:format", h.exportMoney),
	}
}

// page is what the layout wants to know, the number of orders that wait in the menu included, and
// the cooperative's orders counted by state.
func (h *Handler) page(r *web.Request, title string) (ui.Page, map[order.PartState]int, error) {
	counts, err := h.Orders.CountParts(r.Context(), r.CooperativeID())
	if err != nil {
		return ui.Page{}, nil, fmt.Errorf("orders that wait: %w", err)
	}
	p := r.Page(title)
	p.Waiting = counts[order.PartPlaced] + counts[order.PartAccepted]
	return p, counts, nil
}

// number is the query's number with that name, from 1.
func number(r *web.Request, name string) int {
	n, err := strconv.Atoi(r.Query(name))
	if err != nil || n < 1 {
		return 1
	}
	return n
}
