package demo

import (
	"errors"
	"net/http"

	"github.com/souk-taawon/souk/internal/payment/testcard"
	"github.com/souk-taawon/souk/storefront/web"
)

// choices are what a form may say that is to become of a payment.
var choices = map[string]testcard.State{"pay": testcard.Paid, "refuse": testcard.Refused, "later": testcard.Later}

// card shows a payment as a bank would, and that it is none.
// One that is decided already leads back, so that whoever is sent here again before the market has learned of it does
// not end here.
func (h *Handler) card(r *web.Request) error {
	if h.Card != nil {
		payment, err := h.Card.Payment(r.Context(), r.Param("reference"))
		if err != nil {
			return err
		}
		if payment.State != testcard.Open {
			return r.RedirectURL(payment.Back)
		}
	}
	return h.showCard(r, http.StatusOK)
}

func (h *Handler) showCard(r *web.Request, status int) error {
	if h.Card == nil {
		return web.ErrNotFound
	}
	payment, err := h.Card.Payment(r.Context(), r.Param("reference"))
	if err != nil {
		return err
	}
	return r.Render(status, cardPage(r.Page(r.Locale.T("demo.card.title")), payment))
}

// choose decides a payment and sends the buyer back to the market, which learns of it in its own time.
func (h *Handler) choose(r *web.Request) error {
	to, known := choices[r.Form("choice")]
	if h.Card == nil || !known {
		return h.showCard(r, http.StatusUnprocessableEntity)
	}
	back, err := h.Card.Choose(r.Context(), r.Param("reference"), to)
	if errors.Is(err, testcard.ErrDecided) {
		return h.showCard(r, http.StatusConflict)
	}
	if err != nil {
		return err
	}
	return r.RedirectURL(back)
}
