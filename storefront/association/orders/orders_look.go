package orders

import (
	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/table"
	"github.com/souk-taawon/souk/storefront/ui"
)

// confirms reports whether the list is of orders that its reader may confirm by a call.
func confirms(p ui.Page, v ordersView) bool {
	return v.Filter.State == order.StatePlaced && p.Holds(account.MoveOrders)
}

// stateName is what the orders in a state are called, those that their buyers fetch too.
func stateName(p ui.Page, state order.State) string {
	name, fetched := p.T(state.NameKey(delivery.Home)), p.T(state.NameKey(delivery.Pickup))
	if name == fetched {
		return name
	}
	return name + " · " + fetched
}

func deliveryName(l *i18n.Locale, method string) string {
	if method == delivery.Pickup {
		return l.T("association.delivery.pickup")
	}
	return l.T("association.delivery.home")
}

// handedOver says how many parts of an order that is under way the association has; empty of another.
func handedOver(l *i18n.Locale, o order.Summary) string {
	if !o.State.Open() || o.Active == 0 {
		return ""
	}
	return l.T("association.orders.handed_over", "Done", l.Number(o.HandedOver), "All", l.Number(o.Active))
}

// ordersSheet is the list as a spreadsheet's table. A file stays where it was taken, and is not erased with the buyer:
// so it tells who ordered to those only who call and deliver (buyers), and of orders that are under way.
func ordersSheet(l *i18n.Locale, buyers bool, each func(fn func(order.Summary) error) error) table.Table {
	header := []string{l.T("association.column.order"), l.T("association.orders.placed"), l.T("association.column.state")}
	if buyers {
		header = append(header, l.T("association.orders.buyer"), l.T("association.orders.phone"))
	}
	answers := map[bool]string{true: l.T("report.yes"), false: l.T("report.no")}
	return table.Table{
		Name: l.T("association.orders.title"),
		Header: append(header, l.T("association.column.place"), l.T("association.orders.delivery"),
			l.T("association.column.cooperatives"), l.T("association.column.amount"), l.T("association.column.means_fee"),
			l.T("association.column.parts"), l.T("association.orders.late"), l.T("seller.orders.late")),
		Rows: table.Walk(each, func(o order.Summary) []any {
			row := []any{o.Number, o.PlacedAt, l.T(o.State.NameKey(o.Delivery))}
			switch {
			case !buyers:
			case o.ErasedAt != nil:
				row = append(row, l.T("association.erase.nobody"), nil)
			case o.State.Open():
				row = append(row, o.BuyerName, ui.PhoneText(o.BuyerPhone))
			default:
				row = append(row, nil, nil)
			}
			return append(row, l.Text(o.PlaceName), deliveryName(l, o.Delivery), o.Parts, o.Due, o.MeansFee, handedOver(l, o), answers[o.Late], answers[o.PartLate])
		}),
		RightToLeft: l.Dir() == "rtl",
	}
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
