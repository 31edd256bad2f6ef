package storefront

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/valyala/fasthttp"
)

// unmatched stands for the pattern of requests that no route took, so that paths which strangers
// invent make no series of their own.
const unmatched = "unmatched"

// Metrics answers with the figures for Prometheus, for a listener that strangers cannot reach.
func (s *Server) Metrics() http.Handler {
	return promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{})
}

var goodID = regexp.MustCompile(`^[A-Za-z0-9._-]{8,64}$`)

// observe gives the request an id (a well-formed one from a trusted proxy is kept) and writes one line when
// it is answered: the route's pattern and never the path, which may hold a secret link's token, and
// nothing of the reader.
func (s *Server) observe(c *fiber.Ctx) error {
	if own, ok := c.Context().Conn().(*connection); ok && own.from.crowded() {
		c.Context().SetConnectionClose()
	}
	return s.watch(c, func() error {
		err := c.Next() // failures were answered further in; one that comes here is Fiber's to tell
		if c.Locals(patternKey{}) == unmatched && c.Route().Path != "/" {
			c.Locals(patternKey{}, c.Route().Path) // a file, which knows nothing of our routes
		}
		return err
	})
}

// watch is observe for whatever answers the request.
func (s *Server) watch(c *fiber.Ctx, answer func() error) error {
	start := time.Now()
	id := c.Get(fiber.HeaderXRequestID)
	if !s.isProxy(sender(c)) || !goodID.MatchString(id) { // readers could give two requests one name
		id = rand.Text()
	}
	c.Locals(idKey{}, id)
	c.Locals(patternKey{}, unmatched)
	c.Set(fiber.HeaderXRequestID, id)
	s.metrics.inFlight.Inc()
	defer s.metrics.inFlight.Dec()

	err := answer()

	took := time.Since(start)
	method, pattern, status := c.Method(), c.Locals(patternKey{}).(string), c.Response().StatusCode()
	if !slices.Contains(fiber.DefaultMethods, method) {
		method = "unknown" // strangers invent these too
	}
	s.metrics.seconds.WithLabelValues(method, pattern, strconv.Itoa(status)).Observe(took.Seconds())
	s.config.Log.LogAttrs(c.Context(), slog.LevelInfo, "request",
		slog.String("request", id), slog.String("method", method), slog.String("route", pattern),
		slog.Int("status", status), slog.Int64("ms", took.Milliseconds()),
		slog.Int("bytes", length(c.Response())))
	return err
}

// length is how many bytes the body of an answer has, as far as that is known before it is sent: -1 if it is not.
func length(answer *fasthttp.Response) int {
	if answer.IsBodyStream() { // which would be read by looking at it
		return answer.Header.ContentLength()
	}
	return len(answer.Body())
}
