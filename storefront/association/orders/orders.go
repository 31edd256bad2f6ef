package orders

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// Handler has the pages of the joint orders. All its fields are needed.
type Handler struct {
	Cooperatives *cooperative.Service
	Orders       *order.Service
	Security     *security.Log
	Now          func() time.Time
}

// Routes lists them.
func (h *Handler) Routes() []web.Route {
	return []web.Route{
		web.Get(account.SeeOrders, association.OrdersPath, h.orders),
		web.Post(account.SeeOrders, association.OrdersPath, h.findOrders),
		web.File(account.SeeOrders, association.OrdersPath+".:format", h.exportOrders),
		web.Get(account.SeeOrders, association.HeldPath, h.held),
		web.Post(account.MoveOrders, association.HeldPath+"/free", h.free),
		web.Get(account.MoveOrders, association.MessagesPath, h.messages),
		web.Post(account.MoveOrders, association.MessagesPath+"/:id/sent", h.messageSent),
		web.Post(account.MoveOrders, association.MessagesPath+"/:id/unsent", h.messageUnsent),
		web.Get(account.SeeOrders, association.OrdersPath+"/:id", h.order),
		web.Get(account.EraseBuyers, association.OrdersPath+"/:id"+erasePath, h.toErase),
		web.Post(account.EraseBuyers, association.OrdersPath+"/:id"+erasePath, h.erase),
		web.Post(account.MoveOrders, association.OrdersPath+"/:id/:move", h.moveOrder),
	}
}

// ordersPerPage is how many orders a page of the list has.
const ordersPerPage = 30

// ordersView is a page of the list of orders. With a filter that cannot be used it has a form only.
type ordersView struct {
	Filter ordersFilter
	Form   ui.Form
	Usable bool

	Held order.HeldNow
	Tell int // messages that wait to be sent
	order.Listed
	Open     map[order.State]int  // how many orders wait in each state that is not over
	Messages map[uuid.UUID]string // what a WhatsApp message begins with that asks to confirm, in the buyer's language
	from     *keyset.Place        // where the page begins; nil: it is the first
}

// ordersFilter is which orders are listed.
type ordersFilter struct {
	association.Span
	State order.State
	Query string // somebody's name or telephone number, or a part of an order's number
	found string // Query as addresses have it
}

// many reports whether there are more orders than the page shows.
func (v ordersView) many() bool { return v.Previous != nil || v.Next != nil }

// all reports whether every order is let through.
func (f ordersFilter) all() bool { return f == ordersFilter{} }

// in is the same filter for another state.
func (f ordersFilter) in(state order.State) ordersFilter {
	f.State = state
	return f
}

// sought is the filter as the orders are asked for by it.
func (f ordersFilter) sought() order.Filter {
	return order.Filter{State: f.State, Query: f.Query, From: f.From, To: f.Until()}
}

// query is the filter as readOrdersFilter reads it.
func (f ordersFilter) query() url.Values {
	return web.Values(map[string]string{
		"state": string(f.State), web.HiddenField: f.found, "from": association.DateValue(f.From), "to": association.DateValue(f.To),
	})
}

// address is the page of the list under this filter that begins at a place; nil: the first one.
func (f ordersFilter) address(from *keyset.Place) string {
	query := f.query()
	web.SetPlace(query, from)
	return web.Address(association.OrdersPath, query)
}

// file is the whole list under this filter as a file of that kind.
func (f ordersFilter) file(kind string) string {
	return web.Address(association.OrdersPath+"."+kind, f.query())
}

func (h *Handler) orders(r *web.Request) error {
	query, err := r.Sought(association.OrdersPath, "q")
	if err != nil {
		return h.showOrders(r, query, ordersView{}, err)
	}
	v, err := h.listed(r, query)
	return h.showOrders(r, query, v, err)
}

// findOrders leads to the orders that the filter lets through.
func (h *Handler) findOrders(r *web.Request) error {
	f, err := readOrdersFilter(r.FormValues())
	if err != nil {
		return h.showOrders(r, r.FormValues(), ordersView{}, err)
	}
	f.found = r.Hide(association.OrdersPath, map[string]string{"q": f.Query})
	return r.Redirect(f.address(nil))
}

// showOrders answers with a page of the list, or with the form and what is wrong with it.
func (h *Handler) showOrders(r *web.Request, typed url.Values, v ordersView, err error) error {
	status := http.StatusOK
	if f := fault.As(err); f != nil && f.Kind == fault.Invalid {
		v.Form, status = association.FormOf(r.Locale, typed, f), http.StatusUnprocessableEntity
	} else if err != nil {
		return err
	}
	p, err := association.Page(r, h.Cooperatives, r.Locale.T("association.orders.title"))
	if err != nil {
		return err
	}
	return r.Render(status, ordersPage(p, v))
}

// exportOrders answers with all orders that the filter lets through, as a spreadsheet.
func (h *Handler) exportOrders(r *web.Request) error {
	query, err := r.Sought(association.OrdersPath, "q")
	if err != nil {
		return err
	}
	f, err := readOrdersFilter(query)
	if err != nil {
		return err
	}
	t := ordersSheet(r.Locale, r.Holds(account.MoveOrders), func(fn func(order.Summary) error) error {
		return h.Orders.Each(r.Context(), f.sought(), fn)
	})
	today := association.DateValue(association.Day(h.Now()))
	name := association.FileName("souk-orders", today, string(f.State), association.DateValue(f.From), association.DateValue(f.To))
	return r.Table(name, r.Param("format"), t)
}

// readOrdersFilter reads the fields of the filter's form.
func readOrdersFilter(values url.Values) (ordersFilter, error) {
	f := ordersFilter{Query: strings.TrimSpace(values.Get("q")), found: values.Get(web.HiddenField)}
	if state := order.State(values.Get("state")); slices.Contains(order.States(), state) {
		f.State = state
	}
	var err error
	f.Span, err = association.ReadSpan(values)
	return f, err
}

// listed reads the filter and the orders that it lets through.
func (h *Handler) listed(r *web.Request, query url.Values) (ordersView, error) {
	v := ordersView{}
	var err error
	if v.Filter, err = readOrdersFilter(query); err != nil {
		return v, err
	}
	v.Usable = true
	if v.Held, err = h.Orders.Held(r.Context()); err != nil {
		return v, err
	}
	if r.Holds(account.MoveOrders) {
		if v.Tell, err = h.Orders.CountMessages(r.Context()); err != nil {
			return v, err
		}
	}
	v.Form.Values = map[string]string{
		"state": string(v.Filter.State), "q": v.Filter.Query, "from": association.DateValue(v.Filter.From), "to": association.DateValue(v.Filter.To),
	}
	if v.Open, err = h.Orders.CountOpen(r.Context()); err != nil {
		return v, err
	}
	v.from = web.ReadPlace(r.Query("place"))
	if v.Listed, err = h.Orders.List(r.Context(), v.Filter.sought(), v.from, ordersPerPage); err != nil {
		return ordersView{}, fmt.Errorf("list orders: %w", err)
	}
	v.Messages = make(map[uuid.UUID]string, len(v.Orders))
	for _, o := range v.Orders {
		buyers := r.Site.Languages.Locale(o.Locale)
		v.Messages[o.ID] = buyers.T("association.order.whatsapp_confirm", "Name", o.BuyerName, "Number", o.Number,
			"Total", buyers.Money(o.Due), "Until", buyers.DateTime(o.ExpiresAt))
	}
	return v, nil
}
