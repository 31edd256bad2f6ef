package demo

import (
	"context"
	"net/http"
	"regexp"

	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/storefront/web"
)

// shown is how many messages the mailbox page lists.
const shown = 50

// Handler has the demonstration's page.
type Handler struct {
	Mailbox func(ctx context.Context, limit int) ([]mail.Kept, error)
}

// Routes lists the page.
func (h *Handler) Routes() []web.Route {
	return []web.Route{
		{Method: http.MethodGet, Path: "/demo/mailbox", Policy: web.Demo, Private: true, Handler: h.mailbox},
	}
}

func (h *Handler) mailbox(r *web.Request) error {
	messages, err := h.Mailbox(r.Context(), shown)
	if err != nil {
		return err
	}
	return r.Render(http.StatusOK, mailboxPage(r.Page(r.Locale.T("demo.mailbox.title")), messages))
}

// piece is a part of a message: words, or an address to follow.
type piece struct {
	text string
	link bool
}

var address = regexp.MustCompile(`https?://[^\s<>"]+`)

// pieces splits a line of a message at its links.
func pieces(line string) []piece {
	var all []piece
	at := 0
	for _, found := range address.FindAllStringIndex(line, -1) {
		if found[0] > at {
			all = append(all, piece{text: line[at:found[0]]})
		}
		all = append(all, piece{text: line[found[0]:found[1]], link: true})
		at = found[1]
	}
	if at < len(line) {
		all = append(all, piece{text: line[at:]})
	}
	return all
}
