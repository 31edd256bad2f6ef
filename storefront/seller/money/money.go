package money

import (
	"net/http"
	"slices"
	"time"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/settlement"
	"github.com/souk-taawon/souk/internal/table"
	"github.com/souk-taawon/souk/storefront/seller"
	"github.com/souk-taawon/souk/storefront/web"
)

// Handler has the pages of what is due to a cooperative. All its services are needed.
type Handler struct {
	Orders      *order.Service
	Settlements *settlement.Service
	Now         func() time.Time
}

// Routes lists them.
func (h *Handler) Routes() []web.Route {
	return []web.Route{
		web.Get(account.SeeOwnMoney, moneyPath, h.money),
		web.File(account.SeeOwnMoney, moneyPath+".:format", h.exportMoney),
	}
}

const moneyPath = "/seller/money"

const linesPerPage = 25

// moneyView is where the cooperative and the association stand.
type moneyView struct {
	settlement.Owed
	Coming    []settlement.Coming
	Transfer  settlement.Next   // the next one
	Frozen    settlement.Frozen // while it is disputed
	Returning settlement.Frozen // while it is being sent back
	Lines     []settlement.Line // a page of the statement, the latest first
	First     bool              // it is the first
	Next      string            // what the next page goes on after; empty at the end
}

// owing reports whether an entry of the page changes what the cooperative owes.
func (v moneyView) owing() bool { return slices.ContainsFunc(v.Lines, settlement.Line.ChangesOwing) }

// address is the page of the statement after what an earlier one ended with.
func (v moneyView) address(after string) string {
	return web.Address(moneyPath, web.Values(map[string]string{"after": after}))
}

func (h *Handler) money(r *web.Request) error {
	v := moneyView{First: r.Query("after") == ""}
	var err error
	if v.Owed, err = h.Settlements.OwedTo(r.Context(), r.CooperativeID()); err != nil {
		return err
	}
	if v.Coming, err = h.Settlements.Coming(r.Context(), r.CooperativeID()); err != nil {
		return err
	}
	if v.Transfer, err = h.Settlements.Next(r.Context(), v.Owed, v.Coming); err != nil {
		return err
	}
	if v.Frozen, err = h.Settlements.Frozen(r.Context(), r.CooperativeID()); err != nil {
		return err
	}
	if v.Returning, err = h.Settlements.Returning(r.Context(), r.CooperativeID()); err != nil {
		return err
	}
	v.Lines, v.Next, err = h.Settlements.Statement(r.Context(), r.CooperativeID(), r.Query("after"), linesPerPage)
	if err != nil {
		return err
	}
	p, _, err := seller.Page(r, h.Orders, r.Locale.T("seller.money.title"))
	if err != nil {
		return err
	}
	return r.Render(http.StatusOK, moneyPage(p, v))
}

func (h *Handler) exportMoney(r *web.Request) error {
	t := statementTable(r.Locale)
	t.Rows = table.Walk(func(fn func(settlement.Line) error) error {
		return h.Settlements.EachLine(r.Context(), r.CooperativeID(), fn)
	}, func(line settlement.Line) []any {
		return []any{line.At, lineText(r.Locale, line), line.Sale, -line.Commission, line.Payout, -line.Netted, line.Balance, line.Owes}
	})
	return r.Table(seller.FileName(r, h.Now(), "souk-releve"), r.Param("format"), t)
}
