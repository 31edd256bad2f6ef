package orders

import (
	"slices"
	"time"

	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/ui"
)

func dispatchLabel(p ui.Page, o order.Order) string {
	if o.Delivery == delivery.Pickup {
		return p.T("association.order.dispatch_pickup")
	}
	return p.T("association.order.dispatch")
}

// deliverLabel is the button that brings an order to its end, with what is taken in with it.
func deliverLabel(p ui.Page, o order.Order) string {
	switch pickup := o.Delivery == delivery.Pickup; {
	case o.Paid && pickup:
		return p.T("association.order.collected")
	case o.Paid:
		return p.T("association.order.delivered")
	case pickup:
		return p.T("association.order.collect", "Amount", p.L.Money(o.Due))
	}
	return p.T("association.order.deliver", "Amount", p.L.Money(o.Due))
}

// holderOptions are who may have the cash of an order.
func holderOptions(p ui.Page, v orderView) []ui.Option {
	options := []ui.Option{{Label: p.T("association.order.cash.association")}}
	for _, part := range v.Parts {
		if part.State.Active() {
			options = append(options, ui.Option{
				Value: association.HolderValue(order.CashHolder{Cooperative: part.Cooperative.ID}), Label: p.L.Text(part.Cooperative.Name),
				Hint: p.T("association.order.cash.cooperative"),
			})
		}
	}
	for _, c := range v.Carriers {
		options = append(options, ui.Option{Value: association.HolderValue(order.CashHolder{Carrier: c.ID}), Label: c.Name, Hint: p.T("association.order.cash.carrier")})
	}
	return options
}

// daysKey says what comes on the days that were promised.
func daysKey(method string) string {
	if method == delivery.Pickup {
		return "association.order.days_pickup"
	}
	return "association.order.days"
}

// waitingKey says what comes once the last part is there.
func waitingKey(method string) string {
	if method == delivery.Pickup {
		return "association.order.advice.waiting_pickup"
	}
	return "association.order.advice.waiting"
}

// between is the days on which an order comes.
func between(p ui.Page, from, to time.Time) string {
	if from.Equal(to) {
		return p.L.ShortDate(from)
	}
	return p.T("association.order.between", "From", p.L.ShortDate(from), "To", p.L.ShortDate(to))
}

// now is where an order stands, and its money once it is delivered: it may be paid no more.
func now(p ui.Page, o order.Order) string {
	state := p.T(o.State.NameKey(o.Delivery))
	if o.State != order.StateDelivered {
		return state
	}
	switch o.Money() {
	case order.MoneyRefunding:
		return p.T("association.order.money_refunding", "State", state)
	case order.MoneyRefunded:
		return p.T("association.order.money_refunded", "State", state)
	case order.MoneyDisputed:
		return p.T("association.order.money_disputed", "State", state)
	case order.MoneyPending, order.MoneyCancelled:
		return state
	}
	return p.T("association.order.money_paid", "State", state)
}

// askTitle asks whether a move is meant.
func askTitle(p ui.Page, o order.Order, move order.Move) string {
	if o.Paid && move == order.MoveDeliver {
		return p.T("association.order.ask.deliver_done")
	}
	return p.T("association.order.ask." + string(move))
}

// dropText says what becomes of an order that is refused or cancelled.
func dropText(p ui.Page, o order.Order, move order.Move) string {
	if o.Paid {
		return p.T("association.order.ask." + string(move) + "_paid")
	}
	return p.T("association.order.ask." + string(move) + "_text")
}

// dueLabel is whether what is due was paid, or when it is.
func dueLabel(p ui.Page, o order.Order) string {
	switch {
	case o.Money() == order.MoneyDisputed:
		return p.T("association.order.disputed")
	case o.Money() == order.MoneyRefunding:
		return p.T("association.order.refunding")
	case o.Money() == order.MoneyRefunded:
		return p.T("association.order.refunded")
	case o.Paid && o.Back > 0:
		return p.T("association.order.stays_paid")
	case o.Paid:
		return p.T("association.order.paid")
	case o.State == order.StateAwaiting:
		return p.T("association.order.awaited")
	}
	return p.T("association.order.due")
}

// giveBackLabel leads to where something is given back or, before the order is paid, taken off.
func giveBackLabel(p ui.Page, o order.Order) string {
	if o.Paid {
		return p.T("association.giveback.open")
	}
	return p.T("association.giveback.open_before")
}

// language names the language that the buyer ordered in.
func (v orderView) language(p ui.Page) string {
	for _, l := range p.Languages {
		if l.Code() == v.Locale {
			return l.Name()
		}
	}
	return v.Locale
}

func backwards(events []order.Event) []order.Event {
	list := make([]order.Event, 0, len(events))
	for i := len(events) - 1; i >= 0; i-- {
		list = append(list, events[i])
	}
	return list
}

// entry is one of an order's history: something that somebody did, or that happened to its money.
type entry struct {
	event order.Event
	money *order.MoneyEvent
}

// at is when it happened.
func (e entry) at() time.Time {
	if e.money != nil {
		return e.money.At
	}
	return e.event.At
}

// entries are all that happened, the latest first. That a return is paid is said by what was given back at that moment.
func (v orderView) entries() []entry {
	var list []entry
	given := make(map[time.Time]bool)
	for _, m := range v.OfMoney {
		given[m.At.UTC()] = given[m.At.UTC()] || m.Kind == order.ToldGiven || m.Kind == order.ToldGivenByBank
	}
	for _, e := range v.Events {
		if e.State != order.EventReturn+string(order.ReturnRefunded) || !given[e.At.UTC()] {
			list = append(list, entry{event: e})
		}
	}
	for i := range v.OfMoney { // of one moment it comes last: it follows from what was done
		list = append(list, entry{money: &v.OfMoney[i]})
	}
	slices.SortStableFunc(list, func(a, b entry) int { return a.at().Compare(b.at()) })
	slices.Reverse(list)
	return list
}

// moved is one of the things that changed when the buyer had an order brought elsewhere.
type moved struct{ label, was, now string }

// movedBy is what such an entry of the history changed. Of a buyer who was erased it is the commune and the fee alone.
func (v orderView) movedBy(p ui.Page, e order.Event) (list []moved) {
	i := slices.IndexFunc(v.Moved, func(c order.AddressChange) bool { return c.Event == e.ID })
	if i < 0 {
		return nil
	}
	was, now := v.Moved[i].Was, v.Moved[i].Now
	for _, m := range []moved{
		{p.T("association.order.name"), was.Name, now.Name},
		{p.T("association.column.place"), p.L.Text(was.PlaceName), p.L.Text(now.PlaceName)},
		{p.T("association.order.address"), was.Address, now.Address},
		{p.T("association.order.landmark"), was.Landmark, now.Landmark},
		{p.T("association.order.buyers_note"), was.Note, now.Note},
		{p.T("association.order.delivery"), p.L.Money(was.Fee), p.L.Money(now.Fee)},
	} {
		if m.was != m.now {
			list = append(list, m)
		}
	}
	return list
}

// steps are how far the order has come.
func steps(p ui.Page, o order.Order) []ui.Step {
	way := []order.State{order.StatePlaced, order.StateConfirmed, order.StateDispatched, order.StateDelivered}
	if o.State == order.StateAwaiting {
		way[0] = o.State
	}
	labels := make([]string, len(way))
	for i, s := range way {
		labels[i] = p.T(s.NameKey(o.Delivery))
	}
	now := slices.Index(way, o.State)
	if o.State == order.StateDelivered { // nothing is left to do
		now++
	}
	return ui.Steps(now, labels...)
}

// refundText says of money that goes back by which means, and how it stands.
func refundText(p ui.Page, r order.Refund) string {
	switch r.State {
	case payment.Succeeded:
		if r.Disputed {
			return p.T("association.order.refund_bank", "At", p.L.LongDate(*r.EndedAt))
		}
		return p.T("association.order.refund_given", "Means", p.RefundMeans(r.Means), "At", p.L.LongDate(*r.EndedAt))
	case payment.Failed:
		return p.T("association.order.refund_failed", "Means", p.RefundMeans(r.Means))
	}
	return p.T("association.order.refund_waits", "Means", p.RefundMeans(r.Means), "At", p.L.LongDate(r.CreatedAt))
}

// disputedKey is the translation key of how the dispute of an order's payment stands.
func disputedKey(state payment.DisputeState) string {
	if state == payment.DisputeLost {
		return "association.order.lost_now"
	}
	return "association.order.disputed_now"
}

// howMany is a number of orders that are counted no further than to a hundred.
func howMany(p ui.Page, n int) string {
	if n >= order.CountedTo {
		return p.T("association.orders.as_many", "N", p.L.Number(order.CountedTo-1))
	}
	return p.L.Number(n)
}
