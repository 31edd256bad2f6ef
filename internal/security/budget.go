package security

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/actor"
)

// What Note keeps at most in one instance, of each kind by itself: refusals, which cost strangers nothing,
// must not hide guesses. What strangers do about somebody's account is counted by that account. At 300
// bytes an event their share of a year is 10 GB.
const (
	perMinute   = 12  // of one person who has signed in, one account or one network address
	perHour     = 400 // about no account, of all strangers
	perAccount  = 60  // about one account, in an hour
	perAccounts = 600 // about all accounts, in an hour; but the first few of each are kept all the same
	first       = 6
)

// budget counts what was noted in this minute and this hour.
type budget struct {
	mu           sync.Mutex
	minute, hour time.Time
	inMinute     map[spender]int // no more of these than may be kept
	inHour       map[spender]int
	dropped      map[Kind]int // since the last minute began
}

// spender is whom events of a kind are counted for: the id of a person or an account, an address, or all.
type spender struct {
	kind Kind
	who  string
}

// newBudget makes a budget of which nothing is spent.
func newBudget() budget {
	return budget{inMinute: make(map[spender]int), inHour: make(map[spender]int), dropped: make(map[Kind]int)}
}

// take says whether e may be kept, and how many of each kind could not be in the minutes before this one.
func (b *budget) take(e Event, at time.Time) (kept bool, dropped []Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if minute := at.Truncate(time.Minute); !minute.Equal(b.minute) {
		b.minute = minute
		clear(b.inMinute)
		for _, kind := range slices.Sorted(maps.Keys(b.dropped)) {
			dropped = append(dropped, Event{Kind: NotKept, Actor: actor.OfSystem(), Detail: string(kind), Count: b.dropped[kind]})
		}
		clear(b.dropped)
	}
	if hour := at.Truncate(time.Hour); !hour.Equal(b.hour) {
		b.hour = hour
		clear(b.inHour)
	}
	if !b.spend(e) {
		b.dropped[e.Kind]++
		return false, dropped
	}
	return true, dropped
}

// spend counts e if there is room for it.
func (b *budget) spend(e Event) bool {
	who, all := spender{e.Kind, e.Address}, spender{e.Kind, "all"}
	room := b.inHour[all] < perHour
	switch {
	case e.Actor != actor.Actor{}:
		who.who, room = e.Actor.User.String(), true
	case e.User != uuid.Nil:
		who.who, all.who = e.User.String(), "all accounts"
		room = b.inHour[who] < perAccount && (b.inHour[all] < perAccounts || b.inHour[who] < first)
	}
	if !room || b.inMinute[who] >= perMinute {
		return false
	}
	b.inMinute[who]++
	if e.Actor == (actor.Actor{}) {
		b.inHour[who]++
		b.inHour[all]++
	}
	return true
}
