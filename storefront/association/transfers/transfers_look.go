package transfers

import (
	"cmp"
	"time"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/transfer"
	"github.com/souk-taawon/souk/storefront/ui"
)

// state says how a transfer stands, and its colour.
func state(p ui.Page, t transfer.Transfer) (label, colour string) {
	switch {
	case t.State == payment.Succeeded:
		return p.T("association.transfers.paid"), "ok"
	case !t.Live():
		return p.T("association.transfers.over"), ""
	case t.Received > 0:
		return p.T("association.transfers.part"), "nila"
	}
	return p.T("association.transfers.waited"), "wait"
}

// payer names who pays, as far as it is known.
func payer(p ui.Page, t transfer.Transfer) string {
	if t.Payer.Name == "" {
		return p.T("association.erase.nobody")
	}
	return t.Payer.Name
}

// receiveForm is the form as it was typed, or with what most often comes: the rest, today.
func receiveForm(p ui.Page, v oneView) ui.Form {
	if v.Refused.Again() {
		return v.Refused.Form
	}
	values := map[string]string{"day": v.Now.In(clock.Zone).Format(time.DateOnly)}
	if v.Live() && v.Left() > 0 {
		values["amount"] = ui.Typed(p.L, v.Left())
	}
	return ui.Form{Values: values}
}

// name is how a transfer is called: by its code or, while its buyer has not looked at it, its order's number.
func name(t transfer.Transfer) string { return cmp.Or(t.Code, t.Payer.Number) }

// soughtForm is what was sought, and that it was not found.
func soughtForm(p ui.Page, v openView) ui.Form {
	form := ui.Form{Values: map[string]string{"q": v.Sought}}
	if v.NotFound {
		form.Errors = map[string]string{"q": p.T("association.transfers.nobody")}
	}
	return form
}
