package sales

import (
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/report"
)

// sentence says the page in words.
func (v dashboardView) sentence(l *i18n.Locale) string { return soldWords(l, v.Sales, v.Filter) }

// soldWords says how many cooperatives sold something.
func soldWords(l *i18n.Locale, sales report.Sales, f salesFilter) string {
	return l.N("association.dashboard.sold", sales.Selling, "All", l.Number(sales.Cooperatives), "Period", f.Words(l))
}

// madeOf says what becomes of the sales, so that they can be compared with the settlement.
func (v dashboardView) madeOf(l *i18n.Locale) string {
	return l.T("association.dashboard.made_of", "Total", l.Money(v.Sales.Total()),
		"Earned", l.Money(v.Sales.Earned), "Held", l.Money(v.Sales.Paid-v.Sales.Earned), "UnderWay", l.Money(v.Sales.UnderWay))
}

// totalCompared compares the sales with as many days before, or with the median where there are none.
func (v dashboardView) totalCompared(l *i18n.Locale) string {
	if v.Before == nil {
		return l.T("association.dashboard.median", "Median", dirhams(l, v.Sales.Fairness.Median))
	}
	return compared(l, v.Sales.Total(), v.Before.Sold, v.Filter.Days())
}

// compared says how much more or less than in as many days before.
func compared(l *i18n.Locale, now, before money.Amount, days int) string {
	if before == 0 {
		return l.N("association.dashboard.none_before", days)
	}
	change := float64(now-before) / float64(before)
	switch {
	case change >= .005:
		return l.N("association.dashboard.more", days, "Share", l.Percent(change))
	case change <= -.005:
		return l.N("association.dashboard.less", days, "Share", l.Percent(-change))
	default:
		return l.N("association.dashboard.same", days)
	}
}

// sellingCompared says how many of how many cooperatives sold, and how many did before.
func (v dashboardView) sellingCompared(l *i18n.Locale) string {
	selling, all := l.Number(v.Sales.Selling), v.Sales.Cooperatives
	if v.Before == nil {
		return l.N("association.dashboard.selling", all, "Selling", selling)
	}
	return l.T("association.dashboard.selling_before", "Selling", selling, "All", l.Number(all), "Before", l.Number(v.Before.Selling))
}
