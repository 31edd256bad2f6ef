package hook

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/storefront/web"
)

// Handler has the addresses that providers know. All its fields are needed.
type Handler struct {
	Payments *payment.Service
	// Count is told of each event what it was: kept, again, foreign or forged.
	Count func(provider, what string)
}

// Routes lists them.
func (h *Handler) Routes() []web.Route {
	return []web.Route{
		{Method: http.MethodPost, Path: "/webhooks/:provider", Policy: web.Public, NoLang: true, Limit: web.HookLimit, Handler: h.hear},
		{Method: http.MethodPost, Path: "/orders/:token/paid", Policy: web.Public, Private: true, FromElsewhere: true, Handler: h.back},
	}
}

// hear keeps what a provider tells and answers at once; what follows from it is a job's. What is not answered with 200
// comes again: only what is forged or no event at all is refused for good.
func (h *Handler) hear(r *web.Request) error {
	provider := r.Param("provider")
	heard, err := h.Payments.Hear(r.Context(), provider, r.Header, r.Body())
	switch {
	case errors.Is(err, payment.ErrUnknownProvider):
		return web.ErrNotFound.Wrap(err)
	case errors.Is(err, payment.ErrForged):
		h.Count(provider, "forged")
		return answer(r, http.StatusBadRequest, heard)
	case errors.Is(err, payment.ErrEvent):
		return answer(r, http.StatusRequestEntityTooLarge, heard)
	case err != nil && heard.Answer != "": // whoever waits for a word gets one that it knows
		r.Log().Error("what a provider told was not kept", "provider", provider, "error", err)
		return answer(r, http.StatusInternalServerError, heard)
	case err != nil:
		return err
	case heard.Foreign:
		h.Count(provider, "foreign")
	case heard.Again:
		h.Count(provider, "again")
	default:
		h.Count(provider, "kept")
	}
	return answer(r, http.StatusOK, heard)
}

func answer(r *web.Request, status int, heard payment.Heard) error {
	r.SetHeader("Cache-Control", "no-store")
	return r.Bytes(status, "text/plain; charset=utf-8", []byte(heard.Answer))
}

// back has a buyer whom a provider's page sends back by a form read the page that she comes back to. What the form says is
// not looked at: it came through her browser.
func (h *Handler) back(r *web.Request) error {
	return r.Redirect("/orders/" + url.PathEscape(r.Param("token")) + "/paid")
}
