package buy

import (
	"errors"
	"strconv"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/shop"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// addressView is the page on which a buyer has her order brought elsewhere.
type addressView struct {
	Order   order.Order
	Token   string
	Zones   []shop.Zone
	Form    ui.Form // as it stands, or as it was typed
	Refused ui.Refusal
	Seen    string             // how much of the order's history the page shows
	Asks    *order.AddressAsks // what it would cost and when it would come; nil: nothing else than now
}

// addressForm is the form's id in the document.
const addressForm = "elsewhere"

// changesAddress reports whether whoever reads an order may have it brought elsewhere.
func changesAddress(o order.Order) bool {
	return o.Acting && o.Delivery == delivery.Home && o.Can(order.MoveAddress, actor.Buyer)
}

func (h *Handler) toAddress(r *web.Request) error { return h.showAddress(r, ui.Refusal{}, nil) }

func (h *Handler) showAddress(r *web.Request, no ui.Refusal, asks *order.AddressAsks) error {
	v := addressView{Token: r.Param("token"), Form: no.Form, Refused: no, Asks: asks}
	var err error
	if v.Order, err = h.Orders.ByToken(r.Context(), v.Token); err != nil {
		return err
	}
	if !changesAddress(v.Order) {
		if v.Order.Acting && v.Order.Delivery == delivery.Home {
			r.FlashMessage(order.ErrAddressLate.Message)
		}
		return r.Redirect(orderPath(v.Token)) // which says how it stands
	}
	v.Seen = strconv.Itoa(len(v.Order.Events))
	if r.Form("show") != "" { // what has changed since is to be told when it is saved
		v.Seen = r.Form("seen")
	}
	if !no.Again() {
		b := v.Order.Buyer
		v.Form.Values = map[string]string{"name": b.Name, "place": b.Place, "address": b.Address, "landmark": b.Landmark, "note": b.Note}
	}
	ordered := order.Basket{Items: v.Order.Items, Perishable: v.Order.Perishable()}
	if v.Zones, err = shop.Zones(r.Context(), h.Delivery, r.Locale, ordered, h.Now()); err != nil {
		return err
	}
	p := r.Page(r.Locale.T("shop.address.title"))
	p.Path, p.Typing = orderPath(v.Token)+"/address", addressForm
	return r.Render(no.Answer(), addressPage(p, v))
}

// changeAddress has the order brought elsewhere. Where that costs something else, or takes other days, it asks first.
func (h *Handler) changeAddress(r *web.Request) error {
	token := r.Param("token")
	if r.Form("show") != "" { // in another language
		return h.showAddress(r, ui.Refusal{Form: typed(r)}, nil)
	}
	err := h.Orders.ChangeAddress(r.Context(), token, order.AddressInput{
		Buyer: order.Buyer{Name: r.Form("name"), Place: r.Form("place"), Address: r.Form("address"), Landmark: r.Form("landmark"), Note: r.Form("note")},
		Seen:  r.Shown("seen"), Agreed: r.Form("agreed"),
	})
	var asks *order.AddressAsks
	switch {
	case err == nil:
		r.Flash("shop.address.saved")
		return r.Redirect(orderPath(token))
	case errors.As(err, &asks):
		form, _ := r.Rejected(order.ErrInvalid)
		form.Errors = nil
		return h.showAddress(r, ui.Refusal{Form: form}, asks)
	case errors.Is(err, order.ErrAddressSame), errors.Is(err, order.ErrAddressLate), errors.Is(err, order.ErrAddressOften):
		r.FlashMessage(fault.As(err).Message)
		return r.Redirect(orderPath(token))
	}
	if no, ok := r.Refused(err); ok {
		return h.showAddress(r, no, nil)
	}
	return err
}
