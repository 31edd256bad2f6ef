package buy

import (
	"net/http"
	"time"

	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// findView is the page on which a buyer asks for the link of her order.
type findView struct {
	Form  ui.Form
	Asked bool
}

// followed shows the orders that the reader's browser remembers.
func (h *Handler) followed(r *web.Request) error {
	tokens := r.Remembered()
	list, err := h.Orders.Follow(r.Context(), tokens)
	if err != nil {
		return err
	}
	if len(list) < len(tokens) { // the others are over
		left := make([]string, len(list))
		for i, o := range list {
			left[i] = o.Token
		}
		r.RememberOnly(left)
	}
	p := r.Page(r.Locale.T("shop.orders.title"))
	return r.Render(http.StatusOK, followedPage(p, list))
}

// forget has the reader's browser forget the orders that it remembers.
func (h *Handler) forget(r *web.Request) error {
	r.RememberOnly(nil)
	r.Flash("shop.orders.forgotten")
	return r.Redirect("/orders")
}

func (h *Handler) find(r *web.Request) error {
	return h.showFind(r, http.StatusOK, findView{Asked: r.Query("asked") != ""})
}

func (h *Handler) showFind(r *web.Request, status int, v findView) error {
	p := r.Page(r.Locale.T("shop.find.title"))
	p.Path = "/orders/find"
	return r.Render(status, findPage(p, v))
}

// sendLink has the link sent to whoever placed the order. The answer is the same whether there is such an order or not.
func (h *Handler) sendLink(r *web.Request) error {
	err := h.Orders.FindLink(r.Context(), r.Form("number"), r.Form("phone"))
	if form, ok := r.Rejected(err); ok {
		return h.showFind(r, http.StatusUnprocessableEntity, findView{Form: form})
	}
	if err != nil {
		return err
	}
	return r.Redirect("/orders/find?asked=1")
}

// justPlaced is how long an order was placed a moment ago for whoever has a second page of the checkout open.
const justPlaced = 24 * time.Hour

// lastPlaced is the order that was just placed in the reader's browser; nil if none was.
func (h *Handler) lastPlaced(r *web.Request) (*order.Followed, error) {
	list, err := h.Orders.Follow(r.Context(), r.Remembered())
	if err != nil || len(list) == 0 || h.Now().Sub(list[0].PlacedAt) > justPlaced {
		return nil, err
	}
	return &list[0], nil
}
