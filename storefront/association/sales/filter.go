package sales

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/report"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

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
func preset(name string, today time.Time) (s association.Span, ok bool) {
	first := today.AddDate(0, 0, 1-today.Day())
	switch name {
	case thisMonth:
		return association.Span{From: first, To: today}, true
	case lastMonth:
		return association.Span{From: first.AddDate(0, -1, 0), To: first.AddDate(0, 0, -1)}, true
	case quarter:
		return association.Span{From: first.AddDate(0, -2, 0), To: today}, true
	case year:
		return association.Span{From: first.AddDate(0, -11, 0), To: today}, true
	case always:
		return association.Span{}, true
	}
	return association.Span{}, false
}

// salesFilter is what the figures of the dashboard are about.
type salesFilter struct {
	association.Span
	Preset          string // "" for two days of the reader's own choice
	Commune, Sector string
	Women           bool
}

// asked is what a page was asked to tell of. With a filter that cannot be used it has a form only.
type asked struct {
	Filter  salesFilter
	Form    ui.Form
	Choices choices
	Usable  bool
	Today   time.Time
}

// status is that of the page.
func (a asked) status() int {
	if !a.Usable {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// asked reads the filter of the request, and what it can choose from; a filter that cannot be used is told in the form.
func (h *Handler) asked(r *web.Request) (asked, error) {
	a, err := h.filtered(r)
	if f := fault.As(err); f != nil && f.Kind == fault.Invalid {
		a.Form, err = association.FormOf(r.Locale, r.QueryValues(), f), nil
	}
	return a, err
}

// filtered is asked, with a filter that cannot be used as an error.
func (h *Handler) filtered(r *web.Request) (a asked, err error) {
	if a.Choices, err = h.choices(r); err != nil {
		return a, err
	}
	a.Today = association.Day(h.Now())
	a.Filter, err = readFilter(r.QueryValues(), a.Today, a.Choices)
	a.Usable = err == nil
	a.Form.Values = a.Filter.values()
	return a, err
}

// choices are the values that cooperatives can be filtered by, named in the reader's language.
type choices struct{ Communes, Sectors []ui.Option }

// choices reads what there are cooperatives of.
func (h *Handler) choices(r *web.Request) (choices, error) {
	places, err := h.Cooperatives.Communes(r.Context())
	if err != nil {
		return choices{}, err
	}
	kinds, err := h.Cooperatives.Sectors(r.Context())
	if err != nil {
		return choices{}, err
	}
	communes, sectors := make(map[string]string), make(map[string]string)
	for slug, name := range places {
		communes[slug] = r.Locale.Text(name)
	}
	for _, sector := range kinds {
		if sector.Taken {
			sectors[sector.Slug] = r.Locale.Text(sector.Name)
		}
	}
	return choices{association.Options(r.Locale, communes), association.Options(r.Locale, sectors)}, nil
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
	if f.Span, known = preset(f.Preset, today); !known {
		f.Preset = quarter
		f.Span, _ = preset(quarter, today)
	}
	if !query.Has("from") && !query.Has("to") {
		return f, nil
	}
	if known && query.Get("from") == association.DateValue(f.From) && query.Get("to") == association.DateValue(f.To) {
		return f, nil
	}
	own, err := association.ReadSpan(query)
	if err != nil {
		return salesFilter{}, err
	}
	f.Span, f.Preset = own, ""
	if own == (association.Span{}) {
		f.Preset = always
	}
	return f, nil
}

func (f salesFilter) report() report.Filter { return f.reportOn(f.Span) }

func (f salesFilter) reportOn(s association.Span) report.Filter {
	return report.Filter{From: s.From, To: s.Until(), Commune: f.Commune, Sector: f.Sector, WomenOnly: f.Women}
}

// query writes the filter the way readFilter reads it.
func (f salesFilter) query() url.Values {
	query := web.Values(map[string]string{"period": f.Preset, "commune": f.Commune, "sector": f.Sector})
	if f.Preset == "" {
		query.Set("from", association.DateValue(f.From))
		query.Set("to", association.DateValue(f.To))
	}
	if f.Women {
		query.Set("women", "yes")
	}
	return query
}

// fileName is name with what the filter lets through, so that two exports are two files.
func (f salesFilter) fileName(name string) string {
	women := ""
	if f.Women {
		women = "women"
	}
	return association.FileName(name, association.DateValue(f.From), association.DateValue(f.To), f.Commune, f.Sector, women)
}

// address is a page about what the filter lets through.
func (f salesFilter) address(path string) string { return web.Address(path, f.query()) }

// over is the same filter for a preset.
func (f salesFilter) over(preset string) salesFilter {
	f.Preset = preset
	return f
}

// values are the fields of the filter's form as they stand.
func (f salesFilter) values() map[string]string {
	values := map[string]string{
		"period": f.Preset, "from": association.DateValue(f.From), "to": association.DateValue(f.To), "commune": f.Commune, "sector": f.Sector,
	}
	if f.Women {
		values["women"] = "yes"
	}
	return values
}
