package storefront

import (
	"sync"
	"time"

	"github.com/valyala/fasthttp"
)

// A body is read whole before anybody is asked whether it is welcome, and stays until it is answered. Small
// ones are bounded by the number of connections; for the others so much is set aside in all.
const (
	smallBody       = 64 << 10  // bytes
	membersBodies   = 128 << 20 // bytes of those who have signed in, at a time
	strangersBodies = 32 << 20  // bytes of everybody else, at a time
	bodiesOfOne     = 4         // of one member, at a time
)

// bodies counts the large bodies that are on their way or being answered.
type bodies struct {
	now func() time.Time

	mu    sync.Mutex
	under map[*fasthttp.RequestHeader]body
}

// body is one of them; bytes is 0 for one that there was no room for.
type body struct {
	person string // who has signed in; "" for a stranger
	bytes  int
	until  time.Time // by then it has come or was cut off
}

func newBodies(now func() time.Time) *bodies {
	return &bodies{now: now, under: make(map[*fasthttp.RequestHeader]body)}
}

// admit sets room aside for the body that a head announces, of most bytes at most, until release; it
// reports whether there is any.
func (b *bodies) admit(header *fasthttp.RequestHeader, person string, most int, within time.Duration) bool {
	length := header.ContentLength()
	if length >= 0 && length <= smallBody || length == identity {
		return true
	}
	if length < 0 || length > most { // one that comes in pieces, or is refused once there is too much of it
		length = most
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	room, own := strangersBodies, 0
	if person != "" {
		room = membersBodies
	}
	for head, other := range b.under {
		switch {
		case other.until.Before(now):
			delete(b.under, head) // its connection ended without a word
		case (other.person == "") == (person == ""):
			room -= other.bytes
			if other.person == person {
				own++
			}
		}
	}
	if room < length || person != "" && own >= bodiesOfOne {
		b.under[header] = body{person: person, until: now.Add(within)}
		return false
	}
	b.under[header] = body{person: person, bytes: length, until: now.Add(within)}
	return true
}

// identity is the content length of a request without a body.
const identity = -2

// release ends what admit set aside. It reports whether there had been room, or none was needed.
func (b *bodies) release(header *fasthttp.RequestHeader) (admitted bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	held, known := b.under[header]
	delete(b.under, header)
	return !known || held.bytes > 0
}
