package report

import (
	"time"

	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/clock"
)

// period is what of the carried sums a filter's days are put together from: whole months, and at each end the days
// that are missing or too many, whichever are fewer.
type period struct {
	from, to string // of months, to excluded
	days     []days
}

// days are added (times 1) or taken away (-1); last is excluded.
type days struct {
	first, last string
	times       int
}

// Days of PostgreSQL: before and after all others, and the one that the sums since the beginning stand under.
const (
	oldest    = "0001-01-01"
	never     = "infinity"
	beginning = "-infinity"
)

// period puts the filter's days together.
func (f Filter) period() period {
	from, to := clock.Day(f.From), clock.Day(f.To)
	first, last := nearestMonth(from), nearestMonth(to)
	p := period{from: oldest, to: never}
	if !f.From.IsZero() {
		p.from = first.Format(time.DateOnly)
	}
	if !f.To.IsZero() {
		p.to = last.Format(time.DateOnly)
	}
	if p.from >= p.to { // all of it lies about one turn of the month
		p.to = p.from
		if from.Before(to) {
			p.add(from, to)
		}
		return p
	}
	if !f.From.IsZero() {
		p.add(from, first)
	}
	if !f.To.IsZero() {
		p.add(last, to)
	}
	return p
}

// add adds the days from a to b, or takes those from b to a away.
func (p *period) add(a, b time.Time) {
	d := days{a.Format(time.DateOnly), b.Format(time.DateOnly), 1}
	if b.Before(a) {
		d = days{d.last, d.first, -1}
	}
	if !a.Equal(b) {
		p.days = append(p.days, d)
	}
}

// ofCooperatives is the period in the sums of cooperatives, which have one of all time.
func (p period) ofCooperatives() (from, to string, d []days) {
	if p.from == oldest && p.to == never {
		return beginning, oldest, nil
	}
	return p.from, p.to, p.days
}

// nearestMonth is the beginning of a month that is nearest to the day.
func nearestMonth(day time.Time) time.Time {
	begun := beginOfMonth(day)
	if next := begun.AddDate(0, 1, 0); next.Sub(day) < day.Sub(begun) {
		return next
	}
	return begun
}

func beginOfMonth(day time.Time) time.Time { return day.AddDate(0, 0, 1-day.Day()) }

// columns are days as arrays of PostgreSQL.
func columns(list []days) (firsts, lasts pq.StringArray, times pq.Int64Array) {
	firsts, lasts, times = pq.StringArray{}, pq.StringArray{}, pq.Int64Array{}
	for _, d := range list {
		firsts, lasts, times = append(firsts, d.first), append(lasts, d.last), append(times, int64(d.times))
	}
	return firsts, lasts, times
}
