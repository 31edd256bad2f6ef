package returns

import (
	"time"

	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/ui"
)

// until says how long there is to give the money back, and in which colour.
func until(p ui.Page, r order.Return, now time.Time) (text, colour string) {
	switch {
	case r.EndedAt != nil:
		return p.T("association.returns.ended", "At", p.L.LongDate(*r.EndedAt)), ""
	case r.Settled:
		return p.T("association.returns.settled"), ""
	case r.Disputed:
		return p.T("association.returns.waits"), "warn"
	case !now.Before(r.RefundBy):
		return p.T("association.returns.over", "At", p.L.LongDate(r.RefundBy)), "bad"
	case !now.Before(r.RefundBy.Add(-order.ReturnSoon)):
		return p.T("association.returns.soon", "At", p.L.LongDate(r.RefundBy)), "warn"
	}
	return p.T("association.returns.until", "At", p.L.LongDate(r.RefundBy)), ""
}

// cameBack says what came back of a line.
func cameBack(p ui.Page, l order.ReturnLine) string {
	return p.T("association.returns.came", "Sound", p.L.Number(*l.Sound), "Damaged", p.L.Number(*l.Damaged), "Missing", p.L.Number(*l.Missing))
}

// wanted is how the buyer wants her money back.
func wanted(p ui.Page, r order.Return) string {
	if r.Means == "" {
		return p.T("association.returns.as_paid")
	}
	return p.RefundMeans(r.Means)
}
