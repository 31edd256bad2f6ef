package storefront

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/market"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/internal/settings"
	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/storefront/web"
)

// bare is a server without any service, for routes of a test's own.
func bare(t testing.TB, config Config, routes ...web.Route) *Server {
	t.Helper()
	languages, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	if config.BaseURL == "" {
		config.BaseURL = "http://souk.test"
	}
	config.Secret = make([]byte, secretLength)
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	s, err := newServer(config, Services{Market: &market.Market{Parts: market.Parts{Languages: languages}}})
	if err == nil {
		s.site.Settings = func(context.Context) (settings.Settings, error) { return settings.Settings{}, nil }
		s.site.Shelves = func(context.Context) ([]catalog.Category, error) { return nil, nil }
		s.site.BasketCount = func(context.Context, string) (int, error) { return 0, nil }
		s.site.Means = func(settings.Settings) []string { return nil }
		s.room = func(context.Context, time.Duration) error { return nil }
		s.site.Record = func(context.Context, security.Event) {}
		err = s.assemble(routes)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// serve answers on a real address until the test ends.
func serve(t *testing.T, s *Server) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(listener) }()
	t.Cleanup(func() {
		_ = listener.Close() // unless the test has shut the server down
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return "http://" + listener.Addr().String()
}

func page(path string, handler func(*web.Request) error) web.Route {
	return web.Route{Method: http.MethodGet, Path: path, Policy: web.Public, Handler: handler}
}

func say(text string) func(*web.Request) error {
	return func(r *web.Request) error { return r.Bytes(http.StatusOK, "text/plain; charset=utf-8", []byte(text)) }
}

func ask(t *testing.T, s *Server, request *http.Request) (*http.Response, string) {
	t.Helper()
	response, err := s.app.Test(request, -1)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

var errForbidden = fault.New(fault.Forbidden, "web.forbidden", "Roles", "")

func TestContradictoryRoutesKeepTheServerFromStarting(t *testing.T) {
	t.Parallel()
	good := page("/products/:slug", say("product"))
	for name, route := range map[string]web.Route{
		"is declared twice": page("/products/:id", say("again")),
		"has no policy":     {Method: http.MethodGet, Path: "/x", Handler: say("x")},
		"has no handler":    {Method: http.MethodGet, Path: "/x", Policy: web.Public},
		"reads no session":  {Method: http.MethodGet, Path: "/x", Policy: web.SignedIn, NoLang: true, Handler: say("x")},
		`the right ""`:      {Method: http.MethodGet, Path: "/x", Policy: web.Holder, Handler: say("x")},
		`the right "queen"`: web.Get("queen", "/x", say("x")),
		"is for public and": {Method: http.MethodGet, Path: "/x", Policy: web.Public, Right: account.SeeOrders, Handler: say("x")},
		"does not begin":    page("x", say("x")),
	} {
		if _, err := inOrder([]web.Route{good, route}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	post := good
	post.Method = http.MethodPost
	if _, err := inOrder([]web.Route{good, post}); err != nil {
		t.Error(err)
	}
}

func TestNothingIsServedBesideTheDeclaredRoutes(t *testing.T) {
	t.Parallel()
	languages, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Config{BaseURL: "http://souk.test", Secret: make([]byte, secretLength)}, Services{Market: &market.Market{Parts: market.Parts{Languages: languages}}})
	if err != nil {
		t.Fatal(err)
	}
	declared := map[string]bool{"GET /static/*": true, "GET /drawings/:name": true, "GET /drawings/scene/:name": true, "GET /drawings/share/:name": true}
	for _, route := range s.Routes() {
		if route.NoLang {
			declared[route.Method+" "+route.Path] = true
			continue
		}
		for _, code := range languages.Codes() {
			declared[route.Method+" /"+code+strings.TrimSuffix(route.Path, "/")] = true
		}
	}
	served := s.app.GetRoutes(true)
	if len(served) < len(s.Routes()) {
		t.Fatalf("only %d routes are served", len(served))
	}
	for _, route := range served {
		if name := strings.Replace(route.Method, "HEAD", "GET", 1) + " " + route.Path; !declared[name] {
			t.Errorf("%s declares no policy", name)
		}
	}
}

func TestMoreLiteralRouteIsTriedFirst(t *testing.T) {
	t.Parallel()
	s := bare(t, Config{},
		page("/seller/products/:id", say("product")), page("/seller/products/new", say("new")),
		page("/seller/products/export.:format", say("export")), page("/seller/products", say("list")), page("/", say("home")))
	for path, want := range map[string]string{
		"/ar/seller/products/7": "product", "/ar/seller/products/new": "new", "/fr/seller/products/export.csv": "export",
		"/en/seller/products/": "list", "/ar": "home", "/ar/": "home",
	} {
		if _, got := ask(t, s, httptest.NewRequest(http.MethodGet, path, nil)); got != want {
			t.Errorf("%s is %q, not %q", path, got, want)
		}
	}
}

func TestFailuresAreToldByKind(t *testing.T) {
	t.Parallel()
	kinds := map[string]struct {
		err    error
		status int
		title  string
		retry  string
	}{
		"/invalid":     {fault.New(fault.Invalid, "web.form_unreadable"), 422, "Demande à corriger", ""},
		"/conflict":    {fault.New(fault.Conflict, "web.form_unreadable"), 409, "Quelque chose a changé entre-temps", ""},
		"/forbidden":   {errForbidden, 403, "Accès refusé", ""},
		"/too-many":    {errTooOften, 429, "Trop de demandes", "60"},
		"/too-large":   {errTooLarge, 413, "Envoi trop volumineux", ""},
		"/unavailable": {fault.New(fault.Unavailable, "web.too_slow"), 503, "Indisponible pour le moment", "5"},
		"/wrapped":     {errors.Join(errors.New("why"), errForbidden), 403, "Accès refusé", ""},
		"/database":    {fmt.Errorf("read: %w", &net.OpError{Op: "dial", Err: errors.New("db refused, secret")}), 503, "Indisponible pour le moment", "5"},
		"/disk-full":   {fmt.Errorf("keep: %w", &os.PathError{Op: "write", Path: "/secret", Err: syscall.ENOSPC}), 503, "Indisponible pour le moment", "5"},
		"/no-search":   {fmt.Errorf("search: %w", search.ErrUnavailable), 503, "Indisponible pour le moment", "5"},
		"/unforeseen":  {errors.New("password=secret"), 500, "Une erreur chez nous", ""},
	}
	var routes []web.Route
	for path, kind := range kinds {
		routes = append(routes, page(path, func(*web.Request) error { return kind.err }))
	}
	s := bare(t, Config{}, routes...)
	for path, want := range kinds {
		response, body := ask(t, s, httptest.NewRequest(http.MethodGet, "/fr"+path, nil))
		if response.StatusCode != want.status || !strings.Contains(body, "<h1>"+want.title+"</h1>") {
			t.Errorf("%s: %d, want %d with %q:\n%s", path, response.StatusCode, want.status, want.title, body)
		}
		if got := response.Header.Get("Retry-After"); got != want.retry {
			t.Errorf("%s: Retry-After %q, want %q", path, got, want.retry)
		}
		if strings.Contains(body, "secret") {
			t.Errorf("%s tells readers what is for the log", path)
		}
		if inReach := strings.Contains(body, response.Header.Get("X-Request-Id")); inReach != (want.status >= 500) {
			t.Errorf("%s names the request: %v", path, inReach)
		}
	}
}

func TestEveryStatusIsSaidInEveryLanguage(t *testing.T) {
	t.Parallel()
	languages, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range languages.Codes() {
		for status := 400; status < 600; status++ {
			if key := titleKey(status); languages.Locale(code).T(key) == key {
				t.Errorf("%s does not say %s", code, key)
			}
		}
	}
}

func TestScriptIsToldFailuresInJSON(t *testing.T) {
	t.Parallel()
	s := bare(t, Config{}, page("/x", func(*web.Request) error {
		return fault.New(fault.Invalid, "web.malformed").Field("price", "web.no_file")
	}))
	request := httptest.NewRequest(http.MethodGet, "/en/x", nil)
	request.Header.Set("Accept", "application/json")
	response, body := ask(t, s, request)
	want := `{"message":"This request could not be understood.","errors":{"price":"Please choose a file first."}}`
	if response.StatusCode != http.StatusUnprocessableEntity || body != want {
		t.Errorf("%d %s", response.StatusCode, body)
	}
}

func TestPanicIsLoggedWithItsRequestAndToldAsAPage(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := bare(t, Config{Log: slog.New(slog.NewJSONHandler(&log, nil)), TrustedProxies: []string{"0.0.0.0"}}, page("/x", func(*web.Request) error { panic("spilt honey") }))
	request := httptest.NewRequest(http.MethodGet, "/en/x?token=secret", nil)
	request.Header.Set("X-Request-Id", "balancer-0001")
	response, body := ask(t, s, request)
	if response.StatusCode != http.StatusInternalServerError || !strings.Contains(body, "An error on our side") ||
		!strings.Contains(body, "balancer-0001") || strings.Contains(body, "spilt") {
		t.Errorf("%d %s", response.StatusCode, body)
	}
	var lines []map[string]any
	for d := json.NewDecoder(&log); ; {
		line := map[string]any{}
		if err := d.Decode(&line); err != nil {
			break
		}
		lines = append(lines, line)
	}
	if len(lines) != 2 {
		t.Fatalf("%d lines: %v", len(lines), lines)
	}
	if text, _ := lines[0]["error"].(string); lines[0]["request"] != "balancer-0001" || !strings.Contains(text, "spilt honey") || !strings.Contains(text, "bare_test.go") {
		t.Errorf("the panic's line: %v", lines[0])
	}
	access := lines[1]
	if access["route"] != "/:lang/x" || access["status"] != 500.0 || access["request"] != "balancer-0001" || access["method"] != "GET" {
		t.Errorf("the request's line: %v", access)
	}
	if strings.Contains(log.String(), "secret") {
		t.Error("the log holds what stands in an address")
	}
}

func TestRequestEndsAtItsDeadline(t *testing.T) {
	t.Parallel()
	s := bare(t, Config{RequestTimeout: time.Millisecond}, page("/x", func(r *web.Request) error {
		<-r.Context().Done()
		return errors.New("driver: bad connection")
	}))
	response, body := ask(t, s, httptest.NewRequest(http.MethodGet, "/en/x", nil))
	if response.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, "did not come in time") {
		t.Errorf("%d %s", response.StatusCode, body)
	}
}

func TestALongRouteHasAnUploadsTime(t *testing.T) {
	t.Parallel()
	route := web.Route{Method: http.MethodPost, Path: "/x", Policy: web.Public, Long: true, Handler: func(r *web.Request) error {
		deadline, _ := r.Context().Deadline()
		return r.Bytes(http.StatusOK, "text/plain", []byte(time.Until(deadline).Round(time.Minute).String()))
	}}
	file := route
	file.Method, file.Path = http.MethodGet, "/file"
	s := bare(t, Config{RequestTimeout: time.Second, UploadTimeout: 5 * time.Minute}, route, file)
	for path, method := range map[string]string{"/en/x": http.MethodPost, "/en/file": http.MethodGet} {
		if response, body := ask(t, s, httptest.NewRequest(method, path, nil)); response.StatusCode != http.StatusOK || body != "5m0s" {
			t.Errorf("%s: %d, %s are left", path, response.StatusCode, body)
		}
	}
}

func TestOnlyATrustedProxyNamesARequest(t *testing.T) {
	t.Parallel()
	for proxy, kept := range map[string]bool{"0.0.0.0": true, "10.0.0.0/8": false, "": false} {
		config := Config{}
		if proxy != "" {
			config.TrustedProxies = []string{proxy}
		}
		request := httptest.NewRequest(http.MethodGet, "/en/x", nil)
		request.Header.Set("X-Request-Id", "balancer-0001")
		response, _ := ask(t, bare(t, config, page("/x", say("x"))), request)
		if got := response.Header.Get("X-Request-Id"); got == "balancer-0001" != kept {
			t.Errorf("with the proxy %q the request is named %q", proxy, got)
		}
	}
}

func TestRequestIDIsKeptOnlyIfItIsOne(t *testing.T) {
	t.Parallel()
	s := bare(t, Config{TrustedProxies: []string{"0.0.0.0"}}, page("/x", say("x")))
	for given, kept := range map[string]bool{"abcd-EFGH_01.2": true, "short": false, strings.Repeat("x", 65): false, "with space": false, "": false} {
		request := httptest.NewRequest(http.MethodGet, "/en/x", nil)
		request.Header.Set("X-Request-Id", given)
		response, _ := ask(t, s, request)
		got := response.Header.Get("X-Request-Id")
		if (got == given) != kept || !goodID.MatchString(got) {
			t.Errorf("%q became %q", given, got)
		}
	}
}

func TestReadersAddressIsTakenFromTrustedProxiesOnly(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		proxies   []string
		forwarded []string
		want      string
	}{
		{nil, []string{"203.0.113.9"}, "0.0.0.0"},
		{[]string{"10.0.0.0/8"}, []string{"203.0.113.9"}, "0.0.0.0"},
		{[]string{"0.0.0.0"}, []string{"203.0.113.9"}, "203.0.113.9"},
		{[]string{"0.0.0.0", "10.0.0.0/8"}, []string{"198.51.100.1, 203.0.113.9, 10.1.2.3"}, "203.0.113.9"},
		{[]string{"0.0.0.0", "10.0.0.0/8"}, []string{"198.51.100.1", "203.0.113.9", "10.1.2.3"}, "203.0.113.9"},
		{[]string{"0.0.0.0"}, []string{"nonsense"}, "0.0.0.0"},
		{[]string{"0.0.0.0"}, []string{"2001:db8:1:2:3:4:5:6"}, "2001:db8:1:2::"},
		{[]string{"0.0.0.0"}, nil, "0.0.0.0"},
	} {
		s := bare(t, Config{TrustedProxies: test.proxies}, page("/x", func(r *web.Request) error { return say(r.IP())(r) }))
		request := httptest.NewRequest(http.MethodGet, "/en/x", nil)
		request.Header["X-Forwarded-For"] = test.forwarded
		if _, got := ask(t, s, request); got != test.want {
			t.Errorf("%v trusted, forwarded for %v: %s, not %s", test.proxies, test.forwarded, got, test.want)
		}
	}
}

func TestLimitIsSharedByItsRoutes(t *testing.T) {
	t.Parallel()
	order := func(method, path string) web.Route {
		return web.Route{Method: method, Path: path, Policy: web.Public, Limit: web.OrderLimit, Handler: say("ok")}
	}
	config := Config{RateLimits: RateLimits{Order: Rate{Count: 2, Per: time.Hour}}}
	s := bare(t, config, page("/checkout", say("ok")), order("POST", "/checkout"), order("POST", "/other"))
	for i, want := range []struct {
		method, path string
		status       int
	}{
		{"POST", "/ar/checkout", 200}, {"GET", "/ar/checkout", 200}, {"POST", "/fr/other", 200},
		{"POST", "/ar/checkout", 429}, {"POST", "/fr/other", 429}, {"GET", "/ar/checkout", 200},
	} {
		response, _ := ask(t, s, httptest.NewRequest(want.method, want.path, nil))
		if response.StatusCode != want.status {
			t.Errorf("request %d, %s %s: %d, not %d", i, want.method, want.path, response.StatusCode, want.status)
		}
		if want.status == 429 && response.Header.Get("Retry-After") == "" {
			t.Errorf("request %d does not say when to come back", i)
		}
	}
}

func TestLoadFromTheSameMachineIsSparedWhereSaid(t *testing.T) {
	t.Parallel()
	for spare, want := range map[bool]int{true: http.StatusOK, false: http.StatusTooManyRequests} {
		limits := RateLimits{Order: Rate{Count: 1, Per: time.Hour}, SpareLoopback: spare}
		address := serve(t, bare(t, Config{RateLimits: limits}, web.Route{
			Method: http.MethodPost, Path: "/api/v1/orders", Policy: web.Public, NoLang: true, Limit: web.OrderLimit, Handler: say("ok"),
		}))
		var last int
		for range 3 {
			response, err := http.Post(address+"/api/v1/orders", "application/json", nil)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
			last = response.StatusCode
		}
		if last != want {
			t.Errorf("spared %v: the third is answered %d", spare, last)
		}
	}
}

func TestWrongConfigurationIsToldWhole(t *testing.T) {
	t.Parallel()
	_, err := newServer(Config{
		BaseURL: "souk.example/path", TrustedProxies: []string{"10.0.0.0/33", "balancer"},
		RateLimits: RateLimits{SignIn: Rate{Count: 3}},
	}, Services{})
	for _, problem := range []string{"souk.example/path", "the secret has 0 bytes", "10.0.0.0/33", "balancer", "sign-in"} {
		if err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("nothing about %s in: %v", problem, err)
		}
	}
}

func TestShutdownLetsARequestUnderWayEnd(t *testing.T) {
	t.Parallel()
	begun, finish := make(chan struct{}), make(chan struct{})
	s := bare(t, Config{}, page("/x", func(r *web.Request) error {
		close(begun)
		<-finish
		return say("done")(r)
	}), page("/y", say("y")))
	address := serve(t, s)
	// A connection that is kept alive must not hold the server up.
	idle := &http.Client{Transport: &http.Transport{}}
	response, err := idle.Get(address + "/ar/y")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()

	answered := make(chan string, 1)
	go func() {
		response, err := http.Get(address + "/ar/x")
		if err != nil {
			answered <- err.Error()
			return
		}
		defer func() { _ = response.Body.Close() }()
		body, _ := io.ReadAll(response.Body)
		answered <- string(body)
	}()
	<-begun
	stopped := make(chan error, 1)
	go func() { stopped <- s.Shutdown(context.Background()) }()
	for refused := false; !refused; { // the address is given up while the request is under way
		conn, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
		if refused = err != nil; !refused {
			_ = conn.Close()
		}
	}
	close(finish)
	if got := <-answered; got != "done" {
		t.Errorf("the request under way was told %q", got)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}
