package sales

import (
	"time"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/report"
	"github.com/souk-taawon/souk/internal/settlement"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/web"
)

// Handler has the pages of joint sales. All its fields are needed.
type Handler struct {
	Cooperatives *cooperative.Service
	Orders       *order.Service
	Reports      *report.Service
	Settlements  *settlement.Service
	Now          func() time.Time
}

// Routes lists them.
func (h *Handler) Routes() []web.Route {
	return []web.Route{
		web.Get(account.SeeSales, association.DashboardPath, h.dashboard),
		web.Get(account.SeeSales, ofSales.path, h.detail(ofSales)),
		web.Get(account.SeeSales, ofMonths.path, h.detail(ofMonths)),
		web.Get(account.SeeSales, ofSpread.path, h.detail(ofSpread)),
		web.File(account.SeeSales, association.SalesPath+".:format", h.exportSales),
		web.Get(account.SeeSales, association.IdlePath, h.idlePage),
		web.File(account.SeeSales, association.IdlePath+".:format", h.exportIdle),
	}
}
