package payments

import (
	"net/http"
	"slices"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// How much the page shows.
const (
	eventsPerPage = 50
	differing     = 20
	forgedDays    = 30
)

// Handler has the pages. All its fields are needed.
type Handler struct {
	Cooperatives *cooperative.Service
	Orders       *order.Service
	Payments     *payment.Service
}

// Routes lists the pages, and what can be done there.
func (h *Handler) Routes() []web.Route {
	return []web.Route{
		web.Get(account.SeeMoney, association.PaymentsPath, h.events),
		web.Post(account.PayOut, association.PaymentsPath+"/:id/again", h.again),
		web.Post(account.PayOut, association.PaymentsPath+"/differences/:id/settle", h.settle),
		web.Get(account.SeeMoney, association.DisputesPath, h.disputes),
		web.Post(account.PayOut, association.DisputesPath+"/:id/decide", h.decide),
		web.Post(account.PayOut, association.DisputesPath+"/:id/bear", h.bear),
		web.Get(account.SeeMoney, association.OrdersPath+"/:id"+association.DisputePath, h.dispute),
		web.Post(account.PayOut, association.OrdersPath+"/:id"+association.DisputePath, h.record),
	}
}

// eventsView is a page of what providers told.
type eventsView struct {
	State       payment.EventState // that it is narrowed to; empty: all
	Counts      map[payment.EventState]int
	Events      []payment.Told
	First       bool      // the page is the list's first
	Next        uuid.UUID // what the next page goes on after; uuid.Nil at the end
	Differences []payment.Difference
	Unshown     bool // there are more of these
	Forged      []payment.Forged
	Settling    uuid.UUID // the difference that was not settled
	Refused     ui.Refusal
}

func (h *Handler) events(r *web.Request) error { return h.show(r, uuid.Nil, ui.Refusal{}) }

func (h *Handler) show(r *web.Request, settling uuid.UUID, no ui.Refusal) error {
	v := eventsView{Settling: settling, Refused: no}
	if state := payment.EventState(r.Query("state")); slices.Contains(payment.EventStates(), state) {
		v.State = state
	}
	after, err := uuid.Parse(r.Query("after"))
	v.First = err != nil || after == uuid.Nil
	if v.Events, v.Next, err = h.Payments.Events(r.Context(), v.State, after, eventsPerPage); err != nil {
		return err
	}
	if v.Counts, err = h.Payments.EventCounts(r.Context()); err != nil {
		return err
	}
	var more uuid.UUID
	if v.Differences, more, err = h.Payments.Differences(r.Context(), uuid.Nil, differing); err != nil {
		return err
	}
	v.Unshown = more != uuid.Nil
	if v.Forged, err = h.Payments.Forged(r.Context(), forgedDays); err != nil {
		return err
	}
	p, err := association.Page(r, h.Cooperatives, r.Locale.T("association.payments.title"))
	if err != nil {
		return err
	}
	status := http.StatusOK
	if settling != uuid.Nil {
		status = no.Answer()
	}
	return r.Render(status, eventsPage(p, v))
}

// again has an event worked now; pressed twice it is worked once.
func (h *Handler) again(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	if err := h.Payments.WorkAgain(r.Context(), id); err != nil {
		return err
	}
	r.Flash("association.payments.asked_again")
	return r.Redirect(address(payment.EventState(r.Form("state")), uuid.Nil))
}

// settle says how somebody settled a difference.
func (h *Handler) settle(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	err = h.Payments.Settle(r.Context(), id, r.Form("note"), r.Actor())
	if no, ok := r.Refused(err); ok {
		return h.show(r, id, no)
	}
	if err != nil {
		return err
	}
	r.Flash("association.payments.settled")
	return r.Redirect(association.PaymentsPath)
}

// address is the list of one state or of all, after what an earlier page ended with.
func address(state payment.EventState, after uuid.UUID) string {
	values := map[string]string{"state": string(state)}
	if after != uuid.Nil {
		values["after"] = after.String()
	}
	return web.Address(association.PaymentsPath, web.Values(values))
}

// settleForm is the form of a difference, as it was typed if it was refused.
func settleForm(v eventsView, d payment.Difference) ui.Form {
	if d.ID == v.Settling {
		return v.Refused.Form
	}
	return ui.Form{}
}
