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
			l.T("report.column.cooperative"), l.T("report.column.commune"), l.T("report.column.women_only"),
			l.T("report.column.members"), l.T("report.column.women"), l.T("report.column.orders"),
			l.T("report.column.sales"), l.T("report.column.paid"), l.T("report.column.earned"), l.T("report.column.under_way"),
			l.T("report.column.per_member"),
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

// IdleTable is Table of the cooperatives with no sale, without the columns of sales.
func (s *Service) IdleTable(ctx context.Context, f Filter, l *i18n.Locale) table.Table {
	answers := map[bool]string{true: l.T("report.yes"), false: l.T("report.no")}
	each := func(fn func(Cooperative) error) error { return s.EachIdle(ctx, f, fn) }
	return table.Table{
		Header: []string{
			l.T("report.column.cooperative"), l.T("report.column.commune"), l.T("report.column.women_only"),
			l.T("report.column.members"), l.T("report.column.women"),
		},
		Rows: table.Walk(each, func(c Cooperative) []any {
			return []any{l.Text(c.Name), l.Text(c.CommuneName), answers[c.WomenOnly], c.Members(), c.Women}
		}),
		RightToLeft: l.Dir() == "rtl",
	}
}
