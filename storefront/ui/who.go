package ui

import (
	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/i18n"
)

// Who is who did something, for a history: by name where one is known, and otherwise by what they are to the
// market.
func Who(l *i18n.Locale, by actor.Kind, name string) string {
	if name != "" {
		return name
	}
	return l.T(by.Key())
}
