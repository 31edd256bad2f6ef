package demo

import (
	"context"
	"net/http"
	"regexp"
	"strings"

	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/payment/testcard"
	"github.com/souk-taawon/souk/storefront/web"
)

// shown is how many messages the mailbox page lists.
const shown = 50

// Handler has the demonstration's pages.
type Handler struct {
	Mailbox func(ctx context.Context, limit int) ([]mail.Kept, error)
	Card    *testcard.Provider // nil where none is taken
}

// Routes lists them.
func (h *Handler) Routes() []web.Route {
	return []web.Route{
		{Method: http.MethodGet, Path: "/demo/mailbox", Policy: web.Demo, Private: true, Handler: h.mailbox},
		{Method: http.MethodGet, Path: "/demo/card/:reference", Policy: web.Demo, Private: true, Handler: h.card},
		{Method: http.MethodPost, Path: "/demo/card/:reference", Policy: web.Demo, Private: true, Handler: h.choose},
	}
}

func (h *Handler) mailbox(r *web.Request) error {
	messages, err := h.Mailbox(r.Context(), shown)
	if err != nil {
		return err
	}
	return r.Render(http.StatusOK, mailboxPage(r.Page(r.Locale.T("demo.mailbox.title")), messages))
}

// piece is a part of a message: words, an address to follow, or the number of an order, which
// neither breaks nor turns round among Arabic words.
type piece struct {
	text         string
	link, number bool
}

var whole = regexp.MustCompile(`https?://[^\s<>"]+|\bS-\d{4}-\d+`)

// pieces splits a line of a message at its links and numbers.
func pieces(line string) []piece {
	var all []piece
	at := 0
	for _, found := range whole.FindAllStringIndex(line, -1) {
		if found[0] > at {
			all = append(all, piece{text: line[at:found[0]]})
		}
		text := line[found[0]:found[1]]
		link := strings.HasPrefix(text, "http")
		all = append(all, piece{text: text, link: link, number: !link})
		at = found[1]
	}
	if at < len(line) {
		all = append(all, piece{text: line[at:]})
	}
	return all
}
