package buy

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// What a form says that is about what perishes and is not brought to a place: which lines it named, and what is to
// become of them.
const (
	freshField  = "fresh"
	freshChoice = "fresh_choice"
	withoutThem = "without"
)

// tooFar are the lines of a basket that are not brought to a place, because they perish.
func tooFar(basket order.Basket, place *delivery.Place) []order.BasketLine {
	if place == nil || place.Fresh {
		return nil
	}
	var lines []order.BasketLine
	for _, group := range basket.Groups {
		for _, line := range group.Lines {
			if line.Quantity > 0 && line.Product.Perishable {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

// leaveFresh does what a form says about the lines that are not brought to its place: the order is fetched, or those
// that it named are taken out of the basket. Either way the checkout is shown as it is then, with what was typed.
func (h *Handler) leaveFresh(r *web.Request, form ui.Form) error {
	form.Values["place"] = cmp.Or(form.Values["place"], r.PlaceSlug()) // the basket asks for neither
	form.Values["delivery"] = cmp.Or(form.Values["delivery"], delivery.Home)
	if r.Form(freshChoice) != withoutThem {
		form.Values["delivery"] = delivery.Pickup
		return h.showCheckout(r, http.StatusOK, form, nil, r.Locale.T("shop.fresh.pick_up"))
	}
	basket, err := h.Orders.Basket(r.Context(), r.Cookie(web.BasketCookie))
	if err != nil {
		return err
	}
	named := r.FormValues()[freshField]
	var done []string
	for _, group := range basket.Groups {
		for _, line := range group.Lines {
			if !line.Product.Perishable || !slices.Contains(named, line.Product.ID.String()) {
				continue
			}
			if err := h.removeLine(r, line.Product.ID); err != nil {
				return err
			}
			done = append(done, r.Locale.T("shop.basket.removed", "Name", ui.Called(r.Locale, line.Product)))
		}
	}
	return h.showCheckout(r, http.StatusOK, form, nil, done...)
}

// removeLine takes a product out of the basket, if it is still there.
func (h *Handler) removeLine(r *web.Request, product uuid.UUID) error {
	_, err := h.Orders.SetLine(r.Context(), h.basketOf(r), product, 0)
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}
