package report

import (
	"context"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/table"
)

// Table is the report by cooperative, in the reader's language, as a spreadsheet's table.
func (s *Service) Table(ctx context.Context, f Filter, l *i18n.Locale) table.Table {
	answers := map[bool]string{true: l.T("report.yes"), false: l.T("report.no")}
	each := func(fn func(Cooperative) error) error { return s.EachCooperative(ctx, f, fn) }
	return table.Table{
		Header: []string{
			l.T("association.column.cooperative"), l.T("association.column.commune"), l.T("report.column.women_only"),
			l.T("association.column.members"), l.T("report.column.women"), l.T("association.column.orders"),
			inMoney(l, "sales"), inMoney(l, "paid"), l.T("report.column.earned"), inMoney(l, "under_way"),
			inMoney(l, "per_member"),
		},
		Rows: table.Walk(each, func(c Cooperative) []any {
			return []any{
				l.Text(c.Name), l.Text(c.CommuneName), answers[c.WomenOnly],
				c.Members(), c.Women, c.Orders,
				c.Total(), c.Paid, c.Earned, c.UnderWay,
				c.PerMember(),
			}
		}),
		RightToLeft: l.Dir() == "rtl",
	}
}

// inMoney is what pages call a column of amounts, with their unit.
func inMoney(l *i18n.Locale, column string) string {
	return l.InMoney(l.T("association.column." + column))
}

// IdleTable is Table of the cooperatives with no sale, without the columns of sales.
func (s *Service) IdleTable(ctx context.Context, f Filter, l *i18n.Locale) table.Table {
	answers := map[bool]string{true: l.T("report.yes"), false: l.T("report.no")}
	each := func(fn func(Cooperative) error) error { return s.EachIdle(ctx, f, fn) }
	return table.Table{
		Header: []string{
			l.T("association.column.cooperative"), l.T("association.column.commune"), l.T("report.column.women_only"),
			l.T("association.column.members"), l.T("report.column.women"),
		},
		Rows: table.Walk(each, func(c Cooperative) []any {
			return []any{l.Text(c.Name), l.Text(c.CommuneName), answers[c.WomenOnly], c.Members(), c.Women}
		}),
		RightToLeft: l.Dir() == "rtl",
	}
}
