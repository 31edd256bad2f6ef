package money

import (
	"strconv"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// cashPath is the page of who has the cash of orders.
const cashPath = association.SettlementPath + "/cash"

// cashView is that page.
type cashView struct {
	order.Cash
	Refused ui.Refusal
	Of      string // whose form was refused: a holder's, bankForm or carrierForm
}

// The forms that are no holder's.
const (
	bankForm    = "bank"
	carrierForm = "carrier"
)

// form is what one of the forms is shown with: as it was refused or, of cash, with all that there is.
func (v cashView) form(p ui.Page, of string, all money.Amount) ui.Form {
	if v.Of == of && v.Refused.Invalid() {
		return v.Refused.Form
	}
	return ui.Form{Values: map[string]string{"counted": ui.Typed(p.L, all)}}
}

func (h *Handler) cash(r *web.Request) error { return h.showCash(r, "", ui.Refusal{}) }

func (h *Handler) showCash(r *web.Request, of string, no ui.Refusal) error {
	v := cashView{Of: of, Refused: no}
	var err error
	if v.Cash, err = h.Orders.Cash(r.Context()); err != nil {
		return err
	}
	p, err := association.Page(r, h.Cooperatives, r.Locale.T("association.cash.title"))
	if err != nil {
		return err
	}
	return r.Render(no.Answer(), cashPage(p, v))
}

// countCash records what a carrier or a cooperative brought.
func (h *Handler) countCash(r *web.Request) error {
	from, err := association.ReadHolder(r.Form("from"))
	if err != nil {
		return err
	}
	counted, err := readCounted(r)
	if err == nil {
		err = h.Orders.CountCash(r.Context(), from, money.Amount(r.Shown("shown")), counted, r.Actor())
	}
	return h.counted(r, association.HolderValue(from), err, "association.cash.counted", counted)
}

// bankCash records what was brought to the bank.
func (h *Handler) bankCash(r *web.Request) error {
	counted, err := readCounted(r)
	if err == nil {
		err = h.Orders.BankCash(r.Context(), money.Amount(r.Shown("shown")), counted, r.Form("reference"), r.Actor())
	}
	return h.counted(r, bankForm, err, "association.cash.banked", counted)
}

// addCarrier lets the association know another carrier.
func (h *Handler) addCarrier(r *web.Request) error {
	return h.counted(r, carrierForm, h.Orders.AddCarrier(r.Context(), r.Form("name")), "association.cash.carrier_added", 0)
}

// endCarrier says that no more cash is left with a carrier, or that it may be again.
func (h *Handler) endCarrier(again bool) func(r *web.Request) error {
	done := "association.cash.carrier_ended"
	if again {
		done = "association.cash.carrier_again"
	}
	return func(r *web.Request) error {
		id, err := r.UUID("id")
		if err != nil {
			return err
		}
		return h.counted(r, carrierForm, h.Orders.EndCarrier(r.Context(), id, again), done, 0)
	}
}

// counted says what was done, or why it was not.
func (h *Handler) counted(r *web.Request, of string, err error, done string, amount money.Amount) error {
	if no, ok := r.Refused(err); ok {
		return h.showCash(r, of, no)
	}
	if err != nil {
		return err
	}
	r.Flash(done, "Amount", amount)
	return r.Redirect(cashPath)
}

// readCounted reads how much was counted.
func readCounted(r *web.Request) (money.Amount, error) {
	wrong := fault.New(order.ErrInvalid.Kind, order.ErrInvalid.Key)
	counted := association.ReadAmount(r, "counted", wrong)
	if len(wrong.Fields) > 0 {
		return 0, wrong
	}
	return counted, nil
}

// shownCash is a sum as a form sends it back.
func shownCash(amount money.Amount) string { return strconv.FormatInt(int64(amount), 10) }

// cashRoutes are those of the page.
func (h *Handler) cashRoutes() []web.Route {
	return []web.Route{
		web.Get(account.SeeMoney, cashPath, h.cash),
		web.Post(account.PayOut, cashPath+"/count", h.countCash),
		web.Post(account.PayOut, cashPath+"/bank", h.bankCash),
		web.Post(account.PayOut, cashPath+"/carriers", h.addCarrier),
		web.Post(account.PayOut, cashPath+"/carriers/:id/end", h.endCarrier(false)),
		web.Post(account.PayOut, cashPath+"/carriers/:id/again", h.endCarrier(true)),
	}
}
