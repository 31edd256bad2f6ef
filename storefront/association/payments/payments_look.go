package payments

import (
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/storefront/ui"
)

// colour is that of an event's state, by the stylesheet's names.
func colour(state payment.EventState) string {
	switch state {
	case payment.EventFailed:
		return "bad"
	case payment.EventWaiting:
		return "wait"
	case payment.EventDone:
		return "ok"
	}
	return ""
}

// stateKey is the translation key of what an event's state is called.
func stateKey(state payment.EventState) string {
	switch state {
	case payment.EventFailed:
		return "association.payments.failed"
	case payment.EventWaiting:
		return "association.payments.waiting"
	case payment.EventForeign:
		return "association.payments.foreign"
	}
	return "association.payments.done"
}

// becameKey is what became of money that a provider had reserved; empty: it had not.
func becameKey(v payment.Verdict) string {
	switch v {
	case payment.Taken:
		return "association.payments.taken"
	case payment.Left:
		return "association.payments.left"
	case payment.Refused:
		return "association.payments.refused"
	}
	return ""
}

// why says in words why an event could not be worked.
func why(p ui.Page, e payment.Told) string {
	switch e.Fault {
	case "":
		return p.T("association.payments.unclear")
	case payment.ErrDown.Key: // whose words are for buyers
		return p.T("association.payments.down")
	}
	return p.T(e.Fault)
}

// difference says what a provider and the market differ about.
func difference(p ui.Page, d payment.Difference) string {
	theirs, ours := p.L.Money(d.Theirs), p.L.Money(d.Ours)
	switch {
	case d.Reason == payment.StaysReserved:
		return p.T("association.payments.reserved", "Theirs", theirs)
	case d.Reason == payment.Disputed:
		return p.T("association.payments.disputed", "Theirs", theirs, "Ours", ours)
	case d.Reason == payment.Unfit:
		return p.T("association.payments.unfit", "Theirs", theirs)
	case d.Reason == payment.WrongCurrency:
		return p.T("association.payments.currency")
	case d.Reason == payment.TakenBack:
		return p.T("association.payments.taken_back", "Theirs", theirs)
	case d.Subject == payment.Refunding:
		return p.T("association.payments.refund_differs", "Theirs", theirs, "Ours", ours)
	}
	return p.T("association.payments.payment_differs", "Theirs", theirs, "Ours", ours)
}
