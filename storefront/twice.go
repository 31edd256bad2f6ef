package storefront

import (
	"crypto/sha256"
	"net/http"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/storefront/web"
)

// answers remembers for a moment how the latest form of each who has signed in was answered. Whoever presses twice, or
// again since no answer came, sends the very same form once more; the first has changed what it was shown with, so that
// the second is refused. Then she is answered as the first time. Forms that are not refused do not need it. What she
// sends once she has sent something else, or later, is another wish.
type answers struct {
	now func() time.Time

	mu   sync.Mutex
	sent map[uuid.UUID]*firstAnswer // by the person
}

// form is a mark of what is sent to where.
type form [sha256.Size]byte

// firstAnswer is where a form led, once over is closed; location is empty if it was refused.
type firstAnswer struct {
	of       form
	at       time.Time // when it came, then when it was answered
	over     chan struct{}
	location string
	flash    string
}

const (
	answerKept   = 10 * time.Second
	answerAwaits = 2 * time.Second // a first answer that is being made while the second is refused
	maxAnswers   = 4096
)

// answer handles a form, and answers what is sent twice as it was the first time.
func (a *answers) answer(c *fiber.Ctx, r *web.Request, handler func(*web.Request) error) error {
	hash := sha256.New()
	hash.Write([]byte(c.OriginalURL() + "\n"))
	hash.Write(c.Request().Body())
	person := r.UserID()
	first, mine := a.begin(person, form(hash.Sum(nil)))
	if mine {
		defer a.end(person, first)
	}
	err := handler(r)
	if mine {
		if err == nil && c.Response().StatusCode() == http.StatusSeeOther {
			first.location, first.flash = string(c.Response().Header.Peek(fiber.HeaderLocation)), r.Flashed()
		}
		return err
	}
	if status := c.Response().StatusCode(); !fault.Is(err, fault.Conflict) && (err != nil || status != http.StatusConflict && status != http.StatusUnprocessableEntity) {
		return err
	}
	select {
	case <-first.over:
	case <-time.After(answerAwaits):
		return err
	}
	if first.location == "" {
		return err
	}
	c.Response().ResetBody()
	r.FlashAgain(first.flash)
	return r.RedirectURL(first.location)
}

// begin gives the first answer to a person's form; mine says that it is still to be made, by whoever asks.
func (a *answers) begin(person uuid.UUID, of form) (first *firstAnswer, mine bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	if first = a.sent[person]; first != nil && first.of == of && now.Sub(first.at) < answerKept {
		return first, false
	}
	for old, answer := range a.sent { // which a map hands out in any order
		if len(a.sent) < maxAnswers && now.Sub(answer.at) < answerKept {
			break
		}
		delete(a.sent, old)
	}
	first = &firstAnswer{of: of, at: now, over: make(chan struct{})}
	a.sent[person] = first
	return first, true
}

// end says that the first answer is there; one that led nowhere is not kept.
func (a *answers) end(person uuid.UUID, first *firstAnswer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	first.at = a.now()
	if first.location == "" && a.sent[person] == first {
		delete(a.sent, person)
	}
	close(first.over)
}
