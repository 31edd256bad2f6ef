package sales

import "github.com/souk-taawon/souk/internal/i18n"

// sentence says the page in words.
func (v idleView) sentence(l *i18n.Locale) string {
	return l.N("association.idle.sentence", v.All, "Period", v.Filter.Words(l))
}
