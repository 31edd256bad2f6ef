package i18n

import (
	"strconv"
	"time"

	"github.com/souk-taawon/souk/internal/clock"
)

// Dates are told in the market's own time zone. Those without a year have it once it is another than that of the bundle's
// clock.

// Date writes weekday, day and month: «الخميس 26 نونبر».
func (l *Locale) Date(t time.Time) string { return l.near("date.full", t) }

// ShortDate writes day and month: «26 نونبر».
func (l *Locale) ShortDate(t time.Time) string { return l.near("date.short", t) }

// DayAndMonth writes those alone, where the year stands beside.
func (l *Locale) DayAndMonth(t time.Time) string { return l.date("date.short", t) }

// LongDate writes day, month and year.
func (l *Locale) LongDate(t time.Time) string { return l.date("date.long", t) }

// DateTime writes day, month and time of day.
func (l *Locale) DateTime(t time.Time) string { return l.near("date.time", t) }

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
	return l.write(key, t, l.months[t.In(clock.Zone).Month()-1])
}

// near is date, with the year where it would be missed.
func (l *Locale) near(key string, t time.Time) string {
	if now := l.now.Load(); now != nil && t.In(clock.Zone).Year() != (*now)().In(clock.Zone).Year() {
		return l.write(key, t, l.Month(t))
	}
	return l.date(key, t)
}

func (l *Locale) write(key string, t time.Time, month string) string {
	t = t.In(clock.Zone)
	return l.T(key, "Weekday", l.weekdays[t.Weekday()], "Day", l.DayOfMonth(t), "Month", month, "Year", t.Year(), "Clock", t.Format("15:04"))
}
