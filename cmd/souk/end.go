package main

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ending is how the program ends: everything within one grace, whatever hangs.
type ending struct {
	grace time.Duration
	begun func() time.Time // the first call is when the end begins
}

func newEnding(grace time.Duration) *ending {
	return &ending{grace: grace, begun: sync.OnceValue(time.Now)}
}

// The shares of the grace after which each part of the end is cut short. What is over sooner leaves its
// time to the rest; what is not goes on until the program has ended.
const (
	jobsEnd     = 0.6  // jobs under way; they are cancelled then
	requestsEnd = 0.75 // requests, and jobs that were cancelled
	searchEnds  = 0.85 // a Meilisearch of our own
	databaseEnd = 0.95 // an embedded PostgreSQL
)

// by is the context of a part of the end.
func (e *ending) by(share float64) (context.Context, context.CancelFunc) {
	return context.WithDeadline(context.Background(), e.begun().Add(time.Duration(share*float64(e.grace))))
}

// within makes a closer of what can be stopped.
func (e *ending) within(share float64, stop func(context.Context) error) func() error {
	return func() error {
		ctx, cancel := e.by(share)
		defer cancel()
		return stop(ctx)
	}
}

// errHangs says that a part of the program was left behind at its end.
var errHangs = errors.New("not everything ended in time")

// wait returns what f does, or errHangs when ctx ends first.
func wait(ctx context.Context, f func() error) error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return errHangs
	}
}

// closers ends what was opened, last first.
type closers []func() error

func (c *closers) add(f func() error) { *c = append(*c, f) }

func (c *closers) close() error { return c.closeBy(context.Background()) }

// closeBy is close, and leaves behind what has not ended when ctx does.
func (c *closers) closeBy(ctx context.Context) error {
	var errs []error
	for i := len(*c) - 1; i >= 0; i-- {
		errs = append(errs, wait(ctx, (*c)[i]))
	}
	*c = nil
	return errors.Join(errs...)
}
