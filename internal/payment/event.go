package payment

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
)

// EventState is how far an event has come.
type EventState string

// The states of an event.
const (
	EventWaiting EventState = "waiting" // for its job
	EventFailed  EventState = "failed"  // it could not be worked, and is tried again
	EventForeign EventState = "foreign" // of another environment or account, or of what nobody knows; nothing is done
	EventDone    EventState = "done"
)

// EventStates are all of them, those first in which something may have to be done.
func EventStates() []EventState {
	return []EventState{EventFailed, EventWaiting, EventForeign, EventDone}
}

// Told is an event as the association sees it.
type Told struct {
	Key        uuid.UUID // ours
	Provider   string
	ID         string // the provider's
	Kind       string // the provider's word for what it is about
	State      EventState
	Times      int // how often it was told
	Verdict    Verdict
	Error      string     // why it could not be worked, for whoever looks into it; empty if it was, or was not tried
	Fault      string     // the translation key of that; empty if there are no words for it
	ReceivedAt time.Time  `db:"received_at"`
	WorkedAt   *time.Time `db:"worked_at"`
}

// Events lists what providers told, the latest first, of one state or of all (empty), and what the next page goes on
// after: uuid.Nil at the end. after is uuid.Nil for the first page.
func (s *Service) Events(ctx context.Context, state EventState, after uuid.UUID, limit int) (list []Told, next uuid.UUID, err error) {
	if after == uuid.Nil {
		after = uuid.Max
	}
	err = s.db.SelectContext(ctx, &list, `
		select key, provider, id, kind, state, times, coalesce(verdict, '') as verdict, error, fault, received_at, worked_at
		from payment_events where key < $1 and ($2 = '' or state = $2) order by key desc limit $3`, after, state, limit+1)
	if err != nil {
		return nil, uuid.Nil, fmt.Errorf("payment: events: %w", err)
	}
	if len(list) > limit {
		list = list[:limit]
		next = list[limit-1].Key
	}
	return list, next, nil
}

// EventCounts tells how many events there are in each state.
func (s *Service) EventCounts(ctx context.Context) (map[EventState]int, error) {
	var rows []struct {
		State  EventState
		Events int
	}
	err := s.db.SelectContext(ctx, &rows, `select state, sum(events) as events from payment_event_counts group by state`)
	if err != nil {
		return nil, fmt.Errorf("payment: count events: %w", err)
	}
	counts := make(map[EventState]int)
	for _, r := range rows {
		counts[r.State] = r.Events
	}
	return counts, nil
}

// Tellers are the names of the providers that tell of payments by events.
func (s *Service) Tellers() []string {
	return slices.DeleteFunc(slices.Clone(s.names), func(name string) bool {
		_, ok := s.providers[name].(Teller)
		return !ok
	})
}
