package payments

import (
	"time"

	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/storefront/ui"
)

// disputeState is what a dispute's state is called, and its colour.
func disputeState(p ui.Page, d payment.DisputeShown) (label, colour string) {
	switch {
	case d.State == payment.DisputeAsked:
		return p.T("association.disputes.asked"), "wait"
	case d.State == payment.DisputeOpen:
		return p.T("association.disputes.open"), "warn"
	case d.State == payment.DisputeWon:
		return p.T("association.disputes.won"), "ok"
	case d.Left > 0:
		return p.T("association.disputes.to_bear"), "bad"
	}
	return p.T("association.disputes.lost"), ""
}

// followsText says what follows from how a dispute stands.
func followsText(p ui.Page, d payment.DisputeShown) string {
	switch {
	case d.State == payment.DisputeAsked:
		return p.T("association.disputes.now_asked")
	case d.State == payment.DisputeOpen:
		return p.T("association.disputes.now_open")
	case d.State == payment.DisputeWon:
		return p.T("association.disputes.now_won")
	case d.Left > 0:
		return p.T("association.disputes.now_lost", "Amount", p.L.Money(d.Left))
	case d.Bearer == string(order.ByCooperative):
		return p.T("association.disputes.now_cooperatives")
	case d.Bearer == string(order.ByAssociation):
		return p.T("association.disputes.now_association")
	}
	return p.T("association.disputes.now_given")
}

// delivered is when the buyer had the goods; nil: she has not.
func (v disputeView) delivered() *time.Time {
	for _, e := range v.Events {
		if e.PartID == nil && e.State == string(order.StateDelivered) {
			return &e.At
		}
	}
	return nil
}

// lossBearers are who can bear what was lost.
func lossBearers(p ui.Page) []ui.Option {
	return []ui.Option{
		{Value: string(order.ByCooperative), Label: p.T("association.disputes.by_cooperatives"), Hint: p.T("association.disputes.by_cooperatives_hint")},
		{Value: string(order.ByAssociation), Label: p.T("association.disputes.by_association"), Hint: p.T("association.disputes.by_association_hint")},
	}
}
