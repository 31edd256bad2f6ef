package money

import (
	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/report"
	"github.com/souk-taawon/souk/internal/settlement"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// settlementView is where the association and the cooperatives stand.
type settlementView struct {
	association.Owed
	Changed map[uuid.UUID]settlement.AccountChange // bank accounts to ask about before paying
	Refused association.Refusal                    // of payAll
}

func (h *Handler) settlement(r *web.Request) error { return h.showSettlement(r, association.Refusal{}) }

func (h *Handler) showSettlement(r *web.Request, no association.Refusal) error {
	lines, err := h.Settlements.Owed(r.Context())
	if err != nil {
		return err
	}
	p, err := association.Page(r, h.Cooperatives, r.Locale.T("association.settlement.title"))
	if err != nil {
		return err
	}
	v := settlementView{Owed: association.OwedOf(lines), Refused: no}
	if v.Changed, err = h.Settlements.ChangedAccounts(r.Context()); err != nil {
		return err
	}
	return r.Render(no.Answer(), settlementPage(p, v))
}

// exportSettlement answers with the lines of the page as a spreadsheet.
func (h *Handler) exportSettlement(r *web.Request) error {
	lines, err := h.Settlements.Owed(r.Context())
	if err != nil {
		return err
	}
	return r.Table("souk-settlement-"+association.DateValue(association.Day(h.Now())), r.Param("format"), settlementTable(r.Locale, lines))
}

func settlementTable(l *i18n.Locale, lines []settlement.Owed) report.Table {
	inMoney := func(column string) string {
		return l.T("association.column."+column) + " (" + l.Currency() + ")"
	}
	t := report.Table{
		Name: l.T("association.settlement.title"),
		Header: []string{
			l.T("association.column.cooperative"), l.T("association.column.commune"),
			inMoney("sales"), inMoney("commission"), inMoney("paid_out"), inMoney("due"), inMoney("pending"),
			l.T("association.identity.rib"),
		},
		RightToLeft: l.Dir() == "rtl",
	}
	for _, o := range lines {
		t.Rows = append(t.Rows, []any{
			l.Text(o.Name), l.Text(o.CommuneName), o.Sales, o.Commission, o.PaidOut, o.Due, o.Pending,
			ui.RIBText(o.RIB), // its spaces keep a spreadsheet from rounding 24 digits
		})
	}
	return t
}
