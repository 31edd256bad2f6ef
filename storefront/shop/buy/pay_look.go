package buy

import (
	"time"

	"github.com/a-h/templ"

	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/storefront/ui"
)

// timeLeft says how long there is, in the largest unit of which there are some.
func timeLeft(p ui.Page, left time.Duration) string {
	switch {
	case left >= 48*time.Hour:
		return p.N("shop.pay.left_days", int(left/(24*time.Hour)))
	case left >= 2*time.Hour:
		return p.N("shop.pay.left_hours", int(left/time.Hour))
	}
	return p.N("shop.pay.left_minutes", int((left+time.Minute-1)/time.Minute))
}

// countdown lets the script count what is left down, once it is less than an hour.
func countdown(left time.Duration) templ.Attributes {
	if left >= time.Hour {
		return nil
	}
	return templ.Attributes{"data-left": int(left / time.Second)}
}

// paidAt says how an order was paid and when, as far as its history tells.
func paidAt(p ui.Page, o order.Order) string {
	means := p.T("means." + o.Payment + ".name")
	for i := len(o.Events) - 1; i >= 0; i-- {
		e := o.Events[i]
		if e.PartID == nil && (e.Note == order.NotePaid || e.Note == order.NoteLate || e.State == string(order.StateDelivered)) {
			return p.T("shop.pay.paid_at", "Means", means, "When", p.L.DateTime(e.At))
		}
	}
	return means
}

// refundText says of money that goes back by which means and since when, or when it was given.
func refundText(p ui.Page, r order.Refund) string {
	means := p.T("shop.pay.in_cash")
	if r.Means != payment.CashOnDelivery {
		means = p.T("means." + r.Means + ".name")
	}
	if r.State == payment.Succeeded {
		return p.T("shop.pay.refund_given", "Amount", p.L.Money(r.Amount), "Means", means, "At", p.L.LongDate(*r.EndedAt))
	}
	return p.T("shop.pay.refund_waits", "Amount", p.L.Money(r.Amount), "Means", means, "At", p.L.LongDate(r.CreatedAt))
}

// again lets the script ask again.
func again(p ui.Page) templ.Attributes {
	if p.Again == 0 {
		return nil
	}
	return templ.Attributes{"data-refresh": int(p.Again / time.Second)}
}
