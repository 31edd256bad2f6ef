package report

import (
	"time"

	"github.com/lib/pq"
)

// period is what of the carried sums a span's days are put together from: whole months, and at each end the days that
// are missing or too many, whichever are fewer; or its days alone, if those are no more.
type period struct {
	from, to string // of months, to excluded
	days     []days
	apart    int // of how many days
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

// period puts the span's days together.
func (s span) period() period {
	p := period{from: oldest, to: never}
	if !s.from.IsZero() {
		first := nearestMonth(s.from)
		p.from = first.Format(time.DateOnly)
		p.add(s.from, first)
	}
	if !s.to.IsZero() {
		last := nearestMonth(s.to)
		p.to = last.Format(time.DateOnly)
		p.add(last, s.to)
	}
	if !s.from.IsZero() && !s.to.IsZero() && daysBetween(s.from, s.to) <= p.apart {
		p = period{from: oldest, to: oldest}
		if s.from.Before(s.to) {
			p.add(s.from, s.to)
		}
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
		p.apart += max(daysBetween(a, b), daysBetween(b, a))
	}
}

// since is what a span's sums lack, or have too much, to be those of another that does not end before it begins: days
// alone. Not ok if one of them has an end that the other has not.
func (s span) since(before span) (p period, ok bool) {
	if s.from.IsZero() != before.from.IsZero() || s.to.IsZero() != before.to.IsZero() {
		return period{}, false
	}
	p = period{from: oldest, to: oldest}
	p.add(s.from, before.from)
	p.add(before.to, s.to)
	return p, true
}

// ofCooperatives are the period's months and days in the sums of cooperatives, which have one of all time, as arguments.
func (p period) ofCooperatives() []any {
	from, to := p.from, p.to
	if from == oldest && to == never {
		from, to = beginning, oldest
	}
	firsts, lasts, times := columns(p.days)
	return []any{from, to, firsts, lasts, times}
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

func daysBetween(a, b time.Time) int { return int(b.Sub(a) / (24 * time.Hour)) }
