package money

import "github.com/souk-taawon/souk/internal/settlement"

// choiceKey is the translation key of what the list can be narrowed to.
func choiceKey(which settlement.Which) string {
	switch which {
	case settlement.Ready:
		return "association.settlement.ready"
	case settlement.NoRIB:
		return "association.settlement.no_rib"
	case settlement.NewRIB:
		return "association.settlement.new_rib"
	}
	return "association.settlement.every"
}
