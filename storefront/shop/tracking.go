package shop

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/web"
)

// trackingView is what the page of an order shows to whoever holds its link.
type trackingView struct {
	Order  order.Order
	Placed bool   // a moment ago
	Token  string // of the link
	Link   string // absolute, to be kept and shared
}

func (h *Handler) tracking(r *web.Request) error {
	v := trackingView{Token: r.Param("token"), Placed: r.Query("placed") != ""}
	var err error
	if v.Order, err = h.Orders.ByToken(r.Context(), v.Token); err != nil {
		return err
	}
	v.Link = r.AbsoluteURL("/orders/" + url.PathEscape(v.Token))
	p := r.Page(r.Locale.T("shop.track.title"))
	p.Path = "/orders/" + url.PathEscape(v.Token) // in another language nothing was placed a moment ago
	return r.Render(http.StatusOK, trackingPage(p, v))
}

// cancel cancels an order for whoever holds its link, while no cooperative has its part ready.
func (h *Handler) cancel(r *web.Request) error {
	token := r.Param("token")
	err := h.Orders.CancelByBuyer(r.Context(), token, order.By{})
	switch {
	case err == nil:
		r.Flash("shop.track.cancelled_now")
	case errors.Is(err, order.ErrTooLate), errors.Is(err, order.ErrWrongState):
		r.Flash("shop.track.too_late")
	default:
		return err
	}
	return r.Redirect("/orders/" + url.PathEscape(token))
}
