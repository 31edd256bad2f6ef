package storefront

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/compress"
	"github.com/google/uuid"
	"github.com/valyala/fasthttp"

	"github.com/souk-taawon/souk/internal/gate"
	"github.com/souk-taawon/souk/storefront/static"
	"github.com/souk-taawon/souk/storefront/web"
)

// New builds the server. It fails on a configuration that makes no sense and on routes that
// contradict each other or declare no policy.
func New(config Config, services Services) (*Server, error) {
	s, err := newServer(config, services)
	if err == nil {
		err = s.assemble(s.collect(services))
	}
	if err != nil {
		return nil, fmt.Errorf("storefront: %w", err)
	}
	return s, nil
}

func newServer(config Config, services Services) (*Server, error) {
	prepared, err := config.prepare()
	if err != nil {
		return nil, err
	}
	if services.Card != nil && !prepared.Demo {
		return nil, errors.New("the test card takes no money: only a demonstration has it")
	}
	s := &Server{
		config: prepared,
		site: &web.Site{
			Languages: services.Languages, BaseURL: prepared.BaseURL, Demo: prepared.Demo, Sample: prepared.Sample, Spare: prepared.RateLimits.SpareLoopback,
			Log: prepared.Log, Now: prepared.Now, Seals: web.NewSealer(prepared.Secret, prepared.Now, prepared.SecretsBefore...), BasketCount: services.Orders.Count, Place: services.Delivery.Place, Settings: services.Settings.Recent,
			Files: gate.New(web.FileLimits), Sending: gate.New(web.SendLimits), Shelves: services.Catalog.Categories, Record: services.Security.Note, Means: services.Orders.Offered, MeansFee: services.Orders.FeeOf,
		},
		origins:      http.NewCrossOriginProtection(),
		metrics:      newMetrics(),
		bodies:       newBodies(prepared.Now),
		answers:      &answers{now: prepared.Now, sent: make(map[uuid.UUID]*firstAnswer)},
		health:       newChecklist(services.Checks, prepared.Now),
		accounts:     services.Accounts,
		session:      services.Accounts.Session,
		cooperatives: services.Cooperatives,
		catalog:      services.Catalog,
		pictures:     services.Pictures,
		room:         services.Room,
	}
	return s, s.origins.AddTrustedOrigin(prepared.BaseURL)
}

// assemble puts the middleware in order and mounts the routes behind it.
func (s *Server) assemble(routes []web.Route) error {
	var err error
	if s.routes, err = inOrder(routes); err != nil {
		return err
	}
	idle := idleTimeout
	if len(s.config.proxies) > 0 {
		idle = proxyTimeout
	}
	s.app = fiber.New(fiber.Config{
		AppName: "Souk", DisableStartupMessage: true,
		Immutable:     true, // strings of a request otherwise change under whoever keeps them
		CaseSensitive: true,
		BodyLimit:     bodyLimit, DisablePreParseMultipartForm: true, // forms are read after the policy let them in
		ReadTimeout: headerTimeout, WriteTimeout: writeTimeout, IdleTimeout: idle,
		ReadBufferSize: headLimit,
		Concurrency:    2 * maxConnections, // never reached: connections are counted where they are accepted
		// Fiber believes every client's X-Forwarded headers unless it is told whom to believe; the
		// reader's address is found by readerAddress and links are made from the base URL.
		EnableTrustedProxyCheck: true,
		ErrorHandler:            s.failEarly,
	})
	s.app.Server().CloseOnShutdown = true
	s.app.Server().HeaderReceived = s.headerReceived
	s.app.Server().Handler = s.guarded(s.app.Server().Handler)
	s.app.Use(s.observe, s.secureHeaders)
	if s.config.Reread != nil {
		s.app.Use(s.reread)
	}
	// Compressing a page that holds a secret beside words from its address would let another site
	// measure the secret (BREACH). No page holds one: actions are guarded by origin and not by a token
	// in the form, and the session's cookie does not come along with another site's requests.
	s.app.Use(compress.New(), s.deadline, s.answerFailures, s.checkBody)
	static.Mount(s.app)
	s.mount()
	return nil
}

// Serve answers requests from the listener until Shutdown.
func (s *Server) Serve(listener net.Listener) error {
	if err := s.app.Listener(s.newConnections(listener)); err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// Shutdown takes no new requests and waits for those under way; it gives up when ctx ends.
func (s *Server) Shutdown(ctx context.Context) error {
	if err := s.app.ShutdownWithContext(ctx); err != nil {
		return fmt.Errorf("shut down: %w", err)
	}
	return nil
}

// Routes lists every route in the order in which they are tried.
func (s *Server) Routes() []web.Route { return append([]web.Route(nil), s.routes...) }

// exceptionAt finds what is allowed to a request; ok is false if no more than to any.
func (s *Server) exceptionAt(method, path string) (e exception, ok bool) {
	for _, e := range s.exceptions {
		if e.method == method && fiber.RoutePatternMatch(path, e.pattern) {
			return e, true
		}
	}
	return exception{}, false
}

// headerReceived gives uploads more room and more time before their body is read, and of those that
// are not for just anybody only to who has signed in: strangers could otherwise fill the memory with
// bodies, which are read before a policy is asked.
func (s *Server) headerReceived(header *fasthttp.RequestHeader) (allows fasthttp.RequestConfig) {
	defer func() {
		if value := recover(); value != nil { // nothing else would catch it; no more is allowed than to any
			s.metrics.panics.Inc()
			s.config.Log.Error("head of a request", "error", panicError{value, debug.Stack()})
		}
	}()
	coming := body{method: string(header.Method())}
	coming.path, _, _ = strings.Cut(string(header.RequestURI()), "?")
	most, within := bodyLimit, headerTimeout
	if allowed, ok := s.exceptionAt(coming.method, coming.path); ok && coming.method == http.MethodPost {
		var err error
		coming.person, err = s.checkSession(header)
		switch {
		case err != nil && allowed.signedIn:
			coming.noSession = err
		case allowed.bearer != nil && !s.bears(&coming, allowed, header):
		default:
			most, within = allowed.body, s.config.UploadTimeout+atSlowest(allowed.body)
			allows = fasthttp.RequestConfig{MaxRequestBodySize: most, ReadTimeout: s.config.UploadTimeout}
		}
	}
	if coming.person == "" && header.ContentLength() == inPieces {
		most = smallBody // how much it will be nobody knows
		allows.MaxRequestBodySize = most
	}
	if !s.bodies.admit(header, coming, most, within+writeTimeout) {
		return fasthttp.RequestConfig{MaxRequestBodySize: 1} // see failEarly
	}
	return allows
}

// bears reports whether the address of a body names what lets its sender send as much as is allowed there.
func (s *Server) bears(coming *body, allowed exception, header *fasthttp.RequestHeader) bool {
	if header.ContentLength() <= smallBody { // which anybody may send
		return false
	}
	steps := strings.Split(coming.path, "/")
	at := slices.Index(strings.Split(allowed.pattern, "/"), ":token")
	token, err := url.PathUnescape(steps[at]) // the address fits the pattern
	if err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), headerTimeout)
	defer cancel()
	coming.bearer = web.Clean(token)
	return allowed.bearer(ctx, coming.bearer) == nil
}

// deadline ends what a request started when nobody waits for the answer any more: a client that
// goes away is not noticed otherwise.
func (s *Server) deadline(c *fiber.Ctx) error {
	timeout := s.config.RequestTimeout
	if _, ok := s.exceptionAt(c.Method(), c.Path()); ok {
		timeout = s.config.UploadTimeout
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	c.SetUserContext(ctx)
	return c.Next()
}
