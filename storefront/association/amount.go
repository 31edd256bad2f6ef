package association

import (
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// ReadAmount reads a sum from a field of a form; wrong is told what is wrong with it.
func ReadAmount(r *web.Request, field string, wrong *fault.Error) money.Amount {
	amount, err := money.Parse(r.Form(field))
	switch {
	case err == nil:
	case r.Form(field) == "":
		wrong.Field(field, "association.pay.amount_missing")
	default:
		ui.Unreadable(r.Locale, wrong, field, "association.pay.unreadable", r.Form(field))
	}
	return amount
}
