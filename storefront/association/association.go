package association

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/report"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/internal/settings"
	"github.com/souk-taawon/souk/internal/settlement"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// Handler has the association's pages. All its fields are needed.
type Handler struct {
	Accounts     *account.Service
	Catalog      *catalog.Service
	Cooperatives *cooperative.Service
	Delivery     *delivery.Service
	Orders       *order.Service
	Reports      *report.Service
	Security     *security.Log
	Settings     *settings.Service
	Settlements  *settlement.Service
	Now          func() time.Time
}

// Where the pages are.
const (
	dashboardPath    = "/association"
	salesPath        = "/association/sales"
	cooperativesPath = "/association/cooperatives"
	ordersPath       = "/association/orders"
	settlementPath   = "/association/settlement"
	settingsPath     = "/association/settings"
	peoplePath       = "/association/people"
	securityPath     = "/association/security"
)

// Routes lists the pages and actions of the area.
func (h *Handler) Routes() []web.Route {
	get := func(path string, handler func(*web.Request) error) web.Route {
		return web.Route{Method: http.MethodGet, Path: path, Policy: web.Association, Handler: handler}
	}
	post := func(path string, handler func(*web.Request) error) web.Route {
		return web.Route{Method: http.MethodPost, Path: path, Policy: web.Association, Handler: handler}
	}
	return []web.Route{
		get(dashboardPath, h.dashboard),
		get(salesPath+".:format", h.exportSales),

		get(cooperativesPath, h.cooperatives),
		get(cooperativesPath+"/new", h.newCooperative),
		post(cooperativesPath+"/new", h.createCooperative),
		get(cooperativesPath+"/:slug", h.cooperative),
		get(cooperativesPath+"/:slug/edit", h.correction),
		post(cooperativesPath+"/:slug/edit", h.correct),
		post(cooperativesPath+"/:slug/approve", h.approve),
		post(cooperativesPath+"/:slug/suspend", h.suspend),
		post(cooperativesPath+"/:slug/members", h.addMember),

		get(ordersPath, h.orders),
		post(ordersPath, h.findOrders),
		get(heldPath, h.held),
		post(heldPath+"/free", h.free),
		get(ordersPath+"/:id", h.order),
		get(ordersPath+"/:id"+erasePath, h.toErase),
		post(ordersPath+"/:id"+erasePath, h.erase),
		post(ordersPath+"/:id/:move", h.moveOrder),

		get(settingsPath, h.settings),
		post(settingsPath, h.saveSettings),

		get(peoplePath, h.people),
		post(peoplePath, h.addAssociate),
		get(peoplePath+"/:id", h.person),
		post(peoplePath+"/:id/link", h.handOverLink),
		post(peoplePath+"/:id/signout", h.signOutPerson),
		post(peoplePath+"/:id/end", h.endAccount),
		post(peoplePath+"/:id/reopen", h.reopenAccount),

		get(securityPath, h.security),
		post(securityPath, h.findEvents),
		get(securityPath+".:format", h.exportSecurity),

		get(settlementPath, h.settlement),
		get(settlementPath+".:format", h.exportSettlement),
		get(settlementPath+"/:slug", h.statement),
		post(settlementPath+"/pay", h.payAll),
		post(settlementPath+"/:slug/pay", h.pay),
		post(settlementPath+"/:slug/payouts/:id/undo", h.undo),
	}
}

// page is what the layout wants to know; the menu counts the cooperatives that wait for a decision.
func (h *Handler) page(r *web.Request, title string) (ui.Page, error) {
	waiting, err := h.Cooperatives.List(r.Context(), cooperative.Filter{State: cooperative.Pending})
	if err != nil {
		return ui.Page{}, fmt.Errorf("cooperatives that wait: %w", err)
	}
	p := r.Page(title)
	p.Waiting = len(waiting)
	return p, nil
}

// refusal is why something was not done: the form to be shown again, or a sentence for the top of the
// page. Status 0 means that nothing was refused.
type refusal struct {
	Status int
	Form   ui.Form // as it was typed
	Notice string  // with Status 409: it was too late
}

// refused tells what the page of err has to say; ok is false for an error that is not for a page.
func refused(r *web.Request, err error) (no refusal, ok bool) {
	if form, invalid := r.Rejected(err); invalid {
		return refusal{Status: http.StatusUnprocessableEntity, Form: form}, true
	}
	if f := fault.As(err); f != nil && f.Kind == fault.Conflict {
		form, _ := r.Rejected(fault.New(fault.Invalid, f.Key)) // what was typed is not lost
		form.Errors = nil
		return refusal{Status: http.StatusConflict, Form: form, Notice: r.Locale.Message(f.Message)}, true
	}
	return refusal{}, false
}

// sinceShown is how much of what has happened meanwhile a page tells.
const sinceShown = 3

// again reports whether a form was refused and what was typed is kept.
func (no refusal) again() bool { return no.Form.Values != nil }

// invalid reports whether a form is to be shown again with what is wrong with it.
func (no refusal) invalid() bool { return no.Status == http.StatusUnprocessableEntity }

// words are those that somebody wrote to say why.
func (no refusal) words() string { return cmp.Or(no.Form.Values["note"], no.Form.Values["reason"]) }

// status is the answer's: what was refused, or all is well.
func (no refusal) status() int {
	if no.Status == 0 {
		return http.StatusOK
	}
	return no.Status
}

// pageNumber is the page of a list that the address asks for, from 1.
func pageNumber(r *web.Request) int {
	n, err := strconv.Atoi(r.Query("page"))
	if err != nil || n < 1 {
		return 1
	}
	return n
}
