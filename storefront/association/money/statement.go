package money

import (
	"errors"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/internal/settlement"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// statementView is where the association stands with one cooperative, and the form of a transfer.
type statementView struct {
	Cooperative cooperative.Cooperative
	Owed        settlement.Owed
	Frozen      settlement.Frozen
	Lines       []settlement.Line                      // a page, the latest first
	First       bool                                   // it is the first
	Next        string                                 // what the next page goes on after; empty at the end
	Changed     map[uuid.UUID]settlement.AccountChange // see settlementView
	Form        ui.Form
	Undo        undoing
}

const entriesPerPage = 30

// owing reports whether an entry of the page changes what the cooperative owes.
func (v statementView) owing() bool {
	return slices.ContainsFunc(v.Lines, settlement.Line.ChangesOwing)
}

// address is the page after what an earlier one ended with.
func (v statementView) address(after string) string {
	return web.Address(association.SettlementPath+"/"+v.Cooperative.Slug, web.Values(map[string]string{"after": after}))
}

func (h *Handler) statement(r *web.Request) error {
	return h.showStatement(r, http.StatusOK, statementView{})
}

// showStatement shows the page of one cooperative's account, with what v has of a form that was
// refused. A form without values offers to pay all that is due.
func (h *Handler) showStatement(r *web.Request, status int, v statementView) error {
	c, err := h.Cooperatives.BySlug(r.Context(), r.Param("slug"))
	if err != nil {
		return err
	}
	v.Cooperative = c
	if v.Owed, err = h.Settlements.OwedTo(r.Context(), c.ID); err != nil {
		return err
	}
	if v.Frozen, err = h.Settlements.Frozen(r.Context(), c.ID); err != nil {
		return err
	}
	v.First = r.Query("after") == ""
	if v.Lines, v.Next, err = h.Settlements.Statement(r.Context(), c.ID, r.Query("after"), entriesPerPage); err != nil {
		return err
	}
	if v.Changed, err = h.Settlements.ChangedAccounts(r.Context(), c.ID); err != nil {
		return err
	}
	if v.Form.Values == nil {
		v.Form.Values = map[string]string{"amount": ui.Typed(r.Locale, v.Owed.Transferable())}
	}
	p, err := association.Page(r, h.Cooperatives, r.Locale.T("association.statement.title", "Name", r.Locale.Text(c.Name)))
	if err != nil {
		return err
	}
	return r.Render(status, statementPage(p, v))
}

func (h *Handler) pay(r *web.Request) error {
	c, err := h.Cooperatives.BySlug(r.Context(), r.Param("slug"))
	if err != nil {
		return err
	}
	transfer := settlement.Transfer{CooperativeID: c.ID}
	var payouts []settlement.Payout
	if transfer.Amount, err = readAmount(r); err == nil {
		transfer.Shown = new(money.Amount(r.Shown("shown")))
		payouts, err = h.Settlements.PayAll(r.Context(), []settlement.Transfer{transfer}, r.Form("reference"), r.Actor())
	}
	if errors.Is(err, settlement.ErrOwedChanged) {
		return h.showOwedChanged(r, c)
	}
	if errors.Is(err, settlement.ErrReferenceUsed) {
		err = incomplete().Field("reference", settlement.ErrReferenceUsed.Key)
	}
	if form, ok := r.Rejected(err); ok {
		return h.showStatement(r, http.StatusUnprocessableEntity, statementView{Form: form})
	}
	if err != nil {
		return err
	}
	if paid := payouts[0]; paid.Before {
		r.Flash("association.pay.before", "Reference", paid.Reference, "Date", paid.At)
	} else {
		r.Record(security.PaidOut, c.ID, paid.Amount.String()+" · "+r.Form("reference"))
		r.Flash("association.pay.done", "Amount", paid.Amount, "Name", c.Name)
	}
	return r.Redirect(association.SettlementPath)
}

// showOwedChanged shows the form again for what is owed now, with what was typed.
func (h *Handler) showOwedChanged(r *web.Request, c cooperative.Cooperative) error {
	owed, err := h.Settlements.OwedTo(r.Context(), c.ID)
	if err != nil {
		return err
	}
	changed := fault.New(fault.Invalid, settlement.ErrOwedChanged.Key, "Before", money.Amount(r.Shown("shown")), "Now", owed.Transferable())
	if r.Shown("shown") == web.NothingShown {
		changed = fault.New(fault.Invalid, "association.pay.old_page", "Now", owed.Transferable())
	}
	form, _ := r.Rejected(changed)
	form.Errors["amount"] = form.Errors[""]
	return h.showStatement(r, http.StatusConflict, statementView{Form: form})
}

func incomplete() *fault.Error {
	return fault.New(settlement.ErrInvalid.Kind, settlement.ErrInvalid.Key)
}

// readAmount reads the field amount; what is wrong with the form besides is told at the same time.
func readAmount(r *web.Request) (money.Amount, error) {
	wrong := incomplete()
	amount := association.ReadAmount(r, "amount", wrong)
	if len(wrong.Fields) == 0 {
		return amount, nil
	}
	if r.Form("reference") == "" {
		wrong.Field("reference", "settlement.reference_missing")
	}
	return 0, wrong
}
