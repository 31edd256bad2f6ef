package sales

import (
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
)

// sentence says the page in words.
func (v dashboardView) sentence(l *i18n.Locale) string {
	return l.N("association.dashboard.sold", v.Sales.Selling,
		"All", l.Number(v.Sales.Cooperatives), "Period", v.Filter.Words(l))
}

// totalCompared compares the sales with as many days before, or with the median where there are none.
func (v dashboardView) totalCompared(l *i18n.Locale) string {
	if v.Before == nil {
		return l.T("association.dashboard.median", "Currency", l.Currency(), "Median", dirhams(l, v.Sales.Fairness.Median))
	}
	return l.Currency() + " · " + compared(l, v.Sales.Total(), v.Before.Sold, v.Filter.Days())
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
