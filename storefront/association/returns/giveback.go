package returns

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/fault"
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
	Key     uuid.UUID    // of the form, so that what is sent twice is given once
	Split   *order.Split // what it would give back, and from whom; nil: nobody has asked yet
	Shown   string       // names that, so that nothing else is given
}

func (h *Handler) toGiveBack(r *web.Request) error { return h.showGiveBack(r, giveBackView{}) }

func (h *Handler) showGiveBack(r *web.Request, v giveBackView) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	v.ByHand = h.Orders.MeansByHand()
	if v.Key == uuid.Nil {
		v.Key = uuid.New()
	}
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
	return r.Render(v.Refused.Answer(), giveBackPage(p, v))
}

// giveBack shows from whom would come what is to be given back, gives it back if that was shown, or says why not.
func (h *Handler) giveBack(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	o, err := h.Orders.ForAssociation(r.Context(), id)
	if err != nil {
		return err
	}
	by := order.By{Actor: r.Actor(), Note: r.Form("note"), Seen: new(r.Shown("seen"))}
	in, err := readGiveBack(r)
	if shown := nameOf(in); err == nil && (r.Form("shown") != shown || r.Form("again") != "") {
		var split order.Split
		if split, err = h.Orders.SplitOf(r.Context(), id, in, by); err == nil && split.Back() > 0 {
			form, _ := r.Rejected(fault.New(fault.Invalid, ""))
			form.Errors = nil
			return h.showGiveBack(r, giveBackView{Refused: ui.Refusal{Form: form}, Key: in.Key, Split: &split, Shown: shown})
		}
	}
	if err == nil {
		err = h.Orders.Refund(r.Context(), id, in, by)
	}
	if no, ok := r.Refused(err); ok {
		return h.showGiveBack(r, giveBackView{Refused: no})
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

// nameOf tells what is to be given back from anything else.
func nameOf(in order.RefundInput) string {
	sum := sha256.Sum256(fmt.Append(nil, in))
	return hex.EncodeToString(sum[:])
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
	id, err := uuid.Parse(of)
	if of != "" && err != nil { // what names nothing is not the whole order
		return in, wrong.Field("what", "order.refund_scope_missing")
	}
	switch in.Scope {
	case order.RefundPart:
		in.Part = id
	case order.RefundLine:
		in.Line = id
		in.Quantity, _ = r.Whole("quantity")
	case order.RefundAmount:
		in.Part = id
		if r.Form("amount") != "" { // else the order says what is missing
			in.Amount = association.ReadAmount(r, "amount", wrong)
		}
		if len(wrong.Fields) > 0 {
			return in, wrong
		}
	case order.RefundOrder, order.RefundDelivery:
	}
	return in, nil
}
