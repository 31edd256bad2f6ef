package buy

import (
	"time"

	"github.com/a-h/templ"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/storefront/ui"
)

// timeLeft says how long there is until a moment, in the largest unit of which there are some.
func timeLeft(p ui.Page, until time.Time, left time.Duration) string {
	switch {
	case left >= 48*time.Hour:
		return p.N("shop.pay.left_days", daysLeft(until, left))
	case left >= 2*time.Hour:
		return p.N("shop.pay.left_hours", int(left/time.Hour))
	}
	return p.N("shop.pay.left_minutes", int((left+time.Minute-1)/time.Minute))
}

// daysLeft counts the days until a moment as the calendar does, since its day stands beside them.
func daysLeft(until time.Time, left time.Duration) int {
	return int(clock.Day(until).Sub(clock.Day(until.Add(-left))) / (24 * time.Hour))
}

// countdown lets the script count what is left down, once it is less than an hour.
func countdown(left time.Duration) templ.Attributes {
	if left >= time.Hour {
		return nil
	}
	return templ.Attributes{"data-left": int(left / time.Second)}
}

// paidAt says how an order was paid and when, as far as its history tells: in cash when it was delivered, else before.
func paidAt(p ui.Page, o order.Order) string {
	means := p.T("means." + o.Payment + ".name")
	for i := len(o.Events) - 1; i >= 0; i-- {
		e := o.Events[i]
		paid := e.Note == order.NotePaid || e.Note == order.NoteLate
		if o.Payment == payment.CashOnDelivery {
			paid = e.State == string(order.StateDelivered)
		}
		if paid && e.PartID == nil {
			return p.T("shop.pay.paid_at", "Means", means, "When", p.L.DateTime(e.At))
		}
	}
	return means
}

// refundText says of money that goes back by which means and since when it is due or under way, or when it was given and whether by her bank.
func refundText(p ui.Page, r order.Refund) string {
	amount := p.L.Money(r.Amount)
	switch {
	case r.State == payment.Pending:
		return p.T("shop.pay.refund_pending", "Amount", amount, "Means", p.RefundMeans(r.Means), "At", p.L.LongDate(r.CreatedAt))
	case r.State != payment.Succeeded:
		return p.T("shop.pay.refund_waits", "Amount", amount, "Means", p.RefundMeans(r.Means), "At", p.L.LongDate(r.CreatedAt))
	case r.Disputed:
		return p.T("shop.pay.refund_bank", "Amount", amount, "At", p.L.LongDate(*r.EndedAt))
	}
	return p.T("shop.pay.refund_given", "Amount", amount, "Means", p.RefundMeans(r.Means), "At", p.L.LongDate(*r.EndedAt))
}

// again lets the script ask again.
func again(p ui.Page) templ.Attributes {
	if p.Again == 0 {
		return nil
	}
	return templ.Attributes{"data-refresh": int(p.Again / time.Second)}
}

// whyNot says why a means cannot be had, and which it is.
func whyNot(p ui.Page, o order.Offer) string {
	if o.TooMuch() { // which says it
		return p.L.Message(o.Why)
	}
	return p.T("means."+o.Provider+".name") + p.T("shop.colon") + p.L.Message(o.Why)
}
