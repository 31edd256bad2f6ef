package money

import (
	"errors"
	"strconv"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/internal/settlement"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// asks reports whether the form of payAll is to be shown again instead of its dialog.
func (v settlementView) asks() bool {
	return v.Refused.Invalid() || v.Ready > 0 && v.Refused.Form.Values["reference"] != ""
}

// shownAs is the total that the form of payAll was shown with, as it sends it back.
func shownAs(due money.Amount) string { return strconv.FormatInt(int64(due), 10) }

// payAll records the transfers to all that are ready as one order to the bank. If what they are owed
// is no longer what the form showed, nothing is recorded and the page says so.
func (h *Handler) payAll(r *web.Request) error {
	transfers, err := h.Settlements.Due(r.Context())
	if err != nil {
		return err
	}
	var due money.Amount
	for _, t := range transfers {
		due += t.Amount
	}
	if len(transfers) == 0 || r.Form("shown") != shownAs(due) {
		return h.showSettlement(r, changedMeanwhile(r))
	}
	payouts, err := h.Settlements.PayAll(r.Context(), transfers, r.Form("reference"), r.Actor())
	if errors.Is(err, settlement.ErrReferenceUsed) {
		err = incomplete().Field("reference", settlement.ErrReferenceUsed.Key)
	}
	if f := fault.As(err); errors.Is(err, settlement.ErrOwedChanged) || f != nil && f.Fields["amount"].Key != "" {
		return h.showSettlement(r, changedMeanwhile(r)) // paid by somebody else since it was read
	}
	if no, ok := r.Refused(err); ok {
		return h.showSettlement(r, no)
	}
	if err != nil {
		return err
	}
	var paid money.Amount
	recorded := 0
	for _, p := range payouts {
		if !p.Before {
			recorded++
			paid += p.Amount
		}
	}
	if recorded > 0 {
		r.Record(security.PaidOut, uuid.Nil, paid.String()+" · "+r.Form("reference"))
	}
	r.Flash("association.pay_all.done", "Count", recorded, "Amount", paid)
	return r.Redirect(association.SettlementPath)
}

func changedMeanwhile(r *web.Request) ui.Refusal {
	no, _ := r.Refused(fault.New(fault.Conflict, "association.pay_all.changed"))
	return no
}
