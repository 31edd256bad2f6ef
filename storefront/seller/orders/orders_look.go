package orders

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/ui"
)

// daysKey says what comes on the days that were promised.
func daysKey(method string) string {
	if method == delivery.Pickup {
		return "seller.order.days_pickup"
	}
	return "seller.order.days"
}

// figure is how many orders lie on a shelf; empty for those that are over, which nobody counts.
func (v ordersView) figure(l *i18n.Locale, s shelf) string {
	if s.name == past {
		return ""
	}
	n := 0
	for _, state := range s.states {
		n += v.Counts[state]
	}
	return l.Number(n)
}

// verb is the one move that comes next for a part, and how its button looks; empty when the
// cooperative has nothing to do.
func verb(part order.CooperativePart) (move order.Move, class, icon string) {
	switch {
	case part.Can(order.MoveAccept):
		return order.MoveAccept, "", ""
	case part.Can(order.MoveReady):
		return order.MoveReady, "ok", "check"
	case part.Can(order.MoveHandOver):
		return order.MoveHandOver, "", "truck"
	}
	return "", "", ""
}

// cardID names the card of a part on a list, and doneID what it says was just done there.
func cardID(id uuid.UUID) string { return "part-" + id.String() }
func doneID(id uuid.UUID) string { return "done-" + id.String() }

// undo is the move by which the reader may take back what she has just done with a part; empty if there is none.
func undo(p ui.Page, part order.CooperativePart, now time.Time) order.Move {
	if p.User == nil || !p.Holds(account.PrepareParts) {
		return ""
	}
	return part.Undo(p.User.ID, now)
}

// these are the parts on the screen that a move can be made with.
func (v ordersView) these(m order.Move) (parts []order.CooperativePart) {
	for _, part := range v.Parts {
		if part.Can(m) {
			parts = append(parts, part)
		}
	}
	return parts
}

// stateColour is the colour of a part's state: what asks for an answer, what is done, and the rest.
func stateColour(s order.PartState) string {
	switch s {
	case order.PartPlaced:
		return "nila"
	case order.PartReady, order.PartHandedOver, order.PartDelivered:
		return "ok"
	}
	return ""
}

// promise is what a card is called by: until when its cooperative has to do what comes next, or since when it is done.
func promise(p ui.Page, part order.CooperativePart) string {
	switch {
	case over(part):
		return p.T("seller.orders.over", "State", p.T(part.State.NameKey(part.Delivery)), "Day", p.L.Date(part.Since))
	case part.State == order.PartPlaced:
		return p.T("seller.orders.answer_before", "When", p.L.DateTime(part.ExpiresAt))
	}
	return p.T("seller.orders.hand_over_by", "Day", p.L.Date(part.HandOverBy))
}

// over reports whether a cooperative has nothing left to do with a part. Such ones lie in the order in which they came, and
// not in that of what their heading says, so they say when that was.
func over(part order.CooperativePart) bool {
	return part.State != order.PartReady && !slices.Contains(order.TodoParts(), part.State)
}

// urgency is how long is left to hand over a part, if that comes next, and its colour.
func urgency(p ui.Page, part order.CooperativePart, now time.Time) (class, words string) {
	if part.State != order.PartAccepted && part.State != order.PartReady {
		return "", ""
	}
	switch days := daysUntil(part.HandOverBy, now); {
	case days < 0:
		return "bad", p.T("seller.orders.late")
	case days == 0:
		return "wait", p.T("seller.orders.today")
	default:
		return "wait", p.N("seller.orders.days_left", days)
	}
}

// daysUntil counts the days from now to a day without a time; it is below zero for one that is past.
func daysUntil(day, now time.Time) int {
	return int(day.Sub(clock.Day(now)).Hours() / 24)
}

// declineID names the dialog of declining a part.
func declineID(part order.CooperativePart) string { return "decline-" + part.ID.String() }

// shortID names the dialog of saying how many of a line there are.
func shortID(line order.OrderLine) string { return "short-" + line.ID.String() }

// shortens reports whether the cooperative may still say that it has less of a line, and can: a part of one piece is
// declined.
func (v orderView) shortens(p ui.Page, line order.OrderLine) bool {
	return v.Can(order.MoveShorten) && p.Holds(account.PrepareParts) && line.Quantity > 0 && v.Items > line.Price
}

// form is what was typed into the dialog of a line, or of declining the whole.
func (v orderView) form(line uuid.UUID) ui.Form {
	if v.Line != line {
		return ui.Form{}
	}
	return v.Form
}

// shortOptions are the reasons of a dialog.
func shortOptions(p ui.Page) []ui.Option {
	options := make([]ui.Option, len(shortReasons))
	for i, reason := range shortReasons {
		options[i] = ui.Option{Value: reason, Label: p.T("seller.short." + reason)}
	}
	return options
}

// givenNames are beginnings of names that are no name without the word behind them.
var givenNames = map[string]bool{
	"عبد": true, "أبو": true, "أم": true, "للا": true, "لالة": true, "مولاي": true, "سيدي": true,
	"abd": true, "abdel": true, "abou": true, "oum": true, "lalla": true, "moulay": true, "sidi": true,
}

// firstName is what a cooperative calls a buyer by: «عبد الرحيم» of «عبد الرحيم بن علي».
func firstName(name string) string {
	words := strings.Fields(name)
	for i, word := range words {
		if !givenNames[strings.ToLower(word)] {
			return strings.Join(words[:i+1], " ")
		}
	}
	return name
}

// buyerOf is what a part of an order says of its buyer.
func buyerOf(p ui.Page, part order.CooperativePart) string {
	if part.BuyerName == "" {
		return p.T("seller.order.erased")
	}
	return firstName(part.BuyerName)
}

// declineOptions are the reasons to decline, with what becomes of the goods then; the last is told in words.
func declineOptions(p ui.Page) []ui.Option {
	back := p.T("seller.decline.stock_back")
	var options []ui.Option
	for _, why := range order.Declines {
		hint := back
		if why.Lost() {
			hint = p.T("seller.decline.stock_lost")
		}
		options = append(options, ui.Option{Value: string(why), Label: p.T(why.Key()), Hint: hint})
	}
	return append(options, ui.Option{Value: otherReason, Label: p.T("seller.decline.other"), Hint: back})
}
