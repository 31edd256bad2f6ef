package i18n

import (
	"strconv"
	"time"

	"github.com/souk-taawon/souk/internal/clock"
)

// Dates are told in the market's own time zone.

// Date writes weekday, day and month: «الخميس 26 نونبر».
func (l *Locale) Date(t time.Time) string { return l.date("date.full", t) }

// ShortDate writes day and month: «26 نونبر».
func (l *Locale) ShortDate(t time.Time) string { return l.date("date.short", t) }

// LongDate writes day, month and year.
func (l *Locale) LongDate(t time.Time) string { return l.date("date.long", t) }

// DateTime writes day, month and time of day.
func (l *Locale) DateTime(t time.Time) string { return l.date("date.time", t) }

// Month writes month and year.
func (l *Locale) Month(t time.Time) string { return l.date("date.month", t) }

// MonthName writes the month alone; 1 is January.
func (l *Locale) MonthName(month int) string {
	if month < 1 || month > 12 {
		return ""
	}
	return l.months[month-1]
}

// Weekday writes the day of the week alone.
func (l *Locale) Weekday(day time.Weekday) string { return l.weekdays[day] }

// DayOfMonth writes the day of the month alone: «1er», but «2».
func (l *Locale) DayOfMonth(t time.Time) string {
	if t = t.In(clock.Zone); t.Day() == 1 {
		return l.T("date.first")
	}
	return strconv.Itoa(t.Day())
}

func (l *Locale) date(key string, t time.Time) string {
	t = t.In(clock.Zone)
	return l.T(key, "Weekday", l.weekdays[t.Weekday()], "Day", l.DayOfMonth(t), "Month", l.months[t.Month()-1],
		"Year", t.Year(), "Clock", t.Format("15:04"))
}
