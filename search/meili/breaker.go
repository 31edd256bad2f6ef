package meili

import (
	"sync"
	"time"
)

// breaker keeps searches from queueing up behind a server that does not answer: after some failures in a
// row it says no at once, and lets one through from time to time to see.
type breaker struct {
	now func() time.Time

	mu       sync.Mutex
	failures int
	closedAt time.Time // until then nothing is let through
}

const (
	failuresToOpen = 3
	openFor        = 3 * time.Second
)

// allow tells whether the server may be asked.
func (b *breaker) allow() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures < failuresToOpen {
		return true
	}
	if b.now().Before(b.closedAt) {
		return false
	}
	b.closedAt = b.now().Add(openFor) // this one sees; the others wait for what it finds
	return true
}

// report says how it went.
func (b *breaker) report(answered bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if answered {
		b.failures = 0
		return
	}
	b.failures++
	if b.failures >= failuresToOpen {
		b.closedAt = b.now().Add(openFor)
	}
}
