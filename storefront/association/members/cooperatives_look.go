package members

import (
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/table"
)

// cooperativesTable is the list as a spreadsheet's table, what each sold among it for those who see sales.
func cooperativesTable(l *i18n.Locale, sales bool, each func(fn func(listedCooperative) error) error) table.Table {
	answers := map[bool]string{true: l.T("report.yes"), false: l.T("report.no")}
	t := table.Table{
		Name: l.T("association.cooperatives.title"),
		Header: []string{
			l.T("association.column.cooperative"), l.T("association.column.state"), l.T("association.column.commune"),
			l.T("association.column.sector"), l.T("report.column.women_only"), l.T("association.column.members"),
			l.T("report.column.women"), l.T("association.column.products"),
		},
		Rows: table.Walk(each, func(c listedCooperative) []any {
			row := []any{
				l.Text(c.Name), l.T("association.state." + string(c.State)), l.Text(c.CommuneName),
				l.Text(c.SectorName), answers[c.WomenOnly], c.Members(),
				c.Women, c.ProductCount,
			}
			if sales {
				row = append(row, c.Sold.Total())
			}
			return row
		}),
		RightToLeft: l.Dir() == "rtl",
	}
	if sales {
		t.Header = append(t.Header, l.InMoney(l.T("association.column.sales")))
	}
	return t
}
