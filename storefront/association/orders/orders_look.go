package orders

import (
	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/ui"
)

// confirms reports whether the list is of orders that its reader may confirm by a call.
func confirms(p ui.Page, v ordersView) bool {
	return v.Filter.State == order.StatePlaced && p.Holds(account.MoveOrders)
}

func deliveryName(p ui.Page, method string) string {
	if method == delivery.Pickup {
		return p.T("association.delivery.pickup")
	}
	return p.T("association.delivery.home")
}

func partColour(state order.PartState) string {
	switch state {
	case order.PartPlaced:
		return "wait"
	case order.PartAccepted, order.PartReady:
		return "nila"
	case order.PartHandedOver, order.PartDelivered:
		return "ok"
	case order.PartDeclined, order.PartRefused:
		return "bad"
	}
	return ""
}
