package returns

import (
	"strings"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// giveBackView is the page on which the association gives something back of an order, or takes it off before it is paid.
type giveBackView struct {
	order.Order
	ByHand  []string // names of the means by which anything can be given
	Refused ui.Refusal
	Key     uuid.UUID // of the form, so that what is sent twice is given once
}

func (h *Handler) toGiveBack(r *web.Request) error { return h.showGiveBack(r, ui.Refusal{}) }

func (h *Handler) showGiveBack(r *web.Request, no ui.Refusal) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	v := giveBackView{ByHand: h.Orders.MeansByHand(), Refused: no, Key: uuid.New()}
	if v.Order, err = h.Orders.ForAssociation(r.Context(), id); err != nil {
		return err
	}
	if v.Refused.Form.Values == nil {
		v.Refused.Form.Values = map[string]string{"delivery": "yes"}
	}
	p, err := association.Page(r, h.Cooperatives, r.Locale.T(words(v, "title")))
	if err != nil {
		return err
	}
	return r.Render(no.Answer(), giveBackPage(p, v))
}

// giveBack gives it back, or says why not.
func (h *Handler) giveBack(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	o, err := h.Orders.ForAssociation(r.Context(), id)
	if err != nil {
		return err
	}
	in, err := readGiveBack(r)
	if err == nil {
		err = h.Orders.Refund(r.Context(), id, in, order.By{Actor: r.Actor(), Note: r.Form("note"), Seen: new(r.Shown("seen"))})
	}
	if no, ok := r.Refused(err); ok {
		return h.showGiveBack(r, no)
	}
	if err != nil {
		return err
	}
	if o.Paid {
		r.Flash("association.giveback.done")
	} else {
		r.Flash("association.giveback.taken_off")
	}
	return r.Redirect(association.OrdersPath + "/" + id.String())
}

// readGiveBack reads the form: what is given back is «order», «delivery», «amount», or the part, the line or an amount of
// the part of an id.
func readGiveBack(r *web.Request) (order.RefundInput, error) {
	in := order.RefundInput{
		Reason: order.Reason(r.Form("reason")), BorneBy: order.Bearer(r.Form("borne_by")), Delivery: r.Form("delivery") == "yes",
		Means: r.Form("means"),
	}
	in.Key, _ = uuid.Parse(r.Form("key"))
	scope, of, _ := strings.Cut(r.Form("what"), ":")
	in.Scope = order.Scope(scope)
	wrong := fault.New(fault.Invalid, order.ErrInvalid.Key) // what would be given otherwise than somebody meant
	if in.Scope != order.RefundAmount && r.Form("amount") != "" {
		wrong.Field("amount", "association.giveback.sum_of_amount")
	}
	if in.Scope != order.RefundLine && r.Form("quantity") != "" {
		wrong.Field("quantity", "association.giveback.quantity_of_line")
	}
	if len(wrong.Fields) > 0 {
		return in, wrong
	}
	switch id, _ := uuid.Parse(of); in.Scope {
	case order.RefundPart:
		in.Part = id
	case order.RefundLine:
		in.Line = id
		in.Quantity, _ = r.Whole("quantity")
	case order.RefundAmount:
		amount, err := money.Parse(r.Form("amount"))
		if err != nil && r.Form("amount") != "" {
			return in, wrong.Field("amount", "association.pay.unreadable", "Value", r.Form("amount"))
		}
		in.Amount, in.Part = amount, id
	case order.RefundOrder, order.RefundDelivery:
	}
	return in, nil
}
