package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// steps tells a person at a terminal what is being started and how long each part took.
type steps struct {
	w           io.Writer
	start, last time.Time
}

func newSteps(w io.Writer) *steps {
	now := time.Now()
	return &steps{w: w, start: now, last: now}
}

// say tells of a part that is ready.
func (s *steps) say(part, format string, args ...any) {
	now := time.Now()
	s.plain("  %-9s %s (%.1f s)", part, fmt.Sprintf(format, args...), now.Sub(s.last).Seconds())
	s.last = now
}

// title tells how things stand, with the time since the beginning.
func (s *steps) title(format string, args ...any) {
	s.plain("\n%s (%.1f s)", fmt.Sprintf(format, args...), time.Since(s.start).Seconds())
}

// plain writes a line. A terminal that went away is no reason to stop.
func (s *steps) plain(format string, args ...any) {
	_, _ = fmt.Fprintf(s.w, format+"\n", args...)
}

// downloads is a log handler that also tells of a download: a first start without PostgreSQL on the
// machine takes long enough to make people wonder.
func (s *steps) downloads(next slog.Handler) slog.Handler { return &downloadTeller{next, s} }

type downloadTeller struct {
	slog.Handler
	steps *steps
}

func (t *downloadTeller) Handle(ctx context.Context, r slog.Record) error {
	if r.Message == "downloading PostgreSQL" {
		t.steps.plain("  database  downloading PostgreSQL, once …")
	}
	return t.Handler.Handle(ctx, r)
}
