package cooperative

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/postgres"
)

// Kind is what an entry of a cooperative's history tells.
type Kind string

// The kinds of entries.
const (
	Decided    Kind = "decision"   // the association brought it into State
	Corrected  Kind = "correction" // Fields of its identity were changed
	RIBChanged Kind = "rib"        // its bank account was entered, changed or taken away
)

// Event is one entry of a cooperative's history.
type Event struct {
	ID        uuid.UUID      `db:"id"`
	Kind      Kind           `db:"kind"`
	State     State          `db:"state"`
	Note      string         `db:"note"`
	Fields    pq.StringArray `db:"fields"`     // by their columns' names, in the form's order
	RIBBefore string         `db:"rib_before"` // the last four digits; empty for no account
	RIBAfter  string         `db:"rib_after"`
	Actor     actor.Kind     `db:"actor"`
	User      string         `db:"user_name"` // of the association's user
	At        time.Time      `db:"at"`
}

// Mark tells an entry from all others of its history; 0 if there is none.
func (e Event) Mark() int64 {
	if e.At.IsZero() {
		return 0
	}
	return e.At.UnixMicro()
}

const selectEvents = `
	select e.id, e.kind, coalesce(e.state, '') as state, e.note, e.fields, e.rib_before, e.rib_after,
	       e.actor, coalesce(u.name, '') as user_name, e.at
	from cooperative_events e
	left join lateral (select name from people where id = e.user_id offset 0) u on true -- each by her key, and not all people
	where e.cooperative_id = $1`

// place is where the entry stands in its history.
func (e Event) place() keyset.Place { return keyset.Place{At: e.At, ID: e.ID} }

// Events is at most limit entries of a cooperative's history from a place on (nil: from the beginning), the latest first.
func (s *Service) Events(ctx context.Context, id uuid.UUID, from *keyset.Place, limit int) (events []Event, turns keyset.Turns, err error) {
	events = []Event{}
	beyond, direction := from.Way(keyset.Descending)
	args, among := []any{id, limit + 1}, ``
	if from != nil {
		args, among = append(args, from.At, from.ID), ` and (e.at, e.id) `+beyond+` ($3, $4)`
	}
	err = s.db.SelectContext(ctx, &events, selectEvents+among+`
		order by e.at `+direction+`, e.id `+direction+` limit $2`, args...)
	if err != nil {
		return nil, turns, fmt.Errorf("events of cooperative: %w", err)
	}
	events, turns = keyset.Cut(events, from, limit, Event.place)
	return events, turns, nil
}

// Last is the latest entry of that kind in a cooperative's history; empty if there is none.
func (s *Service) Last(ctx context.Context, id uuid.UUID, kind Kind) (Event, error) {
	var e Event
	err := s.db.GetContext(ctx, &e, selectEvents+` and e.kind = $2
		order by e.at desc, e.id desc limit 1`, id, kind)
	if err != nil && !postgres.NoRows(err) {
		return Event{}, fmt.Errorf("last event of cooperative: %w", err)
	}
	return e, nil
}

// MomentTx is the time of what is recorded now of a cooperative: at, or just after whatever was recorded of
// it last, also if that came from a clock that is ahead. What is recorded of one cooperative takes turns
// from here on, until tx ends. ErrNotFound if there is no such cooperative.
func MomentTx(ctx context.Context, tx *sqlx.Tx, id uuid.UUID, at time.Time) (time.Time, error) {
	err := tx.GetContext(ctx, &at, `
		insert into cooperative_moments (cooperative_id, at) values ($1, $2)
		on conflict (cooperative_id) do update set at = moment_after(excluded.at, cooperative_moments.at)
		returning at`, id, at)
	if postgres.Violates(err, "cooperative_moments_cooperative_id_fkey") {
		return at, ErrNotFound.Wrap(err)
	}
	if err != nil {
		return at, fmt.Errorf("moment of cooperative: %w", err)
	}
	return at, nil
}

// MomentsTx is MomentTx for several cooperatives, each of which there has to be: what is recorded of each, at
// its time.
func MomentsTx(ctx context.Context, tx *sqlx.Tx, at map[uuid.UUID]time.Time) (map[uuid.UUID]time.Time, error) {
	ids, times := make([]uuid.UUID, 0, len(at)), make([]time.Time, 0, len(at))
	for id, t := range at {
		ids, times = append(ids, id), append(times, t)
	}
	var rows []struct {
		ID uuid.UUID
		At time.Time
	}
	err := tx.SelectContext(ctx, &rows, `
		insert into cooperative_moments (cooperative_id, at)
		select id, at from unnest($1::uuid[], $2::timestamptz[]) as given (id, at) order by id
		on conflict (cooperative_id) do update set at = moment_after(excluded.at, cooperative_moments.at)
		returning cooperative_id as id, at`, pq.Array(ids), pq.Array(times))
	if err != nil {
		return nil, fmt.Errorf("moments of cooperatives: %w", err)
	}
	moments := make(map[uuid.UUID]time.Time, len(rows))
	for _, r := range rows {
		moments[r.ID] = r.At
	}
	return moments, nil
}

// appendEvent adds e, done by by, to the history of a cooperative, after all that is in it.
func appendEvent(ctx context.Context, tx *sqlx.Tx, id uuid.UUID, e Event, by actor.Actor) error {
	at, err := MomentTx(ctx, tx, id, e.At)
	if err != nil {
		return err
	}
	if e.Fields == nil {
		e.Fields = pq.StringArray{}
	}
	_, err = tx.ExecContext(ctx, `
		insert into cooperative_events (id, cooperative_id, kind, state, note, fields, rib_before, rib_after, actor, user_id, at)
		values ($1, $2, $3, nullif($4, ''), $5, $6, $7, $8, $9, $10, $11)`,
		postgres.NewID(), id, e.Kind, e.State, e.Note, e.Fields, e.RIBBefore, e.RIBAfter,
		by.Kind, by.UserID(), at)
	return err
}
