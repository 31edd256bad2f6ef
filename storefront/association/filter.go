package association

import (
	"net/url"
	"slices"
	"time"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/report"
	"github.com/souk-taawon/souk/storefront/ui"
)

// day is midnight in the market's zone of the day that t falls on.
func day(t time.Time) time.Time {
	year, month, dayOfMonth := t.In(clock.Zone).Date()
	return time.Date(year, month, dayOfMonth, 0, 0, 0, 0, clock.Zone)
}

// span is a number of days, both ends included; a zero end is open.
type span struct{ From, To time.Time }

// The spans that have a name, in the order in which they are offered.
const (
	thisMonth = "month"
	lastMonth = "last-month"
	quarter   = "quarter" // this month and the two before it
	year      = "year"    // this month and the eleven before it
	always    = "all"
)

var presets = []string{thisMonth, lastMonth, quarter, year, always}

// preset is the span of that name as of today; ok is false for a name that there is not.
func preset(name string, today time.Time) (s span, ok bool) {
	first := today.AddDate(0, 0, 1-today.Day())
	switch name {
	case thisMonth:
		return span{first, today}, true
	case lastMonth:
		return span{first.AddDate(0, -1, 0), first.AddDate(0, 0, -1)}, true
	case quarter:
		return span{first.AddDate(0, -2, 0), today}, true
	case year:
		return span{first.AddDate(0, -11, 0), today}, true
	case always:
		return span{}, true
	}
	return span{}, false
}

// days is how many days a closed span has.
func (s span) days() int {
	if s.From.IsZero() || s.To.IsZero() {
		return 0
	}
	const hours = 24
	return int(s.To.Sub(s.From).Round(hours*time.Hour).Hours())/hours + 1 // a day of the clock's change has 23 or 25
}

// before is as many days just before the span; ok is false for one that is open.
func (s span) before() (b span, ok bool) {
	n := s.days()
	if n == 0 {
		return span{}, false
	}
	return span{s.From.AddDate(0, 0, -n), s.From.AddDate(0, 0, -1)}, true
}

// salesFilter is what the figures of the dashboard are about.
type salesFilter struct {
	span
	Preset          string // "" for two days of the reader's own choice
	Commune, Sector string
	Women           bool
}

// choices are the values that cooperatives can be filtered by, named in the reader's language.
type choices struct{ Communes, Sectors []ui.Option }

func choicesOf(l *i18n.Locale, cooperatives []cooperative.Cooperative) choices {
	communes, sectors := make(map[string]string), make(map[string]string)
	for _, c := range cooperatives {
		communes[c.Commune], sectors[c.Sector] = l.Text(c.CommuneName), sectorName(l, c.Sector)
	}
	return choices{options(l, communes), options(l, sectors)}
}

// options are the values with their names, in the order of the reader's language.
func options(l *i18n.Locale, names map[string]string) []ui.Option {
	list := make([]ui.Option, 0, len(names))
	for slug, name := range names {
		list = append(list, ui.Option{Value: slug, Label: name})
	}
	order := l.Order()
	slices.SortFunc(list, func(a, b ui.Option) int { return order(a.Label, b.Label) })
	return list
}

func offered(list []ui.Option, value string) bool {
	return slices.ContainsFunc(list, func(o ui.Option) bool { return o.Value == value })
}

// readFilter reads what the address asks for. The form sends the name of the preset that was shown
// together with its days: as long as these were left alone, it is still that preset. Choices that there
// are not are not asked for; days that cannot be used come back as Invalid, by field.
func readFilter(query url.Values, today time.Time, c choices) (salesFilter, error) {
	f := salesFilter{Preset: query.Get("period"), Women: query.Get("women") != ""}
	if commune := query.Get("commune"); offered(c.Communes, commune) {
		f.Commune = commune
	}
	if sector := query.Get("sector"); offered(c.Sectors, sector) {
		f.Sector = sector
	}
	var known bool
	if f.span, known = preset(f.Preset, today); !known {
		f.Preset = quarter
		f.span, _ = preset(quarter, today)
	}
	if !query.Has("from") && !query.Has("to") {
		return f, nil
	}
	if known && query.Get("from") == dateValue(f.From) && query.Get("to") == dateValue(f.To) {
		return f, nil
	}
	own, err := readSpan(query)
	if err != nil {
		return salesFilter{}, err
	}
	f.span, f.Preset = own, ""
	if own == (span{}) {
		f.Preset = always
	}
	return f, nil
}

// readSpan reads the fields from and to; an empty one leaves its side open.
func readSpan(query url.Values) (span, error) {
	wrong := fault.New(fault.Invalid, "association.filter.wrong")
	read := func(field string) time.Time {
		value := query.Get(field)
		if value == "" {
			return time.Time{}
		}
		t, err := time.ParseInLocation(time.DateOnly, value, clock.Zone)
		if err != nil || t.Year() < 2000 || t.Year() > 2999 {
			wrong.Field(field, "association.filter.no_day", "Value", value)
			return time.Time{}
		}
		return t
	}
	s := span{From: read("from"), To: read("to")}
	if !s.To.IsZero() && s.To.Before(s.From) {
		wrong.Field("to", "association.filter.backwards")
	}
	if len(wrong.Fields) > 0 {
		return span{}, wrong
	}
	return s, nil
}

// until is the moment at which a span is over.
func (s span) until() time.Time {
	if s.To.IsZero() {
		return time.Time{}
	}
	return s.To.AddDate(0, 0, 1)
}

func (f salesFilter) report() report.Filter { return f.reportOn(f.span) }

func (f salesFilter) reportOn(s span) report.Filter {
	return report.Filter{From: s.From, To: s.until(), Commune: f.Commune, Sector: f.Sector, WomenOnly: f.Women}
}

// query writes the filter the way readFilter reads it.
func (f salesFilter) query() url.Values {
	query := url.Values{}
	if f.Preset != "" {
		query.Set("period", f.Preset)
	} else {
		query.Set("from", dateValue(f.From))
		query.Set("to", dateValue(f.To))
	}
	if f.Commune != "" {
		query.Set("commune", f.Commune)
	}
	if f.Sector != "" {
		query.Set("sector", f.Sector)
	}
	if f.Women {
		query.Set("women", "yes")
	}
	return query
}

// address is a page about what the filter lets through.
func (f salesFilter) address(path string) string { return path + "?" + f.query().Encode() }

// over is the same filter for a preset.
func (f salesFilter) over(preset string) salesFilter {
	f.Preset = preset
	return f
}

// values are the fields of the filter's form as they stand.
func (f salesFilter) values() map[string]string {
	values := map[string]string{
		"period": f.Preset, "from": dateValue(f.From), "to": dateValue(f.To), "commune": f.Commune, "sector": f.Sector,
	}
	if f.Women {
		values["women"] = "yes"
	}
	return values
}

// dateValue writes a day as a date field holds it.
func dateValue(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

// words says the span in a sentence: «من 1 شتنبر إلى 23 نونبر 2026».
func (s span) words(l *i18n.Locale) string {
	switch {
	case s.From.IsZero() && s.To.IsZero():
		return l.T("association.period.always")
	case s.To.IsZero():
		return l.T("association.period.since", "From", l.LongDate(s.From))
	case s.From.IsZero():
		return l.T("association.period.until", "To", l.LongDate(s.To))
	case s.From.Equal(s.To):
		return l.T("association.period.day", "Day", l.LongDate(s.From))
	case s.From.Year() == s.To.Year():
		return l.T("association.period.between", "From", l.ShortDate(s.From), "To", l.LongDate(s.To))
	}
	return l.T("association.period.between", "From", l.LongDate(s.From), "To", l.LongDate(s.To))
}

// sectorName names what a cooperative makes.
func sectorName(l *i18n.Locale, sector string) string {
	key := "association.sector." + sector
	if name := l.T(key); name != key {
		return name
	}
	return sector // one that nobody has translated yet
}
