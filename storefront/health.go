package storefront

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

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

const (
	// checkTimeout bounds one round of checks: whoever asks wants to know soon.
	checkTimeout = 3 * time.Second
	// checkedFor is how long the outcome of a round stands: whoever asks without end learns no more.
	checkedFor = time.Second
	// fullFor is how long after a request failed for want of room on a disk the market is not ready.
	fullFor = 30 * time.Second
)

// checklist is what decides whether the market is ready. Everybody who asks during a round of checks, or
// soon after, is told its outcome, so that asking costs the market hardly anything.
type checklist struct {
	checks []Check
	now    func() time.Time
	rounds singleflight.Group
	last   atomic.Pointer[outcome]
	full   atomic.Int64 // when a disk was last found full, in nanoseconds since 1970
}

// outcome is how one round went.
type outcome struct {
	at     time.Time
	ready  bool
	parts  map[string]string
	errors map[string]error
}

func newChecklist(checks []Check, now func() time.Time) *checklist {
	l := &checklist{now: now}
	l.checks = append([]Check{{Name: "writes", Check: l.writes}}, checks...)
	return l
}

// writes is nil unless a request failed a moment ago for want of room.
func (l *checklist) writes(context.Context) error {
	if l.now().Sub(time.Unix(0, l.full.Load())) < fullFor {
		return errors.New("a request failed because a disk is full")
	}
	return nil
}

// foundFull notes that a request failed because a disk is full.
func (l *checklist) foundFull() {
	l.full.Store(l.now().UnixNano())
	l.last.Store(nil)
}

// ask makes a round of checks, waits for the one under way, or tells how the last one went. A check that
// does not answer in time fails.
func (l *checklist) ask() outcome {
	if o := l.last.Load(); o != nil && l.now().Sub(o.at) < checkedFor {
		return *o
	}
	round, _, _ := l.rounds.Do("", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.Background(), checkTimeout)
		defer cancel()
		found := make([]error, len(l.checks))
		var all sync.WaitGroup
		for i, check := range l.checks {
			all.Go(func() {
				answer := make(chan error, 1)
				go func() { answer <- check.Check(ctx) }()
				select {
				case found[i] = <-answer:
				case <-ctx.Done():
					found[i] = ctx.Err()
				}
			})
		}
		all.Wait()
		o := outcome{at: l.now(), ready: true, parts: make(map[string]string), errors: make(map[string]error)}
		for i, check := range l.checks {
			o.parts[check.Name] = "ok"
			if found[i] != nil {
				o.parts[check.Name], o.errors[check.Name] = "failing", found[i]
				o.ready = o.ready && check.Optional
			}
		}
		l.last.Store(&o)
		return o, nil
	})
	return round.(outcome)
}

// routes tell a supervisor how the program is: /healthz that it runs at all (restart it if not), /readyz
// whether it can serve (send it no readers if not).
func (l *checklist) routes() []web.Route {
	alive := func(r *web.Request) error {
		r.SetHeader("Cache-Control", "no-store")
		return r.Bytes(http.StatusOK, "text/plain; charset=utf-8", []byte("ok\n"))
	}
	ready := func(r *web.Request) error {
		o := l.ask()
		for part, err := range o.errors {
			// The reason is for the log: it may name hosts and users.
			r.Log().Warn("not ready", "part", part, "error", err)
		}
		status := http.StatusOK
		if !o.ready {
			status = http.StatusServiceUnavailable
		}
		r.SetHeader("Cache-Control", "no-store")
		return r.JSON(status, map[string]any{"ready": o.ready, "parts": o.parts})
	}
	return []web.Route{
		{Method: http.MethodGet, Path: "/healthz", Policy: web.Public, NoLang: true, NoDatabase: true, Handler: alive},
		{Method: http.MethodGet, Path: "/readyz", Policy: web.Public, NoLang: true, NoDatabase: true, Handler: ready},
	}
}
