package payments

import (
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/text"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

const disputesPerPage = 30

// disputesView is a page of the disputes about which there is something to do, or of the others.
type disputesView struct {
	Over     bool
	Disputes []payment.DisputeShown
	Numbers  map[uuid.UUID]string // of their orders
	First    bool
	Next     uuid.UUID // what the next page goes on after; uuid.Nil at the end
}

func (h *Handler) disputes(r *web.Request) error {
	after, err := uuid.Parse(r.Query("after"))
	v := disputesView{Over: r.Query("state") == "over", First: err != nil || after == uuid.Nil}
	if v.Disputes, v.Next, err = h.Payments.Disputes(r.Context(), !v.Over, after, disputesPerPage); err != nil {
		return err
	}
	orders := make([]uuid.UUID, len(v.Disputes))
	for i, d := range v.Disputes {
		orders[i] = d.Reference
	}
	if v.Numbers, err = h.Orders.Numbers(r.Context(), orders); err != nil {
		return err
	}
	p, err := association.Page(r, h.Cooperatives, r.Locale.T("association.disputes.title"))
	if err != nil {
		return err
	}
	return r.Render(http.StatusOK, disputesPage(p, v))
}

// disputesAddress is a page of either list.
func disputesAddress(over bool, after uuid.UUID) string {
	values := map[string]string{}
	if over {
		values["state"] = "over"
	}
	if after != uuid.Nil {
		values["after"] = after.String()
	}
	return web.Address(association.DisputesPath, web.Values(values))
}

// disputeView are the disputes of an order's payment, and what can be said of them.
type disputeView struct {
	order.Order
	Disputes []payment.DisputeShown // oldest first
	Paid     money.Amount           // of which people may say that it is disputed; zero: nothing
	About    uuid.UUID              // the dispute that Refused is about; uuid.Nil: a new one
	Refused  ui.Refusal
}

func (h *Handler) dispute(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	return h.showDispute(r, id, uuid.Nil, ui.Refusal{})
}

func (h *Handler) showDispute(r *web.Request, orderID, about uuid.UUID, no ui.Refusal) error {
	v := disputeView{About: about, Refused: no}
	var err error
	if v.Order, err = h.Orders.ForAssociation(r.Context(), orderID); err != nil {
		return err
	}
	if v.Disputes, err = h.Payments.DisputesOf(r.Context(), orderID); err != nil {
		return err
	}
	if v.Paid, err = h.Payments.Disputable(r.Context(), orderID); err != nil {
		return err
	}
	p, err := association.Page(r, h.Cooperatives, r.Locale.T("association.disputes.one", "Number", v.Number))
	if err != nil {
		return err
	}
	return r.Render(no.Answer(), disputePage(p, v))
}

// undecided reports whether a bank still waits for an answer.
func (v disputeView) undecided() bool {
	return slices.ContainsFunc(v.Disputes, func(d payment.DisputeShown) bool { return !d.State.Decided() })
}

// form is that of a dispute, or of a new one (uuid.Nil), as it was typed if it was refused.
func (v disputeView) form(l *i18n.Locale, about uuid.UUID) ui.Form {
	switch {
	case v.Refused.Form.Values != nil && about == v.About:
		return v.Refused.Form
	case about == uuid.Nil:
		return ui.Form{Values: map[string]string{"amount": ui.Typed(l, v.Paid)}}
	}
	return ui.Form{}
}

// decide says that a dispute was won or lost, of a means whose provider does not tell so.
func (h *Handler) decide(r *web.Request) error {
	return h.change(r, func(id uuid.UUID, seen int) error {
		return h.Orders.DecideDispute(r.Context(), id, seen, payment.DisputeState(r.Form("state")))
	})
}

// bear says who bears what was lost.
func (h *Handler) bear(r *web.Request) error {
	return h.change(r, func(id uuid.UUID, seen int) error {
		return h.Orders.BearDispute(r.Context(), id, seen, order.Bearer(r.Form("borne_by")), order.By{Actor: r.Actor()})
	})
}

// change does something to a dispute as it was shown, and shows it again.
func (h *Handler) change(r *web.Request, fn func(id uuid.UUID, seen int) error) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	d, err := h.Payments.Dispute(r.Context(), id)
	if err != nil {
		return err
	}
	err = fn(id, int(r.Shown("seen")))
	if no, ok := r.Refused(err); ok {
		return h.showDispute(r, d.Reference, id, no)
	}
	if err != nil {
		return err
	}
	r.Flash("association.disputes.done")
	return r.Redirect(association.OrdersPath + "/" + d.Reference.String() + association.DisputePath)
}

// record keeps a dispute of which the bank has told people.
func (h *Handler) record(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	in, err := readDispute(r, h.Orders.Now())
	if err == nil {
		err = h.Orders.RecordDispute(r.Context(), id, in)
	}
	if no, ok := r.Refused(err); ok {
		return h.showDispute(r, id, uuid.Nil, no)
	}
	if err != nil {
		return err
	}
	r.Flash("association.disputes.recorded")
	return r.Redirect(association.OrdersPath + "/" + id.String() + association.DisputePath)
}

// readDispute reads the form.
func readDispute(r *web.Request, now time.Time) (in payment.DisputeInput, err error) {
	wrong := fault.New(fault.Invalid, payment.ErrDispute.Key)
	amount := func(field string) (a money.Amount) {
		if r.Form(field) == "" {
			return 0
		}
		return association.ReadAmount(r, field, wrong)
	}
	in = payment.DisputeInput{Name: r.Form("name"), Amount: amount("amount"), Fee: amount("fee")}
	if typed := r.Form("due_by"); typed != "" {
		day, ok := text.Day(typed)
		if !ok {
			wrong.Field("due_by", "association.disputes.day_unreadable")
		}
		in.DueBy = new(time.Date(day.Year(), day.Month(), day.Day()+1, 0, -1, 0, 0, clock.Zone)) // the day is still in time
		if ok && in.DueBy.Before(now) {
			wrong.Field("due_by", "association.disputes.day_past")
		}
	}
	if len(wrong.Fields) > 0 {
		return in, wrong
	}
	return in, nil
}
