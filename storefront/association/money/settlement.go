package money

import (
	"slices"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/settlement"
	"github.com/souk-taawon/souk/internal/table"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

const (
	owedPerPage   = 30
	refusedShown  = 20 // of what payment providers did not do
	leftOutShown  = 10 // of those that cannot be paid, in the question that pays the others
	doubtfulShown = 20 // of those whose bank account is to be asked about, there
)

// settlementView is where the association and the cooperatives stand, and a page of the list of them.
type settlementView struct {
	association.Owed
	Filter   settlement.Filter
	Lines    []settlement.Owed
	First    bool                                   // the page is the list's first
	Next     string                                 // what the next page goes on after; empty at the end
	Doubtful []settlement.Owed                      // of those that are paid to a bank account which changed lately
	Unshown  bool                                   // there are more of these
	Changed  map[uuid.UUID]settlement.AccountChange // bank accounts to ask about before paying
	Refused  ui.Refusal                             // of payAll
	Unpaid   []settlement.Refused                   // by payment providers, or not taken back by them
}

// choices are what the list can be narrowed to.
var choices = []settlement.Which{settlement.All, settlement.Ready, settlement.NoRIB, settlement.NewRIB}

// address is the list under a filter, after what an earlier page ended with.
func address(f settlement.Filter, after string) string {
	return web.Address(association.SettlementPath, web.Values(map[string]string{"q": f.Query, "which": string(f.Which), "after": after}))
}

// in is the view's filter for another choice.
func (v settlementView) in(which settlement.Which) settlement.Filter {
	return settlement.Filter{Query: v.Filter.Query, Which: which}
}

// readFilter reads the filter of the list; what it does not know is left out.
func readFilter(r *web.Request) settlement.Filter {
	f := settlement.Filter{Query: association.Sought(r.Query("q"))}
	if which := settlement.Which(r.Query("which")); slices.Contains(choices, which) {
		f.Which = which
	}
	return f
}

func (h *Handler) settlement(r *web.Request) error { return h.showSettlement(r, ui.Refusal{}) }

func (h *Handler) showSettlement(r *web.Request, no ui.Refusal) error {
	v := settlementView{Filter: readFilter(r), First: r.Query("after") == "", Refused: no}
	var err error
	if v.Owed, err = association.ReadOwed(r.Context(), h.Settlements, leftOutShown); err != nil {
		return err
	}
	if v.Lines, v.Next, err = h.Settlements.Owed(r.Context(), v.Filter, r.Query("after"), owedPerPage); err != nil {
		return err
	}
	if v.Ready > 0 {
		doubtful, more, err := h.Settlements.Owed(r.Context(), settlement.Filter{Which: settlement.NewRIB}, "", doubtfulShown)
		if err != nil {
			return err
		}
		v.Doubtful, v.Unshown = doubtful, more != ""
	}
	if v.Unpaid, err = h.Settlements.Refused(r.Context(), refusedShown); err != nil {
		return err
	}
	var shown []uuid.UUID
	for _, o := range slices.Concat(v.Lines, v.Doubtful) {
		shown = append(shown, o.CooperativeID)
	}
	if v.Changed, err = h.Settlements.ChangedAccounts(r.Context(), shown...); err != nil {
		return err
	}
	p, err := association.Page(r, h.Cooperatives, r.Locale.T("association.settlement.title"))
	if err != nil {
		return err
	}
	return r.Render(no.Answer(), settlementPage(p, v))
}

// exportSettlement answers with all lines of the list as a spreadsheet.
func (h *Handler) exportSettlement(r *web.Request) error {
	t := settlementTable(r.Locale)
	t.Rows = table.Walk(func(fn func(settlement.Owed) error) error {
		return h.Settlements.EachOwed(r.Context(), readFilter(r), fn)
	}, func(o settlement.Owed) []any { return settlementRow(r.Locale, o) })
	return r.Table("souk-settlement-"+association.DateValue(association.Day(h.Now())), r.Param("format"), t)
}
