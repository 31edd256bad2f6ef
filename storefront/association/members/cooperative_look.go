package members

import (
	"strings"

	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/i18n"
)

func cooperativeColour(state cooperative.State) string {
	switch state {
	case cooperative.Pending:
		return "wait"
	case cooperative.Approved:
		return "ok"
	}
	return "bad"
}

// eventName is what an entry of a cooperative's history is called, by the end of its key.
func eventName(e cooperative.Event) string {
	switch {
	case e.Kind == cooperative.Decided:
		return string(e.State)
	case e.Kind == cooperative.Corrected:
		return string(e.Kind)
	case e.RIBBefore == "":
		return "rib_added"
	case e.RIBAfter == "":
		return "rib_removed"
	}
	return "rib_changed"
}

// fieldNames lists fields of a cooperative's identity.
func fieldNames(l *i18n.Locale, fields []string) string {
	names := make([]string, len(fields))
	for i, field := range fields {
		names[i] = l.T("association.identity." + field)
	}
	return strings.Join(names, " · ")
}

// ribEnds tells an old bank account from a new one by their last digits.
func ribEnds(l *i18n.Locale, e cooperative.Event) string {
	if e.RIBBefore == "" || e.RIBAfter == "" {
		return l.T("association.event.rib_end", "End", e.RIBBefore+e.RIBAfter)
	}
	return l.T("association.event.rib_ends", "Before", e.RIBBefore, "After", e.RIBAfter)
}
