package security

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/postgres"
)

// Filter narrows a list of events; its zero value lets all through.
type Filter struct {
	Kinds       []Kind    // none for all
	Person      uuid.UUID // who did it, or whose account it is about
	Account     uuid.UUID // whose account it is about
	Cooperative uuid.UUID
	Address     string
	From, Until time.Time // Until is not included

	Before Place // what comes after this place in the list, the latest first
	Limit  int
}

// Place is where an event stands in a list; the zero Place is before the first.
type Place struct {
	At time.Time
	ID uuid.UUID
}

// Entry is an event as it is read, with the names of whom it is about.
type Entry struct {
	ID            uuid.UUID  `db:"id"`
	Kind          Kind       `db:"kind"`
	By            actor.Kind `db:"by_kind"` // empty for somebody who had not signed in
	ActorID       *uuid.UUID `db:"actor_id"`
	Actor         string     `db:"actor"`
	UserID        *uuid.UUID `db:"user_id"`
	User          string     `db:"user_name"`
	Cooperative   string     `db:"cooperative_slug"`
	CooperativeAR string     `db:"cooperative_ar"`
	CooperativeFR string     `db:"cooperative_fr"`
	Address       string     `db:"address"`
	Agent         string     `db:"agent"`
	Detail        string     `db:"detail"`
	Count         int        `db:"count"`
	At            time.Time  `db:"at"`
}

// Place is where the entry stands.
func (e Entry) Place() Place { return Place{At: e.At, ID: e.ID} }

// List gives the latest events that pass the filter, at most Limit.
func (l *Log) List(ctx context.Context, f Filter) ([]Entry, error) { return list(ctx, l.db, f) }

// atOnce is how many events Each reads at once.
const atOnce = 500

// Each calls fn with every event that passes the filter, the latest first and as the record is at one moment, while
// they are read; an error of fn ends it.
func (l *Log) Each(ctx context.Context, f Filter, fn func(Entry) error) error {
	f.Limit = atOnce
	return postgres.Each(ctx, l.db, func(tx *sqlx.Tx, after Place) (entries []Entry, next Place, err error) {
		f.Before = after
		if entries, err = list(ctx, tx, f); len(entries) == f.Limit {
			next = entries[f.Limit-1].Place()
		}
		return entries, next, err
	}, fn)
}

func list(ctx context.Context, q sqlx.QueryerContext, f Filter) ([]Entry, error) {
	entries := []Entry{}
	if f.Kinds == nil {
		f.Kinds = []Kind{}
	}
	// Who did it and whom it is about are two indexes: each gives its latest, and the latest of both win.
	person := func(column string) string {
		return `(select * from security_events
			where ` + column + ` and (cardinality($1::text[]) = 0 or kind = any($1)) and ($3::uuid is null or cooperative_id = $3) and ($4 = '' or address = $4)
			  and ($5::timestamptz is null or at >= $5) and ($6::timestamptz is null or at < $6)
			  and ($7::timestamptz is null or (at, id) < ($7, $8::uuid))
			order by at desc, id desc limit $9)`
	}
	from := person(`$2::uuid is null`)
	switch {
	case f.Account != uuid.Nil:
		f.Person, from = f.Account, person(`user_id = $2`)
	case f.Person != uuid.Nil:
		from = person(`actor_id = $2`) + ` union ` + person(`user_id = $2`)
	}
	err := sqlx.SelectContext(ctx, q, &entries, `
		select e.id, e.kind, coalesce(e.actor, '') as by_kind, e.actor_id, coalesce(a.name, '') as actor, e.user_id, coalesce(u.name, '') as user_name,
		       coalesce(c.slug, '') as cooperative_slug, coalesce(c.name_ar, '') as cooperative_ar, coalesce(c.name_fr, '') as cooperative_fr,
		       e.address, e.agent, e.detail, e.count, e.at
		from (`+from+`) e
		left join people a on a.id = e.actor_id
		left join people u on u.id = e.user_id
		left join sellers c on c.id = e.cooperative_id
		order by e.at desc, e.id desc limit $9`,
		pq.Array(f.Kinds), postgres.NullID(f.Person), postgres.NullID(f.Cooperative), f.Address, moment(f.From), moment(f.Until),
		moment(f.Before.At), f.Before.ID, f.Limit)
	if err != nil {
		return nil, fmt.Errorf("list security events: %w", err)
	}
	return entries, nil
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
