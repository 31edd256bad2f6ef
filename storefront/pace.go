package storefront

import "time"

// Whoever sends a long body or takes a long answer may be slow: a telephone in the hills needs minutes for what
// others have in a second. As long as it gets on it is waited for; whoever holds a place for nothing is not.
const (
	slowest = 8 << 10          // bytes a second that get on
	stalled = 20 * time.Second // for the next piece of a body: a telephone that lost its network must not keep the room of its next try
	longest = time.Hour        // for a body or an answer in all
)

// piece is how many bytes of an answer are sent before it is asked how it gets on.
const piece = 64 << 10

// unsent is how many bytes of answers the kernel keeps for a connection; it sets aside twice as much. A few
// megabytes, as it would by itself, take a slow reader minutes, in which nothing is seen of her getting on.
const unsent = 128 << 10

// atSlowest is how long so many bytes may take, beside the time that is given to begin with.
func atSlowest(bytes int) time.Duration { return time.Duration(bytes) * time.Second / slowest }

// pace is by when what passes over a connection has to pass. The zero value says nothing of it.
type pace struct {
	patience   time.Duration // for the next piece
	ends, last time.Time     // for no more than has passed until now; for all
}

// newPace is that of a body or an answer which begins now, and has until ends if none of it passes.
func newPace(patience time.Duration, ends time.Time) pace {
	return pace{patience, ends, time.Now().Add(longest)}
}

// next is by when something more has to pass.
func (p *pace) next() time.Time {
	next := time.Now().Add(p.patience)
	for _, bound := range []time.Time{p.ends, p.last} {
		if bound.Before(next) {
			next = bound
		}
	}
	return next
}

// passed gives more time for the bytes that have passed.
func (p *pace) passed(bytes int) { p.ends = p.ends.Add(atSlowest(bytes)) }
