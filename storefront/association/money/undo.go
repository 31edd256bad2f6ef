package money

import (
	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/internal/settlement"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// undoing is a payout that was not undone, and why not.
type undoing struct {
	Payout  uuid.UUID
	Refused ui.Refusal
	Entries []settlement.Line // about that payout
}

// of reports whether it was the payout of that entry, whose form is to be shown again.
func (u undoing) of(line settlement.Line) bool {
	return u.Refused.Invalid() && line.PayoutID.UUID == u.Payout
}

// undoID names the dialog about a payout in the document.
func undoID(line settlement.Line) string { return "undo-" + line.PayoutID.UUID.String() }

// undo takes back the record of a payout. What somebody else undid meanwhile stays as it is.
func (h *Handler) undo(r *web.Request) error {
	c, err := h.Cooperatives.BySlug(r.Context(), r.Param("slug"))
	if err != nil {
		return err
	}
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	undone, err := h.Settlements.Undo(r.Context(), c.ID, id, r.Form("reason"), r.Actor())
	if no, ok := r.Refused(err); ok {
		entries, err := h.Settlements.EntriesOf(r.Context(), c.ID, id)
		if err != nil {
			return err
		}
		return h.showStatement(r, no.Answer(), statementView{Undo: undoing{Payout: id, Refused: no, Entries: entries}})
	}
	if err != nil {
		return err
	}
	r.Record(security.PayoutUndone, c.ID, undone.Payout.Amount.String()+" · "+undone.Payout.Reference)
	r.Flash("association.undo.done", "Amount", undone.Payout.Amount, "Name", c.Name)
	return r.Redirect(association.SettlementPath + "/" + c.Slug)
}
