package web

import (
	"context"
	"log/slog"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/security"
)

// Errors of a request that names something badly.
var (
	// ErrNotFound is for a page or a record that is not there, or not for this reader to know of.
	ErrNotFound = fault.New(fault.NotFound, "web.not_found")
	// ErrNoFile says that a form came without the file it is for.
	ErrNoFile = fault.New(fault.Invalid, "web.no_file")
	// ErrForm says that the body of a form could not be read.
	ErrForm = fault.New(fault.Invalid, "web.form_unreadable")
)

// Request is one request and its answer. It is good until its handler returns.
type Request struct {
	Locale *i18n.Locale
	Site   *Site

	// User is who signed in, or nil.
	User *account.User
	// Cooperative is the one that User is a member of, or nil.
	Cooperative *cooperative.Cooperative

	fiber   *fiber.Ctx
	form    url.Values // see FormValues
	flashed string     // see Flashed
	route   Route
	id      string
	ip      string
}

// New makes the Request of one exchange. id is the request's own, for the log; ip is the reader's
// address as far as it can be trusted.
func New(c *fiber.Ctx, site *Site, route Route, locale *i18n.Locale, id, ip string) *Request {
	return &Request{Locale: locale, Site: site, fiber: c, route: route, id: id, ip: ip}
}

// Context ends at the request's deadline.
func (r *Request) Context() context.Context { return r.fiber.UserContext() }

// Log is for what goes wrong without failing the request; lines carry the request's id.
func (r *Request) Log() *slog.Logger { return r.Site.Log.With("request", r.id) }

// ID is the request's own id, which the log carries too.
func (r *Request) ID() string { return r.id }

// IP is the reader's address.
func (r *Request) IP() string { return r.ip }

// Spared reports whether what comes from this reader's address is not to be counted together: it is this
// very machine, and that is let through.
func (r *Request) Spared() bool {
	address, err := netip.ParseAddr(r.ip)
	return r.Site.Spare && err == nil && address.IsLoopback()
}

// Source is where the request came from, for the record of security events.
func (r *Request) Source() security.Source {
	return security.From(r.ip, r.Header(fiber.HeaderUserAgent))
}

// Record keeps for the association that the reader did something of that kind, or was refused it: who,
// when and from where. about is the cooperative that it concerns, or uuid.Nil; detail is no secret.
func (r *Request) Record(kind security.Kind, about uuid.UUID, detail string) {
	if about == uuid.Nil {
		about = r.CooperativeID()
	}
	r.Site.Record(r.Context(), security.Event{Kind: kind, Actor: r.Actor(), Cooperative: about, Source: r.Source(), Detail: detail})
}

// Method is GET, POST and so on.
func (r *Request) Method() string { return strings.Clone(r.fiber.Method()) }

// Header is one header of the request.
func (r *Request) Header(name string) string { return Clean(r.fiber.Get(name)) }

// WantsJSON reports whether the market's own script asks in the background: it is answered
// {"message"} or, with status 422, {"errors":{field:sentence}}.
func (r *Request) WantsJSON() bool {
	return strings.HasPrefix(r.fiber.Get(fiber.HeaderAccept), fiber.MIMEApplicationJSON)
}

// Param is the part of the path that a «:name» of the route's pattern stands for, unescaped.
func (r *Request) Param(name string) string {
	escaped := r.fiber.Params(name)
	text, err := url.PathUnescape(escaped)
	if err != nil {
		text = escaped
	}
	return Clean(text)
}

// UUID is a Param that is an id; anything else is ErrNotFound.
func (r *Request) UUID(name string) (uuid.UUID, error) {
	id, err := uuid.Parse(r.Param(name))
	if err != nil {
		return uuid.Nil, ErrNotFound.Wrap(err)
	}
	return id, nil
}

// Holds reports whether the reader may do that.
func (r *Request) Holds(right account.Right) bool { return r.User != nil && r.User.Holds(right) }

// CooperativeID is the cooperative that the reader is a member of; uuid.Nil for everybody else. A
// route that asks for a right in a cooperative always has one.
func (r *Request) CooperativeID() uuid.UUID {
	if r.Cooperative == nil {
		return uuid.Nil
	}
	return r.Cooperative.ID
}

// PageNumber is the page of a list that the query asks for, from 1.
func (r *Request) PageNumber() int {
	n, err := strconv.Atoi(r.Query("page"))
	if err != nil || n < 1 {
		return 1
	}
	return n
}

// UserID is who acts, for the record of what was done; uuid.Nil if nobody signed in.
func (r *Request) UserID() uuid.UUID {
	if r.User == nil {
		return uuid.Nil
	}
	return r.User.ID
}

// Actor is who acts, for histories: one of the association's people or a cooperative's member; nobody if nobody
// signed in.
func (r *Request) Actor() actor.Actor {
	if r.User == nil {
		return actor.Actor{}
	}
	return r.User.Actor()
}

// Path is the path that was asked for, without the language and with the query.
func (r *Request) Path() string {
	path := r.fiber.OriginalURL()
	if !r.route.NoLang {
		path = strings.TrimPrefix(path, "/"+r.Locale.Code())
	}
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return Clean(path)
}

// URL is a page's address in the reader's language: "/products" gives "/ar/products".
func (r *Request) URL(path string) string {
	if path == "/" {
		path = ""
	}
	return "/" + r.Locale.Code() + path
}

// AbsoluteURL is URL with the market's own scheme and host, for what leaves the site.
func (r *Request) AbsoluteURL(path string) string { return r.Site.BaseURL + r.URL(path) }

// NoLang reports whether the route stands outside the languages.
func (r *Request) NoLang() bool { return r.route.NoLang }
