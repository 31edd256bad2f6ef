package money

import (
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/settlement"
	"github.com/souk-taawon/souk/internal/table"
)

// statementTable is a spreadsheet's table for a statement, the latest entry first.
func statementTable(l *i18n.Locale) table.Table {
	return table.Table{
		Name: l.T("seller.money.title"),
		Header: []string{
			l.T("seller.money.date"), l.T("seller.money.what"), l.T("seller.money.sale"), l.T("seller.money.commission"),
			l.T("seller.money.paid_out"), l.T("seller.money.against"), l.T("seller.money.balance"), l.T("seller.money.owes_change"),
		},
		RightToLeft: l.Dir() == "rtl",
	}
}

// against is the key of what a line's figure against the cooperative's debt is called.
func against(line settlement.Line) string {
	if line.Netted < 0 {
		return "seller.money.added"
	}
	return "seller.money.against"
}

// owesBeside is by how much a line changes what the cooperative owes, unless its figure against that says so.
func owesBeside(line settlement.Line) money.Amount {
	if line.Owes == -line.Netted {
		return 0
	}
	return line.Owes
}

// lineText says what a line of a statement is about, and why a buyer has something back.
func lineText(l *i18n.Locale, line settlement.Line) string {
	if line.Why != "" {
		return lineAbout(l, line) + " · " + l.T("order.note."+line.Why)
	}
	return lineAbout(l, line)
}

func lineAbout(l *i18n.Locale, line settlement.Line) string {
	owing := line.Owing()
	switch {
	case line.ByProvider() != "":
		return l.T("settlement.provider."+string(line.ByProvider()), "Provider", line.ProviderName()) + " · " + l.T("seller.money.order", "Number", line.OrderPaid())
	case owing != "" && line.OrderNumber != "":
		return l.T("seller.money.owing."+string(owing)) + " · " + l.T("seller.money.order", "Number", line.OrderNumber)
	case owing != "":
		return l.T("seller.money.owing." + string(owing))
	case line.OrderNumber != "":
		return l.T("seller.money.order", "Number", line.OrderNumber)
	case line.Undoes:
		return l.T("seller.money.withdrawn", "Reference", line.BankReference, "Reason", line.Reason)
	case line.Undone:
		return l.T("seller.money.transfer_withdrawn", "Reference", line.BankReference)
	}
	return l.T("seller.money.transfer", "Reference", line.BankReference)
}
