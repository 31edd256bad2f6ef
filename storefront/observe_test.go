package storefront

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lib/pq"

	"github.com/souk-taawon/souk/storefront/web"
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
		"well":             {well, well, 200, `{"parts":{"database":"ok","search":"ok","writes":"ok"},"ready":true}`},
		"without search":   {well, ill, 200, `{"parts":{"database":"ok","search":"failing","writes":"ok"},"ready":true}`},
		"without database": {ill, well, 503, `{"parts":{"database":"failing","search":"ok","writes":"ok"},"ready":false}`},
	} {
		s := bare(t, Config{}, newChecklist([]Check{
			{Name: "database", Check: test.database},
			{Name: "search", Check: test.search, Optional: true},
		}, time.Now).routes()...)
		if response, body := ask(t, s, httptest.NewRequest(http.MethodGet, "/readyz", nil)); response.StatusCode != test.status || body != test.body {
			t.Errorf("%s: %d %s", name, response.StatusCode, body)
		}
		if response, body := ask(t, s, httptest.NewRequest(http.MethodGet, "/healthz", nil)); response.StatusCode != http.StatusOK || body != "ok\n" {
			t.Errorf("%s: alive %d %s", name, response.StatusCode, body)
		}
	}
}

func TestACheckThatHangsCostsOneRoundAndNotReadiness(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{}, 100)
	l := newChecklist([]Check{{Name: "database", Check: func(ctx context.Context) error {
		asked <- struct{}{}
		select {} // not even when ctx ends
	}}}, time.Now)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if o := l.ask(); o.ready || !errors.Is(o.errors["database"], context.DeadlineExceeded) {
				t.Errorf("ready: %v, %v", o.ready, o.errors)
			}
		})
	}
	all.Wait()
	if n := len(asked); n > 2 { // somebody may have come after the first round
		t.Errorf("it was asked %d times", n)
	}
}

func TestWhoeverAsksWithoutEndCostsTheMarketOneRoundASecond(t *testing.T) {
	t.Parallel()
	var now, asked atomic.Int64
	l := newChecklist([]Check{{Name: "database", Check: func(context.Context) error {
		asked.Add(1)
		return nil
	}}}, func() time.Time { return time.Unix(1_000_000+now.Load(), 0) })
	for range 100 {
		l.ask()
	}
	now.Store(1)
	for range 100 {
		l.ask()
	}
	if n := asked.Load(); n != 2 {
		t.Errorf("it was asked %d times", n)
	}
}

func TestAMarketWhoseDiskIsFullSaysSoAndIsNotReadyForAWhile(t *testing.T) {
	t.Parallel()
	var now atomic.Int64
	failing := web.Route{
		Method: http.MethodGet, Path: "/full", Policy: web.Public, NoLang: true,
		Handler: func(*web.Request) error { return fmt.Errorf("write: %w", &pq.Error{Code: "53100"}) },
	}
	s := bare(t, Config{Now: func() time.Time { return time.Unix(1_000_000+now.Load(), 0) }}, failing)
	if !s.health.ask().ready {
		t.Fatal("not ready at first")
	}
	response, _ := ask(t, s, httptest.NewRequest(http.MethodGet, "/full", nil))
	if response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") == "" {
		t.Errorf("it answers %d, Retry-After %q", response.StatusCode, response.Header.Get("Retry-After"))
	}
	if s.health.ask().ready {
		t.Error("it is ready")
	}
	now.Store(31)
	if !s.health.ask().ready {
		t.Error("it is never ready again")
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
