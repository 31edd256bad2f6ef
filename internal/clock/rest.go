package clock

import "time"

// Rest is the day of each week on which nobody works for the market: 1 for Monday to 7; 0: there is none.
type Rest int

// After is the day so many working days after day. With none it is day itself or, of a day of rest, the one that follows.
func (r Rest) After(day time.Time, working int) time.Time { return r.move(day, working, 1) }

// Before is the day so many working days before day, as After is after it.
func (r Rest) Before(day time.Time, working int) time.Time { return r.move(day, working, -1) }

func (r Rest) move(day time.Time, working, step int) time.Time {
	for ; working > 0 || r.on(day); day = day.AddDate(0, 0, step) {
		if !r.on(day.AddDate(0, 0, step)) {
			working--
		}
	}
	return day
}

func (r Rest) on(day time.Time) bool { return int(day.Weekday()+6)%7+1 == int(r) }
