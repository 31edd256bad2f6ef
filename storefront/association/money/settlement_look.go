package money

import (
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/settlement"
	"github.com/souk-taawon/souk/internal/table"
	"github.com/souk-taawon/souk/storefront/ui"
)

// choiceKey is the translation key of what the list can be narrowed to.
func choiceKey(which settlement.Which) string {
	switch which {
	case settlement.Ready:
		return "association.settlement.ready"
	case settlement.NoRIB:
		return "association.settlement.no_rib"
	case settlement.NewRIB:
		return "association.settlement.new_rib"
	}
	return "association.settlement.every"
}

func settlementTable(l *i18n.Locale) table.Table {
	inMoney := func(column string) string {
		return l.InMoney(l.T("association.column." + column))
	}
	return table.Table{
		Name: l.T("association.settlement.title"),
		Header: []string{
			l.T("association.column.cooperative"), l.T("association.column.commune"),
			inMoney("sales"), inMoney("commission"), inMoney("paid_out"), inMoney("netted"), inMoney("due"), inMoney("owes"), inMoney("held"), inMoney("pending"),
			l.T("association.column.account"),
		},
		RightToLeft: l.Dir() == "rtl",
	}
}

func settlementRow(l *i18n.Locale, o settlement.Owed) []any {
	return []any{
		l.Text(o.Name), l.Text(o.CommuneName), o.Sales, o.Commission, o.PaidOut, o.Netted, o.Due, o.Owes, o.Held, o.Pending,
		ui.RIBText(o.RIB), // its spaces keep a spreadsheet from rounding 24 digits
	}
}
