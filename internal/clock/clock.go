// Package clock tells the days of the market: they begin and end where its people live, whatever
// zone the machine or the database keeps. Start at Day. Recent is for what may be some moments old.
package clock

import (
	"time"
	_ "time/tzdata" // so that Zone is there wherever the program runs
)

// Zone is the market's time zone. It is not simply UTC+1: in Ramadan, Morocco keeps UTC.
var Zone = mustLoad("Africa/Casablanca")

// Day is the day that t falls on in the market's zone, as midnight UTC, which is how days without a
// time are kept everywhere.
func Day(t time.Time) time.Time {
	y, m, d := t.In(Zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// TermEnd is when a term of so many days ends that begins on the day of t: that day is not counted, and the last one is
// over at its midnight, in the market's zone.
func TermEnd(t time.Time, days int) time.Time {
	y, m, d := t.In(Zone).Date()
	return time.Date(y, m, d+days+1, 0, 0, 0, 0, Zone)
}

// Later is the one of two moments, or of two days, that comes after the other.
func Later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func mustLoad(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err) // it is built in
	}
	return zone
}
