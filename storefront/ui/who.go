package ui

import "github.com/souk-taawon/souk/internal/actor"

// Who is who did something, for a history: by name where one is known, and otherwise by what they are to the
// market.
func Who(p Page, by actor.Kind, name string) string {
	if name != "" {
		return name
	}
	return p.T(by.Key())
}
