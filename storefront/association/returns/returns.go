package returns

import (
	"time"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment/transfer"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/web"
)

// Handler has these pages. All its fields are needed.
type Handler struct {
	Cooperatives *cooperative.Service
	Orders       *order.Service
	Transfers    *transfer.Service
	Now          func() time.Time
}

// Routes lists them.
func (h *Handler) Routes() []web.Route {
	return []web.Route{
		web.Get(account.SeeOrders, association.RefundsPath, h.refunds),
		web.Post(account.GiveBack, association.RefundsPath+"/:id/given", h.given),
		web.Post(account.GiveBack, association.RefundsPath+"/:id/means", h.byMeans),
		web.Get(account.SeeOrders, association.ReturnsPath, h.returns),
		web.Get(account.SeeOrders, association.ReturnsPath+"/:id", h.oneReturn),
		web.Post(account.GiveBack, association.ReturnsPath+"/:id/receive", h.receiveReturn), // with that its money goes back
		web.Post(account.MoveOrders, association.ReturnsPath+"/:id/:move", h.moveReturn),
		web.Get(account.SeeOrders, association.OrdersPath+"/:id"+association.GiveBackPath, h.toGiveBack),
		web.Post(account.GiveBack, association.OrdersPath+"/:id"+association.GiveBackPath, h.giveBack),
	}
}
