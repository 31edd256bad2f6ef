package storefront

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/gate"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/storefront/feed"
	"github.com/souk-taawon/souk/storefront/web"
)

// Failures of the server's own.
var (
	errInternal  = fault.New(fault.Internal, "web.internal")
	errTooSlow   = fault.New(fault.Unavailable, "web.too_slow")
	errTooLarge  = fault.New(fault.TooLarge, "web.too_large")
	errMethod    = fault.New(fault.Invalid, "web.method")
	errMalformed = fault.New(fault.Invalid, "web.malformed")
	errAddress   = fault.New(fault.TooLarge, "web.address_too_long")
	errHead      = fault.New(fault.TooLarge, "web.head_too_large")
	errNoRoom    = fault.New(fault.Unavailable, "web.no_room")
)

// statuses says which status tells which kind of failure, the harmless first.
var statuses = []struct {
	kind   fault.Kind
	status int
}{
	{fault.Unauthenticated, http.StatusUnauthorized},
	{fault.Forbidden, http.StatusForbidden},
	{fault.NotFound, http.StatusNotFound},
	{fault.Gone, http.StatusGone},
	{fault.Conflict, http.StatusConflict},
	{fault.TooLarge, http.StatusRequestEntityTooLarge},
	{fault.Invalid, http.StatusUnprocessableEntity},
	{fault.TooMany, http.StatusTooManyRequests},
	{fault.Unavailable, http.StatusServiceUnavailable},
	{fault.Internal, http.StatusInternalServerError},
}

// told is what a person is told of err. Anything unforeseen is ours, and its words are for the log.
func told(err error) (status int, f *fault.Error) {
	var early *fiber.Error
	switch f = fault.As(err); {
	case f != nil:
	case errors.As(err, &early):
		switch early.Code {
		case http.StatusNotFound:
			f = web.ErrNotFound
		case http.StatusRequestEntityTooLarge:
			f = errTooLarge
		case http.StatusMethodNotAllowed:
			return early.Code, errMethod
		case http.StatusRequestURITooLong:
			return early.Code, errAddress
		case http.StatusRequestHeaderFieldsTooLarge:
			return early.Code, errHead
		case http.StatusBadRequest, http.StatusRequestTimeout, http.StatusUnsupportedMediaType:
			return early.Code, errMalformed
		case http.StatusBadGateway: // Fiber's word for a connection that broke off in the middle of a request
			return http.StatusBadRequest, errMalformed
		default:
			f = errInternal.Wrap(err)
		}
	case errors.Is(err, search.ErrUnavailable):
		f = feed.ErrNoSearch.Wrap(err)
	case postgres.DiskFull(err):
		f = errNoRoom.Wrap(err)
	case postgres.Unavailable(err):
		f = errTooSlow.Wrap(err)
	default:
		f = errInternal.Wrap(err)
	}
	for _, s := range statuses {
		if s.kind == f.Kind {
			return s.status, f
		}
	}
	return http.StatusInternalServerError, f
}

// answerFailures turns an error or a panic of what comes after it into the answer a person is told.
func (s *Server) answerFailures(c *fiber.Ctx) (err error) {
	defer func() {
		if value := recover(); value != nil {
			s.metrics.panics.Inc()
			err = s.fail(c, panicError{value, debug.Stack()})
		}
	}()
	if err := c.Next(); err != nil {
		return s.fail(c, err)
	}
	return nil
}

// fail answers with a failure: JSON under /api, the sign-in page where that may help, and otherwise
// a page in the reader's language that says what can be done.
func (s *Server) fail(c *fiber.Ctx, err error) error {
	if ctx := c.UserContext(); ctx.Err() != nil {
		// Whatever failed did so for want of time; the page that says so gets a little of its own.
		err = errTooSlow.Wrap(err)
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		c.SetUserContext(grace)
	} else if errors.Is(err, postgres.ErrNoRoom) {
		over, cancel := context.WithCancel(ctx)
		cancel() // the page takes what is remembered, and asks the database for nothing
		c.SetUserContext(over)
	}
	if postgres.DiskFull(err) {
		s.health.foundFull()
	}
	status, f := told(err)
	r, matched := c.Locals(requestKey{}).(*web.Request)
	if !matched {
		r = s.stranger(c)
	}
	if status >= http.StatusInternalServerError {
		level := slog.LevelError
		if errors.Is(err, gate.ErrBusy) { // as strangers please, and it is no fault of the program's
			level = slog.LevelWarn
		}
		r.Log().Log(c.UserContext(), level, "request failed", "route", c.Locals(patternKey{}), "status", status, "error", err)
	}
	s.recordRefusal(r, c.Locals(patternKey{}), status)
	for _, name := range []string{fiber.HeaderContentDisposition, fiber.HeaderETag, fiber.HeaderLastModified} {
		c.Response().Header.Del(name)
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	if len(c.Response().Header.Peek(fiber.HeaderRetryAfter)) == 0 {
		switch status {
		case http.StatusTooManyRequests:
			c.Set(fiber.HeaderRetryAfter, "60")
		case http.StatusServiceUnavailable:
			c.Set(fiber.HeaderRetryAfter, "5")
		}
	}
	switch {
	case isAPI(c):
		return feed.WriteError(r, status, f, err)
	case r.WantsJSON():
		return failScript(r, status, f)
	case f.Kind == fault.Unauthenticated:
		return toSignIn(r)
	case matched && r.NoLang():
		return r.Bytes(status, "text/plain; charset=utf-8", []byte(r.Locale.Message(f.Message)+"\n"))
	}
	if pageErr := s.errorPage(r, status, f); pageErr != nil {
		r.Log().Error("error page failed", "error", pageErr)
		return r.Bytes(status, "text/plain; charset=utf-8", []byte(r.Locale.Message(f.Message)+"\n"))
	}
	return nil
}

// errorPage is the page for a failure. Where people work it is one of their own pages; elsewhere a page that is not
// there offers the search and the shelves.
func (s *Server) errorPage(r *web.Request, status int, f *fault.Error) error {
	reference := ""
	ours := status >= http.StatusInternalServerError
	if ours {
		reference = r.ID()
	}
	work := !ours && workplace.MatchString(r.Path())
	if work && r.User == nil { // no route took it
		if err := s.recognise(r); err != nil {
			r.Log().Warn("who asked for what is not there", "error", err)
		}
	}
	p := r.Page(r.Locale.T(titleKey(status)))
	p.Private = true
	if work && p.User != nil {
		return r.Render(status, ownFailurePage(p, r.Locale.Message(f.Message)))
	}
	return r.Render(status, failurePage(p, p.Title, r.Locale.Message(f.Message), reference,
		(status == http.StatusNotFound || status == http.StatusGone) && orderLink.MatchString(r.Path()), status == http.StatusNotFound))
}

// orderLink are the paths of the links that lead to an order.
var orderLink = regexp.MustCompile(`^/(orders|confirm)/`)

// workplace are the paths of the pages behind the door.
var workplace = regexp.MustCompile(`^/(seller|association|account)([/?.]|$)`)

// titleKey is what stands above the page of a failure: one of a status without words of its own is said as 400.
func titleKey(status int) string {
	switch status {
	case http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusConflict, http.StatusGone,
		http.StatusRequestEntityTooLarge, http.StatusRequestURITooLong, http.StatusUnprocessableEntity,
		http.StatusTooManyRequests, http.StatusRequestHeaderFieldsTooLarge, http.StatusServiceUnavailable,
		http.StatusInternalServerError:
		return "web.error." + strconv.Itoa(status)
	}
	return "web.error.400"
}

// failScript tells the market's own script what is wrong.
func failScript(r *web.Request, status int, f *fault.Error) error {
	answer := struct {
		Message string            `json:"message"`
		Errors  map[string]string `json:"errors,omitempty"`
	}{Message: r.Locale.Message(f.Message), Errors: make(map[string]string, len(f.Fields))}
	for name, m := range f.Fields {
		answer.Errors[name] = r.Locale.Message(m)
	}
	return r.JSON(status, answer)
}

// failEarly answers what never came as far as a handler: a head or a body that is too large or that
// nobody can read.
func (s *Server) failEarly(c *fiber.Ctx, err error) error {
	defer s.survive(c.Context())
	if conn, ok := c.Context().Conn().(*connection); ok {
		switch {
		case errors.Is(err, fiber.ErrRequestEntityTooLarge):
			conn.gently.Store(&refusedBody)
		case !errors.Is(err, fiber.ErrRequestTimeout):
			conn.gently.Store(&refusedHead)
		}
	}
	coming, hasBody := s.bodies.release(&c.Context().Request.Header)
	if hasBody {
		c.Method(coming.method)
		c.Path(coming.path)
	}
	switch {
	case coming.refused:
		err = gate.ErrBusy
	case errors.Is(err, fiber.ErrRequestEntityTooLarge) && coming.noSession != nil:
		err = coming.noSession // whose upload was cut short for want of a session is told that, and not its size
	}
	return s.refuse(c, err)
}

// refuse answers a request that comes to no middleware.
func (s *Server) refuse(c *fiber.Ctx, err error) error {
	return s.watch(c, func() error {
		s.setSecureHeaders(c)
		return s.fail(c, err)
	})
}

// stranger is the Request of what no route took.
func (s *Server) stranger(c *fiber.Ctx) *web.Request {
	route := web.Route{NoLang: true}
	locale, named := s.pathLocale(c.Path())
	if named {
		route.NoLang = false
	} else {
		locale = s.guessLocale(c)
	}
	return web.New(c, s.site, route, locale, requestID(c), s.readerAddress(c).String())
}
