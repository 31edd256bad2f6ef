package ui

import (
	"cmp"
	"net/http"
)

// Refusal is why something was not done: the form to be shown again, or a sentence for the top of the
// page. Status 0 means that nothing was refused.
type Refusal struct {
	Status int
	Form   Form   // as it was typed
	Notice string // with Status 409: it was too late
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
