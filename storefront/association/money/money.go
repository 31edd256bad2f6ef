package money

import (
	"time"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/settlement"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/web"
)

// Handler has the pages of what is owed to the cooperatives. All its fields are needed.
type Handler struct {
	Cooperatives *cooperative.Service
	Orders       *order.Service
	Settlements  *settlement.Service
	Now          func() time.Time
}

// Routes lists them.
func (h *Handler) Routes() []web.Route {
	return append(h.cashRoutes(), []web.Route{
		web.Get(account.SeeMoney, association.SettlementPath, h.settlement),
		web.File(account.SeeMoney, association.SettlementPath+".:format", h.exportSettlement),
		web.Get(account.SeeMoney, association.SettlementPath+"/:slug", h.statement),
		web.Post(account.PayOut, association.SettlementPath+"/pay", h.payAll),
		web.Post(account.PayOut, association.SettlementPath+"/:slug/pay", h.pay),
		web.Post(account.PayOut, association.SettlementPath+"/:slug/payouts/:id/undo", h.undo),
		web.Post(account.PayOut, association.SettlementPath+"/:slug/payouts/:id/again", h.askAgain),
	}...)
}
