package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"
)

// SetHeader sets a header of the answer.
func (r *Request) SetHeader(name, value string) { r.fiber.Set(name, value) }

// Render writes a page. It is made in memory first, so a page that fails half-way is never sent, and waits for
// nothing, so that it is made also when the request's time has just ended.
func (r *Request) Render(status int, page templ.Component) error {
	var b bytes.Buffer
	if err := page.Render(context.WithoutCancel(r.Context()), &b); err != nil {
		return fmt.Errorf("render: %w", err)
	}
	body := b.Bytes()
	if status >= http.StatusBadRequest {
		body = fromMistake(body)
	}
	return r.Bytes(status, "text/html; charset=utf-8", body)
}

// fromMistake has whoever is shown a page begin at its first field that is wrong or, if none is, at what it says is.
func fromMistake(page []byte) []byte {
	for _, mark := range []string{` aria-invalid="true"`, ` role="alert"`} {
		if i := bytes.Index(page, []byte(mark)); i >= 0 {
			return slices.Insert(page, i, []byte(" autofocus")...)
		}
	}
	return page
}

// Bytes answers with a body as it is.
func (r *Request) Bytes(status int, contentType string, body []byte) error {
	r.fiber.Status(status).Set("Content-Type", contentType)
	return r.fiber.Send(body)
}

// JSON answers with v.
func (r *Request) JSON(status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	return r.Bytes(status, "application/json; charset=utf-8", body)
}

// Redirect sends the reader on by GET to a page, named without its language.
func (r *Request) Redirect(path string) error { return r.RedirectURL(r.URL(path)) }

// RedirectURL is Redirect for an address that stands outside the languages.
func (r *Request) RedirectURL(address string) error {
	return r.fiber.Redirect(address, http.StatusSeeOther)
}

// LocalPath gives back a path of the market's own, which may come from outside, or "" if following
// it could lead away from the market or it is longer than any.
func LocalPath(path string) string {
	if len(path) > maxPath || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.Contains(path, `\`) {
		return ""
	}
	for _, c := range path {
		if c < ' ' || c == 0x7f {
			return "" // browsers leave some of these out, and «/\t/» is then «//»
		}
	}
	return path
}

// AllowFormsTo lets the forms of this page be sent to the origin of an address too: a provider's, where a buyer pays. An
// answer that leads on there needs it of the page whose form it answers.
func (r *Request) AllowFormsTo(address string) {
	to, err := url.Parse(address)
	if err != nil || to.Host == "" || strings.ContainsAny(to.Host, " ;,") {
		return
	}
	const own = "form-action 'self'"
	policy := string(r.fiber.Response().Header.Peek("Content-Security-Policy"))
	r.SetHeader("Content-Security-Policy", strings.Replace(policy, own, own+" "+to.Scheme+"://"+to.Host, 1))
}
