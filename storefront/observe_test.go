package storefront

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestFiguresAreKeptByPatternNeverByPath(t *testing.T) {
	t.Parallel()
	s := bare(t, Config{}, page("/products/:slug", say("x")))
	for _, path := range []string{"/ar/products/honey", "/fr/products/oil", "/wp-admin.php", "/ar/nothing", "/static/0/souk.css"} {
		ask(t, s, httptest.NewRequest(http.MethodGet, path, nil))
	}
	recorder := httptest.NewRecorder()
	s.Metrics().ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	figures := recorder.Body.String()
	for _, want := range []string{
		`souk_http_request_seconds_count{method="GET",route="/:lang/products/:slug",status="200"} 2`,
		`souk_http_request_seconds_count{method="GET",route="unmatched",status="404"} 2`,
		`souk_http_request_seconds_count{method="GET",route="/static/*",status="200"} 1`,
		"souk_http_in_flight 0", "go_goroutines",
	} {
		if !strings.Contains(figures, want) {
			t.Errorf("no %s in\n%s", want, figures)
		}
	}
}

func TestReadinessTellsEachPartButNotWhy(t *testing.T) {
	t.Parallel()
	well := func(context.Context) error { return nil }
	ill := func(context.Context) error { return errors.New("dial tcp 10.0.0.7: refused") }
	for name, test := range map[string]struct {
		search func(context.Context) error
		status int
		body   string
	}{
		"well":           {well, 200, `{"parts":{"database":"ok","search":"ok"},"ready":true}`},
		"without search": {ill, 503, `{"parts":{"database":"ok","search":"failing"},"ready":false}`},
	} {
		s := bare(t, Config{}, healthRoutes([]Check{{"database", well}, {"search", test.search}})...)
		if response, body := ask(t, s, httptest.NewRequest(http.MethodGet, "/readyz", nil)); response.StatusCode != test.status || body != test.body {
			t.Errorf("%s: %d %s", name, response.StatusCode, body)
		}
		if response, body := ask(t, s, httptest.NewRequest(http.MethodGet, "/healthz", nil)); response.StatusCode != http.StatusOK || body != "ok\n" {
			t.Errorf("%s: alive %d %s", name, response.StatusCode, body)
		}
	}
}

func TestOtherShopsMayShowOurPictures(t *testing.T) {
	t.Parallel()
	s := bare(t, Config{})
	response, _ := ask(t, s, httptest.NewRequest(http.MethodGet, "/drawings/honey-thyme-hex-a.svg", nil))
	if got := response.Header.Get("Cross-Origin-Resource-Policy"); got != "cross-origin" {
		t.Errorf("the policy is %q", got)
	}
}
