package association

import (
	"strings"

	"github.com/a-h/templ"

	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/ui"
)

// The colours of states, by the stylesheet's names: waiting, on its way, done, given up, over.
func orderColour(state order.State) string {
	switch state {
	case order.StatePlaced:
		return "wait"
	case order.StateConfirmed, order.StateDispatched:
		return "nila"
	case order.StateDelivered:
		return "ok"
	case order.StateRefused:
		return "bad"
	}
	return ""
}

func partColour(state order.PartState) string {
	switch state {
	case order.PartPlaced:
		return "wait"
	case order.PartAccepted, order.PartReady:
		return "nila"
	case order.PartHandedOver, order.PartDelivered:
		return "ok"
	case order.PartDeclined, order.PartRefused:
		return "bad"
	}
	return ""
}

func cooperativeColour(state cooperative.State) string {
	switch state {
	case cooperative.Pending:
		return "wait"
	case cooperative.Approved:
		return "ok"
	}
	return "bad"
}

// typed writes an amount as the reader would type it into a field: «1250», «12,50».
func typed(l *i18n.Locale, a money.Amount) string {
	if a%100 == 0 {
		return a.String()[:len(a.String())-len(".00")]
	}
	return l.Decimal(float64(a)/100, 2)
}

// withAll puts the choice of everything before a list.
func withAll(label string, list []ui.Option) []ui.Option {
	return append([]ui.Option{{Label: label}}, list...)
}

// currentIf marks the chip that was chosen.
func currentIf(yes bool) templ.Attributes {
	if !yes {
		return nil
	}
	return templ.Attributes{"aria-current": "true"}
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
