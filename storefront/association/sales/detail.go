package sales

import (
	"github.com/souk-taawon/souk/internal/report"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/web"
)

// detail is a page of what the dashboard's figures are made of; title and text are what it is called and what it
// says, as keys.
type detail struct{ path, title, text string }

var (
	ofSales  = detail{association.SalesPath, "association.detail.sales", "association.detail.sales_text"}
	ofMonths = detail{association.SalesPath + "/months", "association.detail.months", "association.detail.months_text"}
	ofSpread = detail{association.SalesPath + "/spread", "association.detail.spread", "association.detail.spread_text"}
)

// detailed are these pages, in the order in which the dashboard leads to them.
var detailed = []detail{ofSales, ofMonths, ofSpread}

// detailView is one of them. With a filter that cannot be used it has a form only.
type detailView struct {
	asked
	detail
	Sales report.Sales
}

// detail answers with one of these pages.
func (h *Handler) detail(d detail) func(*web.Request) error {
	return func(r *web.Request) error {
		v := detailView{detail: d}
		var err error
		if v.asked, err = h.asked(r); err != nil {
			return err
		}
		if v.Usable {
			if v.Sales, err = h.Reports.Sales(r.Context(), v.Filter.report()); err != nil {
				return err
			}
		}
		p, err := association.Page(r, h.Cooperatives, r.Locale.T(d.title))
		if err != nil {
			return err
		}
		return r.Render(v.status(), detailPage(p, v))
	}
}
