package settings

import (
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/settings"
	"github.com/souk-taawon/souk/storefront/ui"
)

// group is a part of the form: fields with a title, association.settings.<name>, and a text below it.
type group struct {
	Name string
	Rows []row
}

// row is a field, or some that stand beside each other; Within is what they are about, if there are several such rows.
type row struct {
	Within string
	Fields []settings.Field
}

// groupsOf lays the form out.
func groupsOf(values []settings.Value) []group {
	var groups []group
	for _, v := range values {
		if len(groups) == 0 || groups[len(groups)-1].Name != v.Group {
			groups = append(groups, group{Name: v.Group})
		}
		g := &groups[len(groups)-1]
		if n := len(g.Rows); n > 0 {
			last := g.Rows[n-1]
			if before := last.Fields[len(last.Fields)-1]; v.Within == last.Within && (v.Within != "" || v.Beside && before.Beside) {
				g.Rows[n-1].Fields = append(last.Fields, v.Field)
				continue
			}
		}
		g.Rows = append(g.Rows, row{Within: v.Within, Fields: []settings.Field{v.Field}})
	}
	return groups
}

// said is what a field is called: as those that are the same for other things.
func said(f settings.Field) string { return strings.TrimSuffix(f.Name, "_"+f.Within) }

// gapWords say where some orders cannot be paid.
func gapWords(p ui.Page, v settingsView) []string {
	if v.Everywhere > 0 {
		return []string{p.T("association.settings.gap_everywhere", "Above", p.L.Money(v.Everywhere))}
	}
	words := make([]string, len(v.Gaps))
	for i, gap := range v.Gaps {
		zone := ui.ZoneName(p.L, v.Zones, gap.Zone)
		if words[i] = p.T("association.settings.gap_above", "Zone", zone, "Above", p.L.Money(gap.Above)); gap.Above == 0 {
			words[i] = p.T("association.settings.gap_whole", "Zone", zone)
		}
	}
	return words
}

// input is how a field is typed; kept is what it is kept with.
func input(p ui.Page, kept settings.Kept, f settings.Field) ui.Field {
	field := ui.Field{Name: f.Name, Label: p.T("association.settings." + said(f)), LTR: true, Autocomplete: "off"}
	if f.Hint {
		field.Hint = p.T("association.settings." + f.Name + "_hint")
	}
	switch f.Kind {
	case settings.Line, settings.Lines:
		field.LTR, field.Autocomplete, field.Optional, field.Max = false, "", !f.Stays || kept.Value(f.Name).Text == "", 200
		switch {
		case f.Lang == "ar":
			field.Attributes = ui.InArabic
		case f.Kind == settings.Lines:
			field.Attributes = templ.Attributes{"lang": f.Lang}
		case f.Lang != "":
			field.Attributes = templ.Attributes{"lang": f.Lang, "dir": "ltr"}
		}
		if f.Kind == settings.Lines {
			field.Max = 500
		}
	case settings.Phone:
		field.Type, field.Optional, field.Max = "tel", true, 40
	case settings.Email:
		field.Type, field.Optional, field.Max = "email", true, 200
	case settings.RIB:
		field.InputMode, field.Optional, field.Max, field.Attributes = "numeric", true, 40, ui.RIB
	case settings.Sum:
		field.InputMode, field.Max = "decimal", 20
		if f.Within == "" {
			field.Suffix = p.L.Currency()
		}
	case settings.Choice:
		field.Optional = true
	case settings.Percent:
		field.InputMode, field.Max, field.Suffix = "decimal", 12, "%"
	case settings.Share:
		field.InputMode, field.Max, field.Suffix = "numeric", 6, "%"
	default:
		field.InputMode, field.Max = "numeric", 6
	}
	return field
}

// weekdays are what a field that is a day of each week can be.
func weekdays(l *i18n.Locale, f settings.Field) []ui.Option {
	days := []ui.Option{{Value: "0", Label: l.T("association.settings." + f.Name + "_none")}}
	for n := 1; n <= 7; n++ {
		days = append(days, ui.Option{Value: strconv.Itoa(n), Label: l.Weekday(time.Weekday(n % 7))})
	}
	return days
}

// formValues are the settings as the form shows them, by field.
func formValues(l *i18n.Locale, kept settings.Kept) map[string]string {
	values := map[string]string{"shown": kept.Shown().Encode()}
	for _, v := range kept.Values {
		values[v.Name] = v.Text
		switch v.Kind {
		case settings.Phone:
			values[v.Name] = ui.PhoneText(v.Text)
		case settings.RIB:
			values[v.Name] = ui.RIBText(v.Text)
		case settings.Sum, settings.Percent:
			if amount, err := money.Parse(v.Text); err == nil {
				values[v.Name] = ui.Typed(l, amount)
			}
		}
	}
	return values
}

// settingText is what a field says: with its unit, and never nothing.
func settingText(l *i18n.Locale, f settings.Field, value string) string {
	if value == "" {
		return l.T("association.settings.empty")
	}
	switch f.Kind {
	case settings.Percent, settings.Sum:
		amount, err := money.Parse(value)
		if err != nil {
			break
		}
		if f.Kind == settings.Percent {
			return l.T("number.percent", "Number", ui.Typed(l, amount))
		}
		return l.Money(amount)
	case settings.Phone:
		return "\u2066" + ui.PhoneText(value) + "\u2069"
	case settings.RIB:
		return "\u2066" + ui.RIBText(value) + "\u2069"
	case settings.Share:
		return l.T("number.percent", "Number", value)
	case settings.Choice:
		return l.T("association.settings." + said(f) + "_" + value)
	case settings.Weekday:
		for _, day := range weekdays(l, f) {
			if day.Value == value {
				return day.Label
			}
		}
	}
	return ui.Isolate(value)
}
