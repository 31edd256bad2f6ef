package returns

import (
	"cmp"
	"slices"

	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/storefront/ui"
)

// refundState is what is to be done about it, and its colour.
func refundState(p ui.Page, r order.RefundToGive) (label, colour string) {
	switch {
	case r.Held:
		return p.T("association.refunds.held"), "wait"
	case r.State == payment.Failed:
		return p.T("association.refunds.failed"), "bad"
	case r.Waits():
		return p.T("association.refunds.by_hand"), "warn"
	case r.Otherwise != "":
		return p.T("association.refunds.otherwise"), "wait"
	case r.Postponed:
		return p.T("association.refunds.postponed"), "warn"
	}
	return p.T("association.refunds.asked"), ""
}

// otherMeans are the means by which it can be given from now on; none if its provider is asked for it, and has not put it
// off.
func (v refundsView) otherMeans(p ui.Page, r order.RefundToGive) (options []ui.Option) {
	if r.Held || !r.Waits() && !r.Postponed && r.State != payment.Failed {
		return nil
	}
	names := v.ByHand
	if !r.Postponed && !slices.Contains(names, r.Provider) {
		names = append([]string{r.Provider}, names...)
	}
	for _, name := range names {
		if r.State == payment.Failed || name != cmp.Or(r.Otherwise, r.Means) {
			options = append(options, ui.Option{Value: name, Label: p.RefundMeans(name)})
		}
	}
	return options
}
