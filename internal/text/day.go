package text

import "time"

// Day reads a day as it is written in Morocco, as browsers without a field for days leave it, or as machines write it, in
// any digits: «31/12/2027», «31-12-2027», «31.12.2027», «2027-12-31». Marks of direction may come along, as in plainSign.
func Day(typed string) (day time.Time, ok bool) {
	typed = Digits(Visible(typed))
	for _, form := range [...]string{time.DateOnly, "2/1/2006", "2-1-2006", "2.1.2006"} {
		if day, err := time.Parse(form, typed); err == nil && day.Year() > 1999 && day.Year() < 2100 {
			return day, true
		}
	}
	return time.Time{}, false
}
