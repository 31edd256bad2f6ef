package security

import (
	"sync"
	"time"

	"github.com/google/uuid"
)

// What Note keeps at most in one instance: of one person or network address in a minute, and of all
// strangers together in an hour. At 300 bytes an event the strangers' share of a year is 3 GB.
const (
	perMinute = 12
	perHour   = 1200
)

// budget counts what was noted in this minute and this hour.
type budget struct {
	mu           sync.Mutex
	minute, hour time.Time
	spent        map[string]int // in this minute, of each person or address; no more of these than may be kept
	strangers    int            // in this hour
	dropped      int            // since the last minute began
}

// take says whether e may be kept, and how many could not be in the minutes before this one.
func (b *budget) take(e Event, at time.Time) (kept bool, dropped int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if minute := at.Truncate(time.Minute); !minute.Equal(b.minute) {
		b.minute = minute
		clear(b.spent)
		dropped, b.dropped = b.dropped, 0
	}
	if hour := at.Truncate(time.Hour); !hour.Equal(b.hour) {
		b.hour, b.strangers = hour, 0
	}
	who, stranger := e.Actor.String(), e.Actor == uuid.Nil
	if stranger {
		who = e.Address
	}
	if b.spent[who] >= perMinute || stranger && b.strangers >= perHour {
		b.dropped++
		return false, dropped
	}
	b.spent[who]++
	if stranger {
		b.strangers++
	}
	return true, dropped
}
