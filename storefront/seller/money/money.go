package money

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/report"
	"github.com/souk-taawon/souk/internal/settlement"
	"github.com/souk-taawon/souk/storefront/seller"
	"github.com/souk-taawon/souk/storefront/web"
)

// Handler has the pages of what is due to a cooperative. All its services are needed.
type Handler struct {
	Orders      *order.Service
	Settlements *settlement.Service
}

// Routes lists them.
func (h *Handler) Routes() []web.Route {
	return []web.Route{
		web.Get(web.Member, moneyPath, h.money),
		web.Get(web.Member, moneyPath+".:format", h.exportMoney),
	}
}

const moneyPath = "/seller/money"

const linesPerPage = 25

// moneyView is where the cooperative and the association stand.
type moneyView struct {
	settlement.Owed
	Lines       []settlement.Line // newest first
	Page, Pages int
}

// address is a page of the statement.
func (v moneyView) address(page int) string {
	if page == 1 {
		return moneyPath
	}
	return moneyPath + "?page=" + strconv.Itoa(page)
}

func (h *Handler) money(r *web.Request) error {
	var v moneyView
	var err error
	if v.Owed, err = h.Settlements.OwedTo(r.Context(), r.CooperativeID()); err != nil {
		return err
	}
	lines, err := h.Settlements.Statement(r.Context(), r.CooperativeID())
	if err != nil {
		return err
	}
	slices.Reverse(lines)
	v.Pages = max(1, (len(lines)+linesPerPage-1)/linesPerPage)
	v.Page = min(r.PageNumber(), v.Pages)
	first := (v.Page - 1) * linesPerPage
	v.Lines = lines[first:min(first+linesPerPage, len(lines))]
	p, _, err := seller.Page(r, h.Orders, r.Locale.T("seller.money.title"))
	if err != nil {
		return err
	}
	return r.Render(http.StatusOK, moneyPage(p, v))
}

func (h *Handler) exportMoney(r *web.Request) error {
	lines, err := h.Settlements.Statement(r.Context(), r.CooperativeID())
	if err != nil {
		return err
	}
	return r.Table(seller.FileName(r, "souk-releve"), r.Param("format"), statementTable(r.Locale, lines))
}

// statementTable is a statement as a spreadsheet's table, oldest first.
func statementTable(l *i18n.Locale, lines []settlement.Line) report.Table {
	table := report.Table{
		Name: l.T("seller.money.title"),
		Header: []string{
			l.T("seller.money.date"), l.T("seller.money.what"), l.T("seller.money.sale"), l.T("seller.money.commission"),
			l.T("seller.money.paid_out"), l.T("seller.money.balance"),
		},
		Rows:        make([][]any, len(lines)),
		RightToLeft: l.Dir() == "rtl",
	}
	for i, line := range lines {
		table.Rows[i] = []any{line.At, lineText(l, line), line.Sale, -line.Commission, -line.Payout, line.Balance}
	}
	return table
}

// lineText says what a line of a statement is about.
func lineText(l *i18n.Locale, line settlement.Line) string {
	switch {
	case line.OrderNumber != "":
		return l.T("seller.money.order", "Number", line.OrderNumber)
	case line.Undoes:
		return l.T("seller.money.withdrawn", "Reference", line.BankReference, "Reason", line.Reason)
	case line.Undone:
		return l.T("seller.money.transfer_withdrawn", "Reference", line.BankReference)
	}
	return l.T("seller.money.transfer", "Reference", line.BankReference)
}
