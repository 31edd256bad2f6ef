package orders

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// erasePath ends the path of the page on which an order's buyer is erased.
const erasePath = "/erase"

// eraseReasons are why somebody's data are erased, as security.erased.… says them. None is written freely: the
// record keeps them for a year, and whoever is erased has no place in it.
var eraseReasons = []string{"asked", "stranger", "mistake"}

// Which orders are erased.
const (
	eraseOne = "one"
	eraseAll = "all" // of the telephone number
)

// ordersOfBuyer is how many orders of a buyer the page lists.
const ordersOfBuyer = 30

// eraseView is the page that says what goes and what stays.
type eraseView struct {
	order.Order
	Of      order.OfBuyer
	Refused ui.Refusal
}

// known is what the order's row says of its buyer, each with the key of its name.
func (v eraseView) known() (list [][2]string) {
	for _, k := range [][2]string{
		{"shop.checkout.name", v.Buyer.Name}, {"association.settings.phone", ui.PhoneText(v.Buyer.Phone)},
		{"association.settings.email", v.Buyer.Email}, {"association.order.address", v.Buyer.Address},
		{"association.order.landmark", v.Buyer.Landmark}, {"association.order.buyers_note", v.Buyer.Note},
	} {
		if k[1] != "" {
			list = append(list, k)
		}
	}
	return list
}

func (h *Handler) toErase(r *web.Request) error { return h.showErase(r, ui.Refusal{}) }

func (h *Handler) showErase(r *web.Request, no ui.Refusal) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	v := eraseView{Refused: no}
	if v.Of, err = h.Orders.OfBuyer(r.Context(), id); errors.Is(err, order.ErrErased) {
		return r.Redirect(association.OrdersPath + "/" + id.String()) // which says when
	} else if err != nil {
		return err
	}
	if v.Order, err = h.Orders.ForAssociation(r.Context(), id); err != nil {
		return err
	}
	if v.Refused.Form.Values == nil {
		v.Refused.Form.Values = map[string]string{}
	}
	if scope := v.Refused.Form.Values["scope"]; scope == "" || scope == eraseOne && !v.Of.Has(id) {
		v.Refused.Form.Values["scope"] = eraseOne
		if !v.Of.Has(id) {
			v.Refused.Form.Values["scope"] = eraseAll
		}
	}
	p, err := association.Page(r, h.Cooperatives, r.Locale.T("association.erase.title"))
	if err != nil {
		return err
	}
	return r.Render(no.Answer(), erasePage(p, v))
}

// numbersOfEvent is how many orders the record of an erased buyer names; of the others it says how many they
// are, and each order says when its buyer was erased.
const numbersOfEvent = 12

// erase takes a buyer off one order or all of them, and keeps that and why, or does nothing.
func (h *Handler) erase(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	reason, erased := r.Form("reason"), []string(nil)
	wrong := fault.New(fault.Invalid, "association.erase.incomplete")
	if !slices.Contains(eraseReasons, reason) {
		wrong.Field("reason", "association.erase.reason_missing")
	}
	if r.Form("sure") != "yes" {
		wrong.Field("sure", "association.erase.sure_missing")
	}
	if err = wrong; len(wrong.Fields) == 0 {
		e := security.Event{Kind: security.BuyerErased, Actor: r.Actor(), Source: r.Source()}
		err = h.Security.Do(r.Context(), &e, func(tx *sqlx.Tx) (err error) {
			erased, err = h.Orders.EraseTx(r.Context(), tx, id, r.Form("scope") == eraseAll, r.Form("seen"))
			e.Detail = reason + " " + strings.Join(erased[:min(len(erased), numbersOfEvent)], " ")
			if more := len(erased) - numbersOfEvent; more > 0 {
				e.Detail += " +" + strconv.Itoa(more)
			}
			return err
		})
	}
	if errors.Is(err, order.ErrErased) {
		return r.Redirect(association.OrdersPath + "/" + id.String())
	}
	if no, ok := r.Refused(err); ok {
		return h.showErase(r, no)
	}
	if err != nil {
		return err
	}
	r.Flash("association.erase.done", "Count", len(erased))
	return r.Redirect(association.OrdersPath + "/" + id.String())
}

// named is as many of the orders as the page names.
func named(orders []order.OrderOfBuyer) []order.OrderOfBuyer {
	return orders[:min(len(orders), ordersOfBuyer)]
}
