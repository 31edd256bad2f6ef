package buy

import (
	"slices"
	"strconv"
	"time"

	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/ui"
)

// canReturn reports whether the buyer of an order may ask now to send goods back.
func canReturn(o order.Order, now time.Time) bool {
	until, any := o.ReturnUntil()
	return any && now.Before(until) && (o.Return == nil || !o.Return.State.Open())
}

// problemKey is the translation key of what the buyer of delivered goods may do if something is wrong with them.
func problemKey(o order.Order) string {
	if _, some := o.ReturnUntil(); some {
		return "shop.track.problem_return"
	}
	return "shop.track.problem"
}

// returnMeans are by which she can have her money back.
func (v returnView) returnMeans(p ui.Page) []ui.Option {
	options := []ui.Option{{Label: p.T("shop.return.same", "Means", p.RefundMeans(v.Order.Payment))}}
	for _, name := range v.Means {
		if name != v.Order.Payment {
			options = append(options, ui.Option{Value: name, Label: p.RefundMeans(name)})
		}
	}
	return options
}

// listedPieces are as many as she chooses from; of more she writes how many.
const listedPieces = 9

// counts are the pieces of a line that she may choose from.
func counts(p ui.Page, line order.OrderLine) (options []ui.Option) {
	for n := range line.Quantity + 1 {
		options = append(options, ui.Option{Value: strconv.Itoa(n), Label: p.L.Number(n)})
	}
	return options
}

// returnText says how the return of an order stands.
func returnText(p ui.Page, o order.Order) string {
	r := *o.Return
	switch {
	case r.Settled:
		return p.T("shop.return.settled")
	case r.State.Open() && r.Disputed:
		return p.T("shop.return.waits_disputed")
	}
	switch r.State {
	case order.ReturnArranged:
		return p.T("shop.return.waits_goods", "Until", p.L.LongDate(r.RefundBy))
	case order.ReturnReceived:
		if r.Disputed {
			return p.T("shop.return.disputed", "Back", p.L.Money(*r.Back))
		}
		return p.T("shop.return.received", "Back", p.L.Money(*r.Back), "Until", p.L.LongDate(r.RefundBy))
	case order.ReturnRefused:
		return p.T("shop.return.refused")
	case order.ReturnRefunded:
		switch cameBack := func(l order.ReturnLine) bool { return *l.Sound+*l.Damaged > 0 }; {
		case *r.Back > 0:
			return p.T("shop.return.refunded", "Back", p.L.Money(*r.Back), "At", p.L.LongDate(*r.EndedAt))
		case slices.ContainsFunc(r.Lines, cameBack):
			return p.T("shop.return.settled")
		}
		return p.T("shop.return.nothing")
	case order.ReturnWithdrawn:
		return p.T("shop.return.withdrawn")
	default:
		return p.T("shop.return.waits", "Until", p.L.LongDate(r.RefundBy))
	}
}
