package storefront

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestReadinessTellsEachPartButNotWhy(t *testing.T) {
	t.Parallel()
	well := func(context.Context) error { return nil }
	ill := func(context.Context) error { return errors.New("dial tcp 10.0.0.7: refused") }
	for name, test := range map[string]struct {
		database, search func(context.Context) error
		status           int
		body             string
	}{
		"well":             {well, well, 200, `{"parts":{"database":"ok","search":"ok"},"ready":true}`},
		"without search":   {well, ill, 200, `{"parts":{"database":"ok","search":"failing"},"ready":true}`},
		"without database": {ill, well, 503, `{"parts":{"database":"failing","search":"ok"},"ready":false}`},
	} {
		s := bare(t, Config{}, healthRoutes([]Check{
			{Name: "database", Check: test.database},
			{Name: "search", Check: test.search, Optional: true},
		})...)
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
