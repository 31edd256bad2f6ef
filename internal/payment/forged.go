package payment

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/postgres"
)

// forgedEvery is how long what was forged is counted in memory before it is written: strangers may send as much as they
// like, and each would otherwise cost a transaction. What an instance counted since is not known once it has ended.
const forgedEvery = time.Second

func newForged(db *sqlx.DB, now func() time.Time) *forged {
	return &forged{db: db, now: now, since: make(map[forgedOn]int)}
}

// forged counts what came to the providers' addresses and was not from them.
type forged struct {
	db  *sqlx.DB
	now func() time.Time

	mu    sync.Mutex
	since map[forgedOn]int // not written yet
	timer *time.Timer      // that will write it; nil: there is nothing to write
}

type forgedOn struct {
	provider string
	day      string
}

func (f *forged) count(provider string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.since[forgedOn{provider, f.now().UTC().Format(time.DateOnly)}]++
	if f.timer == nil {
		f.timer = time.AfterFunc(forgedEvery, f.write)
	}
}

// write adds what was counted to what is written; where that fails, it is tried again with what is counted next.
func (f *forged) write() {
	f.mu.Lock()
	counted := f.since
	f.since, f.timer = make(map[forgedOn]int), nil
	f.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err := postgres.InTx(ctx, f.db, func(tx *sqlx.Tx) error {
		for on, n := range counted {
			_, err := tx.ExecContext(ctx, `
				insert into payment_forged as f (provider, day, events) values ($1, $2, $3)
				on conflict (provider, day) do update set events = f.events + excluded.events`, on.provider, on.day, n)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for on, n := range counted {
		f.since[on] += n
	}
}

// Forged is how often something was forged in a provider's name on a day.
type Forged struct {
	Provider string
	Day      time.Time // in UTC
	Events   int
}

// Forged lists it for the last days, the latest first.
func (s *Service) Forged(ctx context.Context, days int) (list []Forged, err error) {
	err = s.db.SelectContext(ctx, &list, `
		select provider, day, events from payment_forged where day > $1::date order by day desc, provider`,
		s.now().UTC().AddDate(0, 0, -days).Format(time.DateOnly))
	if err != nil {
		return nil, fmt.Errorf("payment: what was forged: %w", err)
	}
	return list, nil
}
