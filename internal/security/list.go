package security

import (
	"cmp"
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

// Filter narrows a list of events; its zero value lets all through.
type Filter struct {
	Kinds       []Kind    // none for all
	Person      uuid.UUID // who did it, or whose account it is about
	Account     uuid.UUID // whose account it is about
	Cooperative uuid.UUID
	Address     string
	From, Until time.Time // Until is not included

	Place *keyset.Place // where the list goes on; nil: at its beginning
	Limit int
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

// place is where the entry stands in a list.
func (e Entry) place() keyset.Place { return keyset.Place{At: e.At, ID: e.ID} }

// List gives the events that pass the filter, the latest first and at most Limit.
func (l *Log) List(ctx context.Context, f Filter) ([]Entry, keyset.Turns, error) {
	return list(ctx, l.db, f)
}

// atOnce is how many events Each reads at once.
const atOnce = 500

// Each calls fn with every event that passes the filter, the latest first and as the record is at one moment, while
// they are read; an error of fn ends it.
func (l *Log) Each(ctx context.Context, f Filter, fn func(Entry) error) error {
	f.Limit = atOnce
	return postgres.Each(ctx, l.db, func(tx *sqlx.Tx, after *keyset.Place) ([]Entry, *keyset.Place, error) {
		f.Place = after
		entries, turns, err := list(ctx, tx, f)
		return entries, turns.Next, err
	}, fn)
}

func list(ctx context.Context, q sqlx.QueryerContext, f Filter) ([]Entry, keyset.Turns, error) {
	entries := []Entry{}
	if f.Kinds == nil {
		f.Kinds = []Kind{}
	}
	beyond, direction := f.Place.Way(keyset.Descending)
	from := cmp.Or(f.Place, &keyset.Place{})
	// Who did it and whom it is about are two indexes: each gives its latest, and the latest of both win.
	person := func(column string) string {
		return `(select * from security_events
			where ` + column + ` and (cardinality($1::text[]) = 0 or kind = any($1)) and ($3::uuid is null or cooperative_id = $3) and ($4 = '' or address = $4)
			  and ($5::timestamptz is null or at >= $5) and ($6::timestamptz is null or at < $6)
			  and ($7::timestamptz is null or (at, id) ` + beyond + ` ($7, $8::uuid))
			order by at ` + direction + `, id ` + direction + ` limit $9)`
	}
	found := person(`$2::uuid is null`)
	switch {
	case f.Account != uuid.Nil:
		f.Person, found = f.Account, person(`user_id = $2`)
	case f.Person != uuid.Nil:
		found = person(`actor_id = $2`) + ` union ` + person(`user_id = $2`)
	}
	err := sqlx.SelectContext(ctx, q, &entries, `
		select e.id, e.kind, coalesce(e.actor, '') as by_kind, e.actor_id, coalesce(a.name, '') as actor, e.user_id, coalesce(u.name, '') as user_name,
		       coalesce(c.slug, '') as cooperative_slug, coalesce(c.name_ar, '') as cooperative_ar, coalesce(c.name_fr, '') as cooperative_fr,
		       e.address, e.agent, e.detail, e.count, e.at
		from (`+found+`) e
		-- each by its key, and not all people
		left join lateral (select name from people where id = e.actor_id offset 0) a on true
		left join lateral (select name from people where id = e.user_id offset 0) u on true
		left join lateral (select slug, name_ar, name_fr from sellers where id = e.cooperative_id offset 0) c on true
		order by e.at `+direction+`, e.id `+direction+` limit $9`,
		pq.Array(f.Kinds), postgres.NullID(f.Person), postgres.NullID(f.Cooperative), f.Address, moment(f.From), moment(f.Until),
		moment(from.At), from.ID, f.Limit+1)
	if err != nil {
		return nil, keyset.Turns{}, fmt.Errorf("list security events: %w", err)
	}
	entries, turns := keyset.Cut(entries, f.Place, f.Limit, Entry.place)
	return entries, turns, nil
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
