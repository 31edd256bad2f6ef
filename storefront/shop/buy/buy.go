package buy

import (
	"net/http"
	"time"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment/transfer"
	"github.com/souk-taawon/souk/internal/picture"
	"github.com/souk-taawon/souk/storefront/web"
)

// Handler has the pages on which people buy.
type Handler struct {
	Catalog   *catalog.Service
	Delivery  *delivery.Service
	Orders    *order.Service
	Transfers *transfer.Service
	Now       func() time.Time
}

// Routes lists those pages.
func (h *Handler) Routes() []web.Route {
	get, post := http.MethodGet, http.MethodPost
	receipt := web.Route{Method: post, Path: "/orders/:token/receipt", Policy: web.Public, Private: true, Limit: web.OrderLimit, Handler: h.addReceipt}
	receipt.MaxBody, receipt.Bearer = picture.MaxPaper+formRoom, h.maySendReceipt
	return []web.Route{
		{Method: get, Path: "/basket", Policy: web.Public, Private: true, Handler: h.basket},
		{Method: post, Path: "/basket/lines", Policy: web.Public, Private: true, Handler: h.addLine},
		{Method: post, Path: "/basket/lines/:product", Policy: web.Public, Private: true, Handler: h.setLine},
		{Method: get, Path: "/checkout", Policy: web.Public, Private: true, Handler: h.checkout},
		{Method: post, Path: "/checkout", Policy: web.Public, Private: true, Limit: web.OrderLimit, Handler: h.place},
		{Method: get, Path: "/confirm/:token", Policy: web.Public, Private: true, Handler: h.toConfirm},
		{Method: post, Path: "/confirm/:token", Policy: web.Public, Private: true, Handler: h.confirm},
		{Method: get, Path: "/orders", Policy: web.Public, Private: true, Handler: h.followed},
		{Method: post, Path: "/orders/forget", Policy: web.Public, Private: true, Handler: h.forget},
		{Method: get, Path: "/orders/find", Policy: web.Public, Private: true, Handler: h.find},
		{Method: post, Path: "/orders/find", Policy: web.Public, Private: true, Limit: web.OrderLimit, Handler: h.sendLink},
		{Method: get, Path: "/orders/:token", Policy: web.Public, Private: true, Handler: h.tracking},
		{Method: get, Path: "/orders/:token/pay", Policy: web.Public, Private: true, Limit: web.OrderLimit, Handler: h.pay},
		{Method: get, Path: "/orders/:token/paid", Policy: web.Public, Private: true, Handler: h.paid},
		{Method: post, Path: "/orders/:token/means", Policy: web.Public, Private: true, Limit: web.OrderLimit, Handler: h.chooseMeans},
		receipt,
		{Method: post, Path: "/orders/:token/account", Policy: web.Public, Private: true, Limit: web.OrderLimit, Handler: h.setRefundAccount},
		{Method: get, Path: "/orders/:token/address", Policy: web.Public, Private: true, Handler: h.toAddress},
		{Method: post, Path: "/orders/:token/address", Policy: web.Public, Private: true, Limit: web.OrderLimit, Handler: h.changeAddress},
		{Method: post, Path: "/orders/:token/cancel", Policy: web.Public, Private: true, Handler: h.cancel},
		{Method: get, Path: "/orders/:token/return", Policy: web.Public, Private: true, Handler: h.toReturn},
		{Method: post, Path: "/orders/:token/return", Policy: web.Public, Private: true, Handler: h.askReturn},
		{Method: post, Path: "/orders/:token/return/keep", Policy: web.Public, Private: true, Handler: h.keep},
		{Method: post, Path: "/orders/:token/again", Policy: web.Public, Private: true, Handler: h.again},
	}
}
