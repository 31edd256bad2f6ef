package association

import "github.com/souk-taawon/souk/internal/i18n"

// Words says the span in a sentence: «من 1 شتنبر إلى 23 نونبر 2026».
func (s Span) Words(l *i18n.Locale) string {
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
		return l.T("association.period.between", "From", l.DayAndMonth(s.From), "To", l.LongDate(s.To))
	}
	return l.T("association.period.between", "From", l.LongDate(s.From), "To", l.LongDate(s.To))
}
