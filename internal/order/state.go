package order

import (
	"slices"
	"strings"

	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/fault"
)

// State is how far a whole order has come.
type State string

// The states of an order.
const (
	StateAwaiting   State = "awaiting_payment" // its goods are held for a buyer who pays first
	StatePlaced     State = "placed"           // nobody has confirmed it: it waits for a while, see hold.go
	StateConfirmed  State = "confirmed"        // a cooperative accepted its part, or the buyer was called
	StateDispatched State = "dispatched"       // on its way to the buyer, or waiting to be picked up
	StateDelivered  State = "delivered"        // received and paid
	StateRefused    State = "refused"          // nobody at the door, or not wanted
	StateCancelled  State = "cancelled"        // by the buyer, the association, or because no part was left
)

// States are all of them, in the order in which orders come to them.
func States() []State {
	return []State{
		StateAwaiting, StatePlaced, StateConfirmed, StateDispatched, StateDelivered, StateRefused, StateCancelled,
	}
}

// PartState is how far one cooperative's part of an order has come.
type PartState string

// The states of a part.
const (
	PartAwaiting   PartState = "awaiting_payment" // with the order; its cooperative does not know of it
	PartPlaced     PartState = "placed"
	PartAccepted   PartState = "accepted"
	PartReady      PartState = "ready"
	PartHandedOver PartState = "handed_over" // with the association, which brings all parts together
	PartDelivered  PartState = "delivered"
	PartDeclined   PartState = "declined"  // by the cooperative
	PartCancelled  PartState = "cancelled" // with the order, or because it was not accepted in time
	PartRefused    PartState = "refused"   // with the order, at the buyer's door
)

// What states mean together is said here, and asked for by SQL through listed.
var (
	overStates        = []State{StateDelivered, StateRefused, StateCancelled}
	unconfirmedStates = []State{StateAwaiting, StatePlaced}
	goneStates        = []PartState{PartDeclined, PartCancelled, PartRefused} // no part of the order any more
	handedOverStates  = []PartState{PartHandedOver, PartDelivered}            // its cooperative is done with it
	unansweredStates  = rules[MoveExpire].parts                               // nobody has said yes or no to it
	withSeller        = append(TodoParts(), PartReady)                        // its cooperative has it still
	lateStates        = []PartState{PartAccepted, PartReady}                  // to be handed over by a day
	openPartStates    = append(TodoParts(), PartReady, PartHandedOver)        // on its way, and its cooperative knows of it
)

// TodoParts are the states of parts that wait for their cooperative: to say yes or no, or to have them ready.
func TodoParts() []PartState { return []PartState{PartPlaced, PartAccepted} }

// Open reports whether the order is still on its way to being delivered.
func (s State) Open() bool { return !slices.Contains(overStates, s) }

// Active reports whether the part still belongs to the order; its stock is then taken.
func (s PartState) Active() bool { return !slices.Contains(goneStates, s) }

// listed writes states, or kinds of journals, as SQL has them in an «in (…)».
func listed[S ~string](values ...S) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = "'" + string(v) + "'"
	}
	return strings.Join(quoted, ", ")
}

// NameKey is the translation key of the one name that the state of an order delivered that way has for everybody: what
// is dispatched is on its way and then delivered or, if its buyer fetches it, waits for her and then is collected.
func (s State) NameKey(method string) string {
	if method == delivery.Pickup {
		switch s {
		case StateDispatched:
			return "order.state.waiting"
		case StateDelivered:
			return "order.state.collected"
		}
	}
	return s.Key()
}

// Key is the translation key of the state's name, whichever way its order is delivered.
func (s State) Key() string {
	if back, ok := strings.CutPrefix(string(s), EventReturn); ok {
		return ReturnState(back).Key()
	}
	return "order.state." + string(s)
}

// NameKey is the translation key of the one name that the state of a part of an order delivered that way has for its
// cooperative, the association and the buyer.
func (s PartState) NameKey(method string) string {
	if s == PartDelivered && method == delivery.Pickup {
		return "order.part_state.collected"
	}
	return s.Key()
}

// Key is the translation key of the state's name, whichever way its order is delivered.
func (s PartState) Key() string { return "order.part_state." + string(s) }

// What an order refuses. *catalog.OutOfStock is passed through as it is.
var (
	ErrInvalid             = fault.New(fault.Invalid, "order.invalid") // Fields say where
	ErrNotFound            = fault.New(fault.NotFound, "order.not_found")
	ErrNotTheirs           = fault.New(fault.Forbidden, "order.not_theirs") // whoever moves it makes other moves; see rules.go
	ErrWrongState          = fault.New(fault.Conflict, "order.wrong_state") // it has moved on meanwhile
	ErrNotHandedOver       = fault.New(fault.Conflict, "order.not_handed_over")
	ErrChosenOften         = fault.New(fault.TooMany, "order.chosen_often") // how to pay it
	ErrUndoOver            = fault.New(fault.Conflict, "order.undo_over", "Count", int(UndoFor.Minutes()))
	ErrAddressSame         = fault.New(fault.Conflict, "order.address_same")
	ErrAddressChanged      = fault.New(fault.Conflict, "order.address_changed")
	ErrAddressLate         = fault.New(fault.Conflict, "order.address_late")
	ErrAddressOften        = fault.New(fault.TooMany, "order.address_often", "Max", maxAddresses)
	ErrTooLate             = fault.New(fault.Conflict, "order.too_late_to_cancel")
	ErrIdempotencyConflict = fault.New(fault.Conflict, "order.idempotency_conflict")
	ErrPlacedElsewhere     = fault.New(fault.Conflict, "order.placed_elsewhere")  // its link is told only where it was first told
	ErrChanged             = fault.New(fault.Conflict, "order.changed")           // prices, units or stock, since they were shown
	ErrBasketChanged       = fault.New(fault.Conflict, "order.basket_changed")    // what lies in it, since it was shown
	ErrMeansFee            = fault.New(fault.Conflict, "order.means_fee_changed") // of the means, since it was shown
	ErrBasketEmpty         = fault.New(fault.Conflict, "order.basket_empty")
	ErrBasketFull          = fault.New(fault.Conflict, "order.basket_full")
	ErrBasketsMany         = fault.New(fault.TooMany, "order.baskets_many") // new ones, from the reader's network
	ErrAdjustment          = fault.New(fault.Invalid, "order.adjustment_invalid")
	ErrNotLeft             = fault.New(fault.Conflict, "order.not_left")    // of a line
	ErrPiecesPaid          = fault.New(fault.Conflict, "order.pieces_paid") // but taken off
	ErrTakesAll            = fault.New(fault.Conflict, "order.takes_all")
	ErrLossUnderWay        = fault.New(fault.Conflict, "order.loss_under_way") // nobody knows yet whether the goods come
	ErrCashChanged         = fault.New(fault.Conflict, "order.cash_changed")   // since it was shown to whoever counts it
	ErrHolder              = fault.New(fault.NotFound, "order.cash_holder")
	ErrGone                = fault.New(fault.NotFound, "order.product_gone")
	ErrSoldOut             = fault.New(fault.Conflict, "order.sold_out")
	ErrOffSeason           = fault.New(fault.Conflict, "order.off_season")

	// Of its buyer; see erase.go.
	ErrErased       = fault.New(fault.Gone, "order.erased")
	ErrUnderWay     = fault.New(fault.Conflict, "order.under_way")
	ErrOwed         = fault.New(fault.Conflict, "order.owed") // she has money to be given back
	ErrChangedSince = fault.New(fault.Conflict, "order.changed_since")

	// What waits unconfirmed is bounded; see hold.go. *Held says more than ErrHeld.
	ErrPhoneWaits   = fault.New(fault.TooMany, "order.phone_waits")
	ErrAddressWaits = fault.New(fault.TooMany, "order.address_waits")
	ErrHeld         = fault.New(fault.Conflict, "order.held")
	ErrMarketHeld   = fault.New(fault.Conflict, "order.market_held")
	ErrSpareHeld    = fault.New(fault.Conflict, "order.spare_held")
	ErrLastPieces   = fault.New(fault.Conflict, "order.last_pieces") // a mailbox's word does not hold them longer
)
