package buy

import (
	"errors"
	"net/url"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment/transfer"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// trackingView is what the page of an order shows to whoever holds its link.
type trackingView struct {
	Placed bool   // a moment ago
	Before bool   // its form was sent once more, and what lies in the basket now is not ordered
	Share  string // the absolute link that only shows it
	payView

	ByTransfer money.Amount            // that is to be given back by transfer, and is not yet
	Account    *transfer.RefundAccount // where to; nil: she has not said it
	CanReturn  bool                    // goods may be sent back now, by whoever reads it
}

func (h *Handler) tracking(r *web.Request) error { return h.showTracking(r, ui.Refusal{}) }

// showTracking shows the page with her account as it was typed, if it was refused.
func (h *Handler) showTracking(r *web.Request, no ui.Refusal) error {
	v := trackingView{payView: payView{Token: r.Param("token"), Form: no.Form}, Placed: r.Query("placed") == "1", Before: r.Query("placed") == "before"}
	var err error
	if v.Order, err = h.Orders.ByToken(r.Context(), v.Token); err != nil {
		return err
	}
	if v.Order.Acting {
		r.Remember(v.Token)
	}
	if err := v.fill(r, h); err != nil {
		return err
	}
	if v.Order.State == order.StateAwaiting && v.Order.Acting {
		if v.Attempt, err = h.Orders.LastAttempt(r.Context(), v.Order); err != nil {
			return err
		}
	}
	if err := h.fillRefund(r, &v); err != nil {
		return err
	}
	v.CanReturn = v.Order.Acting && canReturn(v.Order, h.Now())
	v.Share = r.AbsoluteURL("/orders/" + h.Orders.ReadingToken(v.Order.ID, v.Order.Link))
	p := r.Page(r.Locale.T("shop.track.title"))
	p.Path = "/orders/" + url.PathEscape(v.Token) // in another language nothing was placed a moment ago
	return r.Render(no.Answer(), trackingPage(p, v))
}

// again has at least as much in the basket of all that was ordered, whatever came of it, as far as it is to be had.
func (h *Handler) again(r *web.Request) error {
	o, err := h.Orders.ByToken(r.Context(), r.Param("token"))
	if err != nil {
		return err
	}
	if !o.Acting {
		return order.ErrNotFound
	}
	basket := h.basketOf(r)
	there, err := h.Orders.Basket(r.Context(), basket.Token)
	if err != nil {
		return err
	}
	lies := make(map[uuid.UUID]int)
	for _, group := range there.Groups {
		for _, line := range group.Lines {
			lies[line.Product.ID] = line.Wanted
		}
	}
	for _, part := range o.Parts {
		for _, line := range part.Lines {
			if line.Placed <= lies[line.ProductID] {
				continue
			}
			_, err := h.Orders.SetLine(r.Context(), basket, line.ProductID, line.Placed)
			if err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.NotFound) {
				return err
			}
		}
	}
	return r.RedirectURL(keptAt(r, r.URL("/basket")))
}

// cancel cancels an order for whoever holds its link, while no cooperative has its part ready.
func (h *Handler) cancel(r *web.Request) error {
	token := r.Param("token")
	err := h.Orders.CancelByBuyer(r.Context(), token)
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
