package clock

import (
	"sync/atomic"
	"time"
)

// Recent keeps what nearly every page shows and hardly anybody changes, so that it is not asked for each
// time: a value that is read anew once it is older than Age. Many may use it at once.
type Recent[T any] struct {
	Age time.Duration

	kept    atomic.Pointer[aged[T]]
	reading atomic.Bool
}

type aged[T any] struct {
	value T
	at    time.Time
}

// Get gives the value as it was Age before now at most. While one caller reads it again the others are
// given what is known, also when read fails: beside its error stands the last value that was read, or the
// zero one.
func (r *Recent[T]) Get(now time.Time, read func() (T, error)) (T, error) {
	kept := r.kept.Load()
	if kept != nil {
		if now.Sub(kept.at) < r.Age || !r.reading.CompareAndSwap(false, true) {
			return kept.value, nil
		}
		defer r.reading.Store(false)
	}
	value, err := read()
	if err != nil {
		if kept != nil {
			return kept.value, err
		}
		return value, err
	}
	r.kept.Store(&aged[T]{value, now})
	return value, nil
}

// Forget lets the next Get read.
func (r *Recent[T]) Forget() { r.kept.Store(nil) }
