package storefront

import (
	"context"
	"net/http"
	"time"

	"github.com/souk-taawon/souk/storefront/web"
)

// Check is one thing that the market works with.
type Check struct {
	Name  string
	Check func(ctx context.Context) error
	// Optional is what readers can be served without: all instances share it, and to send readers
	// to none of them would be worse.
	Optional bool
}

// checkTimeout bounds one round of checks: whoever asks wants to know soon.
const checkTimeout = 3 * time.Second

// healthRoutes tell a supervisor how the program is: /healthz that it runs at all (restart it if
// not), /readyz whether it can serve (send it no readers if not).
func healthRoutes(checks []Check) []web.Route {
	alive := func(r *web.Request) error {
		r.SetHeader("Cache-Control", "no-store")
		return r.Bytes(http.StatusOK, "text/plain; charset=utf-8", []byte("ok\n"))
	}
	ready := func(r *web.Request) error {
		ctx, cancel := context.WithTimeout(r.Context(), checkTimeout)
		defer cancel()
		status := http.StatusOK
		parts := make(map[string]string, len(checks))
		for _, check := range checks {
			parts[check.Name] = "ok"
			if err := check.Check(ctx); err != nil {
				// The reason is for the log: it may name hosts and users.
				r.Log().Warn("not ready", "part", check.Name, "error", err)
				parts[check.Name] = "failing"
				if !check.Optional {
					status = http.StatusServiceUnavailable
				}
			}
		}
		r.SetHeader("Cache-Control", "no-store")
		return r.JSON(status, map[string]any{"ready": status == http.StatusOK, "parts": parts})
	}
	return []web.Route{
		{Method: http.MethodGet, Path: "/healthz", Policy: web.Public, NoLang: true, Handler: alive},
		{Method: http.MethodGet, Path: "/readyz", Policy: web.Public, NoLang: true, Handler: ready},
	}
}
