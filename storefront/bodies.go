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
	bodiesOfBearer  = 1         // of a stranger with one link, at a time
)

// bodies counts the large bodies that are on their way or being answered.
type bodies struct {
	now func() time.Time

	mu    sync.Mutex
	under map[*fasthttp.RequestHeader]body
}

// body is one that is on its way or being answered. What its head said is kept, since the server forgets
// it when the body cannot be read.
type body struct {
	method, path string
	person       string    // who has signed in; "" for a stranger
	bearer       string    // the link that lets a stranger send so much; "" where none is needed
	noSession    error     // why nobody has, where only who has signed in may send as much
	bytes        int       // set aside for it
	refused      bool      // there was no room for it
	until        time.Time // by then it has come or was cut off
}

func newBodies(now func() time.Time) *bodies {
	return &bodies{now: now, under: make(map[*fasthttp.RequestHeader]body)}
}

// admit sets room aside for the body that a head announces, of most bytes at most, until release; it
// reports whether there is any. coming says whose it is and within what time it comes.
func (b *bodies) admit(header *fasthttp.RequestHeader, coming body, most int, within time.Duration) bool {
	length := header.ContentLength()
	if length == identity || length == 0 {
		return true
	}
	if length < 0 || length > most { // one that comes in pieces, or is refused once there is too much of it
		length = most
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	coming.until = now.Add(within)
	if length > smallBody {
		coming.bytes = length
		coming.refused = !b.hasRoom(coming, now)
	}
	if coming.refused {
		coming.bytes = 0
	}
	b.under[header] = coming
	return !coming.refused
}

// hasRoom reports whether there is room for one more large body.
func (b *bodies) hasRoom(coming body, now time.Time) bool {
	room, own, most := strangersBodies, 0, bodiesOfBearer
	if coming.person != "" {
		room, most = membersBodies, bodiesOfOne
	}
	for head, other := range b.under {
		switch {
		case other.until.Before(now):
			delete(b.under, head) // its connection ended without a word
		case other.bytes > 0 && (other.person == "") == (coming.person == ""):
			room -= other.bytes
			if other.person == coming.person && (coming.person != "" || other.bearer == coming.bearer) {
				own++
			}
		}
	}
	return room >= coming.bytes && (coming.person == "" && coming.bearer == "" || own < most)
}

// What the content length of a request says beside a number.
const (
	inPieces = -1 // it comes in pieces, until the last
	identity = -2 // there is no body
)

// release ends what admit set aside, and gives what was known of it; ok is false for a request without a
// body.
func (b *bodies) release(header *fasthttp.RequestHeader) (_ body, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	was, ok := b.under[header]
	delete(b.under, header)
	return was, ok
}
