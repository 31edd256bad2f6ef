package buy

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/transfer"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// payView is what the pages show on which the buyer of an order that is paid first pays it.
type payView struct {
	Order   order.Order
	Token   string          // of the link
	Attempt payment.Attempt // that she pays, or tried last; without a State it could not be begun
	Left    time.Duration   // to pay
	Others  []order.Offer   // by which she may pay instead, or why not
	Gone    bool            // the means that she chose is not taken any more

	OtherCurrency bool // she paid in another currency, which pays nothing

	Transfer *transfer.Due // what she is to transfer; nil: she pays otherwise, or may not know
	Form     ui.Form       // of a receipt's picture or of her account, where one was refused
}

// Refused tells whether the means by which the order is to be paid said no when she tried.
func (v payView) Refused() bool {
	return v.Attempt.State == payment.Failed && v.Attempt.Provider == v.Order.Payment
}

// awaited is the order of a request's link, if its holder may pay it now; otherwise where she reads why not.
func (h *Handler) awaited(r *web.Request) (v payView, elsewhere string, err error) {
	v.Token = r.Param("token")
	if v.Order, err = h.Orders.ByToken(r.Context(), v.Token); err != nil {
		return v, "", err
	}
	if !v.Order.Acting {
		return v, "", order.ErrNotFound
	}
	if err := v.fill(r, h); err != nil {
		return v, "", err
	}
	if v.Order.State != order.StateAwaiting || v.Left <= 0 {
		return v, orderPath(v.Token), nil
	}
	return v, "", nil
}

// fill says how long and by which other means the view's order may be paid, if it waits for that.
func (v *payView) fill(r *web.Request, h *Handler) error {
	if v.Order.State != order.StateAwaiting {
		return nil
	}
	v.Left = v.Order.ExpiresAt.Sub(h.Now())
	offers, err := h.Orders.OffersFor(r.Context(), v.Order)
	for _, offer := range offers {
		if offer.Provider != v.Order.Payment {
			v.Others = append(v.Others, offer)
		}
	}
	if err != nil || !v.Order.Acting {
		return err
	}
	if v.Order.Payment != payment.BankTransfer {
		v.OtherCurrency, err = h.Orders.PaidInOtherCurrency(r.Context(), v.Order)
		return err
	}
	due, err := h.Transfers.Due(r.Context(), v.Order.ID)
	switch {
	case errors.Is(err, transfer.ErrNotFound):
		return nil
	case err == nil && due.Taken():
		v.Transfer = &due
	}
	return err
}

// orderPath is the page of the order of a link.
func orderPath(token string) string { return "/orders/" + url.PathEscape(token) }

// pay leads to where the order is paid. Where that is another site the page says so and goes on by itself: a browser
// that follows a form does not follow a redirect to where the form may not be sent.
func (h *Handler) pay(r *web.Request) error { return h.showPay(r, http.StatusOK, ui.Form{}) }

// showPay shows the page with a form that was refused with that status, if one was.
func (h *Handler) showPay(r *web.Request, status int, form ui.Form) error {
	v, elsewhere, err := h.awaited(r)
	if err != nil {
		return err
	}
	if elsewhere != "" {
		return r.Redirect(elsewhere)
	}
	v.Form = form
	v.Attempt, err = h.Orders.Pay(r.Context(), v.Token)
	switch a := v.Attempt; {
	case errors.Is(err, payment.ErrNotPending):
		return r.Redirect(orderPath(v.Token))
	case errors.Is(err, payment.ErrUnknownProvider):
		status, v.Gone = http.StatusConflict, true
	case errors.Is(err, payment.ErrDown):
		r.Log().Warn("a provider of payments is down", "provider", v.Order.Payment, "error", err)
		status, v.Attempt = http.StatusServiceUnavailable, payment.Attempt{}
		r.SetHeader("Retry-After", retryPay)
	case err != nil:
		return err
	case a.URL != "" && a.Form == nil && strings.HasPrefix(a.URL, r.Site.BaseURL+"/"):
		return r.RedirectURL(a.URL)
	case a.URL != "" && a.Form == nil:
		r.SetHeader("Refresh", "0; url="+a.URL)
	case a.Form != nil:
		r.AllowFormsTo(a.URL)
	}
	p := r.Page(r.Locale.T("shop.pay.title"))
	p.Plain = true
	return r.Render(status, payPage(p, v))
}

// retryPay is when trying again may help while a provider is down, in seconds.
const retryPay = "60"

// paid is where the buyer comes back from where she paid. What she says by coming is believed by nobody: the provider
// tells whether she has.
func (h *Handler) paid(r *web.Request) error {
	v, elsewhere, err := h.awaited(r)
	if err != nil {
		return err
	}
	if elsewhere != "" {
		return r.Redirect(elsewhere + "?placed=1")
	}
	if v.Attempt, err = h.Orders.LastAttempt(r.Context(), v.Order); err != nil {
		return err
	}
	p := r.Page(r.Locale.T("shop.pay.title"))
	p.Plain = true
	if !v.Refused() {
		p.Again = askAgain
	}
	return r.Render(http.StatusOK, paidPage(p, v))
}

// askAgain is how often a page asks whether a payment has come.
const askAgain = 5 * time.Second

// chooseMeans has the order paid by another means.
func (h *Handler) chooseMeans(r *web.Request) error {
	token, means := r.Param("token"), r.Form("means")
	switch err := h.Orders.ChooseMeans(r.Context(), token, means, new(money.Amount(r.Shown("fee")))); {
	case errors.Is(err, order.ErrWrongState), errors.Is(err, payment.ErrNotPending):
		r.Flash("shop.pay.too_late")
	case errors.Is(err, order.ErrChosenOften), errors.Is(err, order.ErrMeansFee):
		r.Flash(fault.As(err).Key)
	case err != nil:
		return err
	case h.Orders.PaidFirst(means):
		return r.Redirect(orderPath(token) + "/pay")
	default:
		return r.Redirect(orderPath(token) + "?placed=1")
	}
	return r.Redirect(orderPath(token))
}
