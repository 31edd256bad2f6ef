package storefront

import (
	"bytes"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// Bounds of a request's head, far above what browsers and programs send. The buffer that a head is read
// into (headLimit) bounds all of it; these bound what is done for each part.
const (
	maxPath        = 2 << 10 // bytes
	maxQuery       = 4 << 10 // bytes
	maxQueryValues = 250
	maxHeaders     = 100
	maxCookies     = 50
	maxCookieBytes = 8 << 10 // names and values together
)

// checkHead refuses, before anything is done for it, a head that is too long or that others might read
// differently: the server's library takes header names with spaces in them, lines that end in a bare
// line feed, and headers that go on in the next line, where a proxy before us may see the end of a
// request or another length of its body (RFC 9112, 2.2, 5.1 and 5.2).
func checkHead(header *fasthttp.RequestHeader) error {
	path, query, _ := bytes.Cut(header.RequestURI(), []byte("?"))
	if len(path) > maxPath || len(query) > maxQuery || bytes.Count(query, []byte("&")) >= maxQueryValues {
		return fiber.ErrRequestURITooLong
	}
	headers, cookies, cookieBytes := 0, 0, 0
	for rest := header.RawHeaders(); len(rest) > 0; {
		line, following, ended := bytes.Cut(rest, []byte("\n"))
		rest = following
		line, returned := bytes.CutSuffix(line, []byte("\r"))
		if len(line) == 0 && returned && len(rest) == 0 {
			break // the empty line behind the last header
		}
		name, value, colon := bytes.Cut(line, []byte(":"))
		if !ended || !returned || !colon || !isToken(name) || bytes.IndexByte(line, '\r') >= 0 {
			return fiber.ErrBadRequest
		}
		headers++
		if bytes.EqualFold(name, []byte("cookie")) {
			cookies += bytes.Count(value, []byte(";")) + 1
			cookieBytes += len(value)
		}
	}
	if headers > maxHeaders || cookies > maxCookies || cookieBytes > maxCookieBytes {
		return fiber.ErrRequestHeaderFieldsTooLarge
	}
	if !slices.Contains(fiber.DefaultMethods, string(header.Method())) {
		return fiber.ErrMethodNotAllowed // which Fiber would answer by itself, without our headers
	}
	return nil
}

// isToken reports whether a header's name is one (RFC 9110, 5.6.2).
func isToken(name []byte) bool {
	for _, c := range name {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return len(name) > 0
}

// guarded lets only good heads through, and answers a panic of whatever no middleware stands around.
func (s *Server) guarded(next fasthttp.RequestHandler) fasthttp.RequestHandler {
	return func(ctx *fasthttp.RequestCtx) {
		defer s.survive(ctx)
		defer s.bodies.release(&ctx.Request.Header)
		err := checkHead(&ctx.Request.Header)
		if err == nil {
			next(ctx)
			return
		}
		c := s.app.AcquireCtx(ctx)
		defer s.app.ReleaseCtx(c)
		switch err {
		case fiber.ErrMethodNotAllowed:
			c.Set(fiber.HeaderAllow, "GET, HEAD, POST")
		case fiber.ErrBadRequest:
			ctx.SetConnectionClose() // where the next request begins is not certain
		}
		if err := s.refuse(c, err); err != nil {
			s.config.Log.Error("refuse a head", "error", err)
		}
	}
}
