package settings

import (
	"slices"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
)

// CashAt names the choice whether cash is taken at the door in a zone of delivery. Who keeps the zones has one for each.
func CashAt(zone string) string { return "cash_" + zone }

// Gap is a zone where nobody can pay for what is brought there if it comes to more than Above, in centimes; if that is
// zero, for nothing.
type Gap struct {
	Zone  string
	Above money.Amount
}

// Gaps are the zones, the nearest first, for which what is decided leaves some orders without a means of payment, and
// how many zones there are.
func (s *Service) Gaps(kept Kept) (gaps []Gap, zones int) {
	values := make(map[string]string, len(kept.Values))
	for _, v := range kept.Values {
		values[v.Name] = v.Text
	}
	return s.gaps(kept, values)
}

func (s *Service) gaps(kept Kept, values map[string]string) (gaps []Gap, zones int) {
	for _, v := range kept.Values {
		if v.Within == "" || v.Name != CashAt(v.Within) {
			continue
		}
		zones++
		if above, unbound := s.payable(values, values[v.Name] == "yes"); !unbound {
			gaps = append(gaps, Gap{v.Within, above})
		}
	}
	return gaps, zones
}

// payable is the most that an order may come to that can be paid by one of the means that these values offer, cash
// among them if it is taken at the door.
func (s *Service) payable(values map[string]string, cash bool) (most money.Amount, unbound bool) {
	for means, taken := range map[string]bool{"cash": cash, "card": !s.NoCard, "transfer": values["bank_rib"] != ""} {
		if !taken || values[means+"_offered"] == "no" {
			continue
		}
		upTo, err := money.Parse(values[means+"_most"])
		if err != nil || upTo == 0 { // what cannot be read is refused at its field
			return 0, true
		}
		most = max(most, upTo)
	}
	return most, false
}

// checkGaps refuses what leaves nobody to whom something is brought a means of payment.
func (s *Service) checkGaps(kept Kept, values map[string]string, wrong *fault.Error) {
	gaps, zones := s.gaps(kept, values)
	some := len(gaps) < zones || slices.ContainsFunc(gaps, func(g Gap) bool { return g.Above > 0 })
	if zones > 0 && !some && wrong.Fields["cash_offered"].Key == "" {
		wrong.Field("cash_offered", "settings.cash_nowhere")
	}
}
