package delivery

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/postgres"
)

// UsualPrepare is how many days of preparation are reckoned with where nothing is chosen yet.
const UsualPrepare = 1

// Round is how many working days it takes from when all parts of an order are together until its buyer has it.
type Round struct {
	Min, Max int
	Fetched  bool       // by the buyer, from when on it is ready: it comes on no other day
	Rest     clock.Rest // on which parts are neither prepared nor handed over, and nothing is brought
}

// Stage is how far one cooperative's part of an order has come, as far as days go. These are at midnight UTC, as
// everywhere.
type Stage struct {
	Prepare    int       // working days from the cooperative's yes on
	AnswerBy   time.Time // when it has said yes at the latest; only read while HandOverBy is zero
	HandOverBy time.Time // the day on which the association is to have the part, once the cooperative has said yes
	Here       time.Time // the day on which the association got it; zero: it does not have it
}

// Window is the days between which an order comes. The zero Window promises nothing.
type Window struct{ From, To time.Time }

// Equal reports whether two windows are the same days.
func (w Window) Equal(other Window) bool { return w.From.Equal(other.From) && w.To.Equal(other.To) }

// LatestHandOver is the day by which a part of which nobody has said yes is with the association, if all goes as it may.
func (r Round) LatestHandOver(s Stage) time.Time {
	return r.Rest.After(clock.Day(s.AnswerBy), s.Prepare)
}

// Window is the one answer to when an order comes, before it is placed and at each moment after: the time that is left to
// answer, then preparation, then the round. Told is what its buyer was told last. As long as nobody is late the answer
// lies within that. Whoever is late is expected on the next working day, unless what was told leaves more time.
func (r Round) Window(parts []Stage, today time.Time, told Window) Window {
	var first, last time.Time
	for _, p := range parts {
		soonest, latest := r.together(p, today, told)
		first, last = clock.Later(first, soonest), clock.Later(last, latest)
	}
	w := Window{From: r.Rest.After(clock.Later(r.Rest.After(first, r.Min), today), 0), To: r.Rest.After(last, r.longest())}
	if w.To.Before(today) { // all is together, and the round takes as long as it was said to
		w.To = told.To
	}
	if w.To.Before(today) {
		w.To = r.Rest.After(today, r.longest())
	}
	if r.Fetched {
		w.From = w.To
		return w
	}
	if !told.From.Before(w.From) { // all is together early, and the round takes its days all the same
		w.From = told.From
		if to := r.Rest.After(w.From, r.longest()-r.Min); to.Before(told.To) {
			w.To = clock.Later(w.To, to)
		} else {
			w.To = clock.Later(w.To, told.To)
		}
	}
	w.To = clock.Later(w.To, w.From)
	return w
}

// Next is the day after whose end the window has to be looked at again: somebody may be late by then.
func (r Round) Next(parts []Stage, today time.Time, w Window) time.Time {
	next := w.To
	for _, p := range parts {
		if p.Here.IsZero() && !p.HandOverBy.IsZero() {
			if _, day := r.together(p, today, w); day.Before(next) {
				next = day
			}
		}
	}
	return next
}

// together is between which days a part comes to the association.
func (r Round) together(s Stage, today time.Time, told Window) (soonest, latest time.Time) {
	switch {
	case !s.Here.IsZero():
		return s.Here, s.Here
	case s.HandOverBy.IsZero():
		soonest = r.Rest.After(today, s.Prepare)
		return soonest, clock.Later(r.LatestHandOver(s), soonest)
	case !s.HandOverBy.Before(today):
		return s.HandOverBy, s.HandOverBy
	}
	day := r.Rest.Before(told.To, r.longest())
	if day.Before(today) {
		day = r.Rest.After(today, 1)
	}
	return day, day
}

// longest is how long the round takes at most: what comes in at the end of a day goes out on the next.
func (r Round) longest() int {
	if r.Fetched {
		return max(r.Min, 1)
	}
	return max(r.Min, r.Max, 1)
}

// RoundTx is the round of a method for a buyer who lives at place, as tx sees it, with the rest that the order was placed
// under.
func RoundTx(ctx context.Context, tx *sqlx.Tx, method, place string, rest clock.Rest) (Round, error) {
	r := Round{Fetched: method == Pickup, Rest: rest}
	err := tx.QueryRowContext(ctx, `
		select z.days_min, z.days_max from places p join delivery_zones z on z.slug = `+zoneOf+` where p.slug = $1`,
		place, method).Scan(&r.Min, &r.Max)
	if postgres.NoRows(err) {
		return r, refuse("place", "delivery.unknown_place")
	}
	if err != nil {
		return r, fmt.Errorf("delivery: round for %q: %w", place, err)
	}
	return r, nil
}

// zoneOf is the zone that an order to place p ($1) by method $2 is delivered in. Pickup is at the association's, in the
// nearest zone, wherever the buyer lives.
const zoneOf = `case $2 when 'pickup' then (select slug from delivery_zones order by position, slug limit 1) else p.zone end`
