package buy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/shop"
	"github.com/souk-taawon/souk/storefront/ui"
)

// refresh lets the script ask again as long as something can change.
func refresh(o order.Order) templ.Attributes {
	if !o.State.Open() {
		return nil
	}
	return templ.Attributes{"data-refresh": "30"}
}

// headline says what the buyer most wants to know.
func headline(p ui.Page, o order.Order) string {
	switch o.State {
	case order.StateAwaiting:
		return p.T("shop.track.awaiting")
	case order.StateDelivered:
		if o.Delivery == delivery.Pickup {
			return p.T("shop.track.collected")
		}
		return p.T("shop.track.delivered")
	case order.StateCancelled:
		return p.T("shop.track.cancelled")
	case order.StateRefused:
		return p.T("shop.track.refused")
	case order.StateDispatched:
		if o.Delivery == delivery.Pickup {
			return p.T("shop.track.waiting")
		}
		return p.T("shop.track.coming")
	}
	if o.Delivery == delivery.Pickup {
		return p.T("shop.track.fetch_from", "Day", p.L.Date(o.DeliverFrom))
	}
	return p.T("shop.track.arrives", "Days", days(p, o))
}

// howFar says in a sentence how far the cooperatives are.
func howFar(p ui.Page, o order.Order) string {
	switch o.State {
	case order.StateAwaiting:
		return p.T("shop.track.awaiting_more", "Until", p.L.DateTime(o.ExpiresAt))
	case order.StateDelivered:
		switch o.Money() {
		case order.MoneyRefunding:
			return p.T("shop.pay.refunding")
		case order.MoneyRefunded:
			return p.T("shop.pay.refunded")
		case order.MoneyDisputed:
			return paymentStep(p, o)
		case order.MoneyPending, order.MoneyPaid, order.MoneyCancelled:
		}
		return p.T("shop.track.delivered_more")
	case order.StateCancelled:
		declined := !slices.ContainsFunc(o.Parts, func(p order.Part) bool { return p.State != order.PartDeclined })
		switch back := o.Back > 0; {
		case declined && back:
			return p.T("shop.track.declined_back")
		case declined:
			return p.T("shop.track.declined_more")
		case back && o.Begun():
			return p.T("shop.track.cancelled_back")
		case back:
			return p.T("shop.track.cancelled_back_before")
		case o.Begun():
			return p.T("shop.track.cancelled_more")
		}
		return p.T("shop.track.cancelled_more_before")
	case order.StateRefused:
		if o.Back > 0 {
			return p.T("shop.track.refused_back")
		}
		return p.T("shop.track.refused_more")
	case order.StateDispatched:
		return p.T("shop.track.coming_more")
	}
	ready := 0
	for _, part := range o.Parts {
		if part.State == order.PartReady || part.State == order.PartHandedOver {
			ready++
		}
	}
	if asked := askedParts(o); asked > 0 && ready == 0 {
		return p.N("shop.track.asked", asked)
	}
	if ready == 0 {
		return p.N("shop.track.started", activeParts(o))
	}
	return p.N("shop.track.ready", activeParts(o), "Ready", p.L.Number(ready))
}

// settled says of an order that asks for no confirmation any more why: who confirmed it, or that it is over.
func settled(p ui.Page, o order.Order) string {
	if o.State == order.StateCancelled || o.State == order.StateRefused {
		return p.T("shop.confirm.over")
	}
	for _, e := range slices.Backward(o.Events) { // who confirmed it before may have taken that back
		if e.PartID != nil || e.State != string(order.StateConfirmed) {
			continue
		}
		switch e.Actor {
		case actor.Buyer:
			return p.T("shop.confirm.by_buyer", "When", p.L.DateTime(e.At))
		case actor.Association:
			return p.T("shop.confirm.by_association")
		case actor.Member:
			return p.T("shop.confirm.by_cooperative", "Name", ui.Isolate(acceptedAt(p, o, e.At)))
		}
		if e.Note == order.NotePaid {
			return p.T("shop.confirm.by_payment")
		}
	}
	return p.T("shop.confirm.over")
}

// acceptedAt is the cooperative that said yes to its part of an order at that moment.
func acceptedAt(p ui.Page, o order.Order, at time.Time) string {
	for _, e := range o.Events {
		if e.PartID == nil || e.State != string(order.PartAccepted) || !e.At.Equal(at) {
			continue
		}
		for _, part := range o.Parts {
			if part.ID == *e.PartID {
				return p.L.Text(part.Cooperative.Name)
			}
		}
	}
	return ""
}

// days are those on which the order comes, in a few words.
func days(p ui.Page, o order.Order) string {
	return shop.Between(p, delivery.Window{From: o.DeliverFrom, To: o.DeliverTo})
}

// weekdays are the same days with their names. They are counted from the payment, if that comes first.
func weekdays(p ui.Page, o order.Order) string {
	days := p.L.Date(o.DeliverFrom)
	switch {
	case o.Delivery == delivery.Pickup:
		days = p.T("shop.track.fetch_more", "Day", days)
	case !o.DeliverFrom.Equal(o.DeliverTo):
		days = p.T("shop.track.weekdays", "From", days, "To", p.L.Date(o.DeliverTo))
	}
	if o.State == order.StateAwaiting {
		return p.T("shop.track.if_paid", "Days", days)
	}
	return days
}

// comes says how an order comes to its buyer, or when it did.
func comes(p ui.Page, o order.Order) string {
	switch pickup := o.Delivery == delivery.Pickup; {
	case o.State == order.StateDelivered && pickup:
		return p.T("shop.track.fetched", "Day", p.L.Date(o.DeliveredAt()))
	case o.State == order.StateDelivered:
		return p.T("shop.track.brought", "Day", p.L.Date(o.DeliveredAt()))
	case pickup:
		return p.T("shop.track.fetch")
	case o.State == order.StateDispatched:
		return p.T("shop.track.on_way")
	}
	return p.T("shop.track.bring")
}

// comesMore says on which days, as long as it comes, and where to.
func comesMore(p ui.Page, o order.Order) string {
	switch pickup := o.Delivery == delivery.Pickup; {
	case o.State == order.StateDelivered && pickup:
		return ""
	case o.State == order.StateDelivered:
		return address(p, o)
	case pickup && o.State == order.StateDispatched: // it waits there
		return ""
	case pickup:
		return weekdays(p, o)
	}
	return p.T("shop.track.bring_more", "Days", weekdays(p, o), "Place", address(p, o))
}

func address(p ui.Page, o order.Order) string {
	if o.Buyer.Address == "" {
		return p.L.Text(o.PlaceName)
	}
	return ui.Isolate(o.Buyer.Address) + p.T("shop.comma") + p.L.Text(o.PlaceName)
}

func trackDelivery(p ui.Page, o order.Order) string {
	if o.Delivery == delivery.Pickup {
		return p.T("shop.checkout.pickup")
	}
	return p.T("shop.checkout.delivery_to", "Place", p.L.Text(o.PlaceName))
}

// missingParts names the cooperatives whose part of an order that still comes fell out of it.
func missingParts(p ui.Page, o order.Order) string {
	if !o.State.Open() {
		return ""
	}
	var names []string
	for _, part := range o.Parts {
		if !part.State.Active() {
			names = append(names, ui.Isolate(p.L.Text(part.Cooperative.Name)))
		}
	}
	return strings.Join(names, p.T("shop.comma"))
}

// paymentStep says what was paid, or is to be paid first or on receipt, or that it goes back.
func paymentStep(p ui.Page, o order.Order) string {
	switch o.Money() {
	case order.MoneyDisputed:
		return p.T("shop.track.disputed", "Amount", p.L.Money(o.Due))
	case order.MoneyPaid:
		return p.T("shop.track.paid", "Amount", p.L.Money(o.Received()))
	case order.MoneyRefunding:
		return p.T("shop.track.refunding", "Amount", p.L.Money(o.Back))
	case order.MoneyRefunded:
		return p.T("shop.track.refunded", "Amount", p.L.Money(o.Back))
	}
	if o.State == order.StateAwaiting {
		return p.T("shop.track.pay_first", "Amount", p.L.Money(o.ToPay()))
	}
	return p.T("shop.track.pay", "Amount", p.L.Money(o.Due))
}

// paymentHint says how one pays by the order's means, while it is to be paid.
func paymentHint(p ui.Page, o order.Order) string {
	if o.Money() != order.MoneyPending {
		return ""
	}
	return p.T("means." + o.Payment + ".more")
}

// paymentState is stopState of the payment, which may come before all else.
func paymentState(o order.Order) string {
	switch {
	case o.Paid:
		return "gone"
	case o.State == order.StateAwaiting:
		return ""
	}
	return stopState(o, order.StateDelivered)
}

// lessText says that an order came to more: a part of it is gone, or something was taken off it or goes back.
func lessText(p ui.Page, o order.Order) string {
	key := "shop.track.less"
	if activeParts(o) == len(o.Parts) {
		key = "shop.track.less_off"
	}
	return p.T(key, "Was", p.L.Money(o.Total))
}

// withoutText says which cooperatives' parts do not come.
func withoutText(p ui.Page, o order.Order, names string) string {
	key := "shop.track.without"
	if o.Paid {
		key = "shop.track.without_paid"
	}
	return p.T(key, "Names", names)
}

// lapsedText says why an order came to nothing by itself.
func lapsedText(p ui.Page, o order.Order) string {
	switch {
	case o.Freed():
		return p.T("shop.track.freed")
	case o.Unpaid():
		return p.T("shop.track.unpaid")
	}
	return p.T("shop.track.lapsed")
}

// cancelText says what becomes of an order that its buyer cancels.
func cancelText(p ui.Page, o order.Order) string {
	switch {
	case o.Paid:
		return p.T("shop.track.cancel_paid")
	case o.State == order.StateAwaiting:
		return p.T("shop.track.cancel_awaiting")
	}
	return p.N("shop.track.cancel_text", activeParts(o))
}

func activeParts(o order.Order) int {
	n := 0
	for _, part := range o.Parts {
		if part.State.Active() {
			n++
		}
	}
	return n
}

// sending counts the parts of which something comes: one may stand and have lost all of its pieces.
func sending(o order.Order) (n int) {
	for _, part := range o.Parts {
		if part.State.Active() && slices.ContainsFunc(part.Lines, func(l order.OrderLine) bool { return l.Quantity > 0 }) {
			n++
		}
	}
	return n
}

// askedParts counts the parts whose cooperatives have not answered.
func askedParts(o order.Order) int {
	n := 0
	for _, part := range o.Parts {
		if part.State == order.PartPlaced {
			n++
		}
	}
	return n
}

func activeItems(o order.Order) money.Amount {
	var sum money.Amount
	for _, part := range o.Parts {
		if part.State.Active() {
			sum += part.Items
		}
	}
	return sum
}

// takenOff is what the buyer pays less than the lines, the delivery and the fee of an order come to.
func takenOff(o order.Order) money.Amount { return activeItems(o) + o.DeliveryFee + o.MeansFee - o.Due }

// handedOver counts the parts that the association has received.
func handedOver(o order.Order) int {
	n := 0
	for _, part := range o.Parts {
		if part.State == order.PartHandedOver || part.State == order.PartDelivered {
			n++
		}
	}
	return n
}

func linePicture(l order.OrderLine) ui.Picture {
	return ui.PictureFor(l.PictureID, l.Drawing, l.CategoryDrawing, l.ProductID)
}

// partTone is the colour of a part's state: done, under way or fallen out.
func partTone(s order.PartState) string {
	switch s {
	case order.PartReady, order.PartHandedOver, order.PartDelivered:
		return "ok"
	case order.PartAwaiting, order.PartPlaced, order.PartAccepted:
		return "wait"
	}
	return "bad"
}

func partSteps(p ui.Page, s order.PartState) []ui.Step {
	at := map[order.PartState]int{order.PartAccepted: 1, order.PartReady: 2, order.PartHandedOver: 3, order.PartDelivered: 4}[s]
	return ui.Steps(at, p.T(order.PartPlaced.Key()), p.T(order.PartAccepted.Key()), p.T(order.PartReady.Key()), p.T(order.PartHandedOver.Key()))
}

// stream is the way of the i-th of n parts to the first stop, which stands near the right edge of 300;
// the page mirrors it where it is read from left to right.
func stream(i, n int) string {
	x := 300 - 300*(float64(i)+.5)/float64(n)
	return fmt.Sprintf("M%.0f 8C%.0f 66 279 34 279 104", x, x)
}

func streamClass(s order.PartState) string {
	switch {
	case !s.Active():
		return "gone"
	case partTone(s) == "ok":
		return ""
	}
	return "dots"
}

// stopState tells whether the order has passed a stop, stands at it or has it before itself.
func stopState(o order.Order, stop order.State) string {
	rank := map[order.State]int{order.StateAwaiting: 0, order.StatePlaced: 0, order.StateConfirmed: 0, order.StateDispatched: 1, order.StateDelivered: 3}
	place := map[order.State]int{order.StatePlaced: 0, order.StateDispatched: 1, order.StateDelivered: 2}
	switch here := rank[o.State]; {
	case here > place[stop]:
		return "gone"
	case here == place[stop]:
		return ""
	}
	return "later"
}

// pieces says how much of a line there is, of how much there was, or how much there was of one that was taken off whole.
func pieces(p ui.Page, line order.OrderLine) string {
	if line.Quantity == 0 {
		return p.T("order.taken_off", "Pieces", line.Placed)
	}
	if line.Quantity < line.Placed {
		return "× " + p.L.Number(line.Quantity) + " (" + p.T("order.of_placed", "Pieces", p.L.Number(line.Placed)) + ")"
	}
	return "× " + p.L.Number(line.Quantity)
}
