package members

import (
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/storefront/ui"
)

// keptNow says what a field holds that somebody else changed.
func keptNow(l *i18n.Locale, value string) string {
	if value == "" {
		return l.T("association.correct.now_empty")
	}
	return l.T("association.correct.now", "Value", value)
}

// savedFirst says who changed the cooperative meanwhile, and when.
func savedFirst(l *i18n.Locale, e cooperative.Event) string {
	return l.T("association.correct.changed", "Name", ui.Who(l, e.Actor, e.User), "When", l.DateTime(e.At))
}
