package gate_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/souk-taawon/souk/internal/gate"
)

var limits = gate.Limits{AtOnce: 2, PerPerson: 2, Waiting: 3, Patience: time.Second}

// occupy fills n places with work of different people that lasts until release is called.
func occupy(g *gate.Gate, n int) (release func()) {
	done := make(chan struct{})
	for i := range n {
		go func() {
			_ = g.Do(context.Background(), "occupant "+strconv.Itoa(i), func() error { <-done; return nil })
		}()
	}
	synctest.Wait()
	return func() { close(done) }
}

func TestNoMoreThanTheLimitIsUnderWayAtOnce(t *testing.T) {
	t.Parallel()
	g := gate.New(gate.Limits{AtOnce: 3, PerPerson: 1, Waiting: 100, Patience: time.Minute})
	var underWay, most atomic.Int64
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			err := g.Do(context.Background(), strconv.Itoa(i), func() error {
				now := underWay.Add(1)
				for seen := most.Load(); now > seen && !most.CompareAndSwap(seen, now); seen = most.Load() {
				}
				time.Sleep(time.Millisecond)
				underWay.Add(-1)
				return nil
			})
			if err != nil {
				t.Errorf("work %d: %v", i, err)
			}
		})
	}
	all.Wait()
	if most.Load() > 3 {
		t.Errorf("%d pieces of work were under way at once, 3 are allowed", most.Load())
	}
}

func TestOnePersonCannotTakeEveryPlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := gate.New(limits)
		release := make(chan struct{})
		for range 2 {
			go func() { _ = g.Do(context.Background(), "greedy", func() error { <-release; return nil }) }()
		}
		synctest.Wait()
		begun := time.Now()
		err := g.Do(context.Background(), "greedy", func() error { return nil })
		if !errors.Is(err, gate.ErrBusy) || time.Since(begun) != 0 {
			t.Errorf("a third piece of one person's work: %v after %s, want ErrBusy at once", err, time.Since(begun))
		}
		close(release)
		synctest.Wait()
		if err := g.Do(context.Background(), "greedy", func() error { return nil }); err != nil {
			t.Errorf("after the others ended: %v", err)
		}
	})
}

func TestWhoWaitsTooLongOrBehindTooManyIsRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := gate.New(limits)
		release := occupy(g, limits.AtOnce)
		var waiting sync.WaitGroup
		for i := range limits.Waiting {
			waiting.Go(func() {
				begun := time.Now()
				err := g.Do(context.Background(), "patient "+strconv.Itoa(i), func() error { return nil })
				if !errors.Is(err, gate.ErrBusy) || time.Since(begun) != limits.Patience {
					t.Errorf("waiting: %v after %s, want ErrBusy after %s", err, time.Since(begun), limits.Patience)
				}
			})
		}
		synctest.Wait()
		begun := time.Now()
		if err := g.Do(context.Background(), "late", func() error { return nil }); !errors.Is(err, gate.ErrBusy) || time.Since(begun) != 0 {
			t.Errorf("behind too many: %v after %s, want ErrBusy at once", err, time.Since(begun))
		}
		waiting.Wait()
		release()
		synctest.Wait()
		if err := g.Do(context.Background(), "late", func() error { return nil }); err != nil {
			t.Errorf("after the others ended: %v", err)
		}
	})
}

func TestWaitingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := gate.New(limits)
		defer occupy(g, limits.AtOnce)()
		ctx, cancel := context.WithTimeout(context.Background(), limits.Patience/2)
		defer cancel()
		err := g.Do(ctx, "somebody", func() error { return nil })
		if !errors.Is(err, gate.ErrBusy) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("after the context ended: %v, want ErrBusy for that reason", err)
		}
	})
}

func TestAPanicGivesThePlaceBack(t *testing.T) {
	t.Parallel()
	g := gate.New(gate.Limits{AtOnce: 1, PerPerson: 1, Waiting: 0, Patience: time.Second})
	func() {
		defer func() { _ = recover() }()
		_ = g.Do(context.Background(), "somebody", func() error { panic("bad input") })
	}()
	if err := g.Do(context.Background(), "somebody", func() error { return nil }); err != nil {
		t.Errorf("after a panic: %v", err)
	}
}
