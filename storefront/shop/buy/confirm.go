package buy

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/web"
)

// confirmView is the page on which a buyer confirms an order.
type confirmView struct {
	Order    order.Order
	Token    string // of the confirming link
	Tracking string // the order's own page
}

// toConfirm is where the link in a buyer's mail leads. Opening it confirms nothing: programs that look
// through mail open every link.
func (h *Handler) toConfirm(r *web.Request) error {
	o, err := h.Orders.ByConfirmingToken(r.Context(), r.Param("token"))
	if err != nil {
		return err
	}
	p := r.Page(r.Locale.T("shop.confirm.title"))
	return r.Render(http.StatusOK, confirmPage(p, confirmView{
		Order: o, Token: r.Param("token"), Tracking: "/orders/" + h.Orders.TokenAgain(o),
	}))
}

// confirm confirms an order for whoever holds the link of the buyer's mail.
func (h *Handler) confirm(r *web.Request) error {
	token := r.Param("token")
	o, err := h.Orders.ByConfirmingToken(r.Context(), token)
	if err != nil {
		return err
	}
	switch err := h.Orders.ConfirmByBuyer(r.Context(), token); {
	case err == nil:
		r.Flash("shop.confirm.done")
	case errors.Is(err, order.ErrLastPieces):
		r.Flash("shop.confirm.last_pieces")
	case errors.Is(err, order.ErrWrongState): // pressed twice, or too late: the page says which
		return r.Redirect("/confirm/" + url.PathEscape(token))
	default:
		return err
	}
	return r.Redirect("/orders/" + h.Orders.TokenAgain(o))
}
