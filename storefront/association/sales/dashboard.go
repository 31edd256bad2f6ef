package sales

import (
	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/report"
	"github.com/souk-taawon/souk/internal/settlement"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/web"
)

// dashboardView is the page of joint sales. With a filter that cannot be used it has a form only.
type dashboardView struct {
	asked

	Sales  report.Sales
	Before *report.Before // the same number of days before; nil when the period has no beginning or no end
	Idle   []idle         // some of those without a sale

	Ever bool // somebody has ordered something
	Owed settlement.Summary
	Held order.HeldNow
}

// idleShown is how many of those without a sale the dashboard shows, of what has a page of its own.
const idleShown = 3

func (h *Handler) dashboard(r *web.Request) error {
	v := dashboardView{}
	var err error
	if v.asked, err = h.asked(r); err != nil {
		return err
	}
	if v.Usable {
		if err := h.fill(r, &v); err != nil {
			return err
		}
	}
	p, err := association.Page(r, h.Cooperatives, r.Locale.T("association.dashboard.title"))
	if err != nil {
		return err
	}
	return r.Render(v.status(), dashboardPage(p, v))
}

// exportSales answers with the dashboard's table of cooperatives under the same filter.
func (h *Handler) exportSales(r *web.Request) error {
	v, err := h.filtered(r)
	if err != nil {
		return err
	}
	t := h.Reports.Table(r.Context(), v.Filter.report(), r.Locale)
	t.Name = r.Locale.T("association.dashboard.title")
	return r.Table(v.Filter.fileName("souk-sales"), r.Param("format"), t)
}

// fill gathers the figures.
func (h *Handler) fill(r *web.Request, v *dashboardView) error {
	var err error
	if before, ok := v.Filter.Before(); ok {
		v.Before = new(report.Before)
		v.Sales, *v.Before, err = h.Reports.SalesAndBefore(r.Context(), v.Filter.report(), v.Filter.reportOn(before))
	} else {
		v.Sales, err = h.Reports.Sales(r.Context(), v.Filter.report())
	}
	if err != nil {
		return err
	}
	if v.Ever, err = h.Reports.Any(r.Context()); err != nil {
		return err
	}
	if v.Held, err = h.Orders.Held(r.Context()); err != nil {
		return err
	}
	if r.Holds(account.SeeMoney) {
		if v.Owed, err = h.Settlements.Summary(r.Context()); err != nil {
			return err
		}
	}
	v.Idle, err = h.idle(r, v.Filter, v.Sales.Idle[:min(len(v.Sales.Idle), idleShown)])
	return err
}

// idleCount is how many cooperatives sold nothing.
func (v dashboardView) idleCount() int { return v.Sales.Cooperatives - v.Sales.Selling }

// nobody reports whether the filter lets no cooperative through.
func (v dashboardView) nobody() bool { return v.Sales.Cooperatives == 0 }

// never reports whether nobody has ordered anything yet.
func (v dashboardView) never() bool { return !v.Ever && v.Held.Orders+v.Held.Paying == 0 }
