package association

import (
	"net/url"
	"time"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/text"
)

// Day is midnight in the market's zone of the day that t falls on.
func Day(t time.Time) time.Time {
	year, month, dayOfMonth := t.In(clock.Zone).Date()
	return time.Date(year, month, dayOfMonth, 0, 0, 0, 0, clock.Zone)
}

// Span is a number of days, both ends included; a zero end is open.
type Span struct{ From, To time.Time }

// Days is how many days a closed span has.
func (s Span) Days() int {
	if s.From.IsZero() || s.To.IsZero() {
		return 0
	}
	const hours = 24
	return int(s.To.Sub(s.From).Round(hours*time.Hour).Hours())/hours + 1 // a day of the clock's change has 23 or 25
}

// Before is as many days just before the span; ok is false for one that is open.
func (s Span) Before() (b Span, ok bool) {
	n := s.Days()
	if n == 0 {
		return Span{}, false
	}
	return Span{s.From.AddDate(0, 0, -n), s.From.AddDate(0, 0, -1)}, true
}

// Until is the moment at which a span is over.
func (s Span) Until() time.Time {
	if s.To.IsZero() {
		return time.Time{}
	}
	return s.To.AddDate(0, 0, 1)
}

// ReadSpan reads the fields from and to; an empty one leaves its side open.
func ReadSpan(query url.Values) (Span, error) {
	wrong := fault.New(fault.Invalid, "association.filter.wrong")
	read := func(field string) time.Time {
		value := query.Get(field)
		if value == "" {
			return time.Time{}
		}
		day, ok := text.Day(value)
		if !ok {
			wrong.Field(field, "association.filter.no_day", "Value", value)
			return time.Time{}
		}
		return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, clock.Zone)
	}
	s := Span{From: read("from"), To: read("to")}
	if !s.To.IsZero() && s.To.Before(s.From) {
		wrong.Field("to", "association.filter.backwards")
	}
	if len(wrong.Fields) > 0 {
		return Span{}, wrong
	}
	return s, nil
}

// DateValue writes a day as a date field holds it.
func DateValue(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}
