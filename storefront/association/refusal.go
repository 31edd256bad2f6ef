package association

import (
	"cmp"
	"net/http"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// Refusal is why something was not done: the form to be shown again, or a sentence for the top of the
// page. Status 0 means that nothing was refused.
type Refusal struct {
	Status int
	Form   ui.Form // as it was typed
	Notice string  // with Status 409: it was too late
}

// Refused tells what the page of err has to say; ok is false for an error that is not for a page.
func Refused(r *web.Request, err error) (no Refusal, ok bool) {
	if form, invalid := r.Rejected(err); invalid {
		return Refusal{Status: http.StatusUnprocessableEntity, Form: form}, true
	}
	if f := fault.As(err); f != nil && f.Kind == fault.Conflict {
		form, _ := r.Rejected(fault.New(fault.Invalid, f.Key)) // what was typed is not lost
		form.Errors = nil
		return Refusal{Status: http.StatusConflict, Form: form, Notice: r.Locale.Message(f.Message)}, true
	}
	return Refusal{}, false
}

// Again reports whether a form was refused and what was typed is kept.
func (no Refusal) Again() bool { return no.Form.Values != nil }

// Invalid reports whether a form is to be shown again with what is wrong with it.
func (no Refusal) Invalid() bool { return no.Status == http.StatusUnprocessableEntity }

// Words are those that somebody wrote to say why.
func (no Refusal) Words() string { return cmp.Or(no.Form.Values["note"], no.Form.Values["reason"]) }

// Answer is the status of the answer: what was refused, or all is well.
func (no Refusal) Answer() int {
	if no.Status == 0 {
		return http.StatusOK
	}
	return no.Status
}

// SinceShown is how much of what has happened meanwhile a page tells.
const SinceShown = 3
