package orders

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/web"
)

const (
	messagesPerPage = 30
	messagesSent    = 5 // of the latest that were sent, which may be taken back
)

// messagesView is a page of what is to be told to buyers by WhatsApp.
type messagesView struct {
	order.Messages
	Sent []order.Message // the latest, on the first page
	from *keyset.Place
}

// messagesFrom is the page of the list that begins at a place.
func messagesFrom(from *keyset.Place) string {
	query := url.Values{}
	web.SetPlace(query, from)
	return web.Address(association.MessagesPath, query)
}

func (h *Handler) messages(r *web.Request) error {
	v := messagesView{from: web.ReadPlace(r.Query("place"))}
	var err error
	if v.Messages, err = h.Orders.Messages(r.Context(), v.from, messagesPerPage); err != nil {
		return err
	}
	if v.from == nil {
		if v.Sent, err = h.Orders.MessagesSent(r.Context(), messagesSent); err != nil {
			return err
		}
	}
	p, err := association.Page(r, h.Cooperatives, r.Locale.T("association.messages.title"))
	if err != nil {
		return err
	}
	return r.Render(http.StatusOK, messagesPage(p, v))
}

// messageSent marks a message as sent; messageUnsent takes that back.
func (h *Handler) messageSent(r *web.Request) error   { return h.markMessage(r, true) }
func (h *Handler) messageUnsent(r *web.Request) error { return h.markMessage(r, false) }

func (h *Handler) markMessage(r *web.Request, sent bool) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	switch err := h.Orders.MessageSent(r.Context(), id, r.UserID(), sent); {
	case errors.Is(err, order.ErrNotFound), errors.Is(err, order.ErrWrongState):
		r.Flash("association.messages.overtaken")
	case err != nil:
		return err
	case sent:
		r.Flash("association.messages.sent")
	default:
		r.Flash("association.messages.unsent")
	}
	return r.Redirect(association.MessagesPath)
}
