package money

import (
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/web"
)

// askAgain asks a payment provider once more for what it refused of a payout: to pay it, or to take something back.
func (h *Handler) askAgain(r *web.Request) error {
	c, err := h.Cooperatives.BySlug(r.Context(), r.Param("slug"))
	if err != nil {
		return err
	}
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	asked, err := h.Settlements.AskAgain(r.Context(), c.ID, id, r.Actor())
	if no, ok := r.Refused(err); ok {
		return h.showStatement(r, no.Answer(), statementView{Undo: undoing{Refused: no}})
	}
	if err != nil {
		return err
	}
	r.Record(security.PaidOut, c.ID, asked.Amount.String()+" · "+asked.Reference)
	r.Flash("association.statement.shared_again", "Provider", asked.ProviderName())
	return r.Redirect(association.SettlementPath + "/" + c.Slug)
}
