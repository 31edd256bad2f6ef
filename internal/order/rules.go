package order

import (
	"slices"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/fault"
)

// Move names what can be done to an order, or to one cooperative's part of it; so do the addresses of the
// pages that people do it on.
type Move string

// The moves of whole orders.
const (
	MoveConfirm  Move = "confirm"  // the buyer wants it
	MoveDispatch Move = "dispatch" // it is on its way
	MoveDeliver  Move = "deliver"  // the buyer has it and has paid
	MoveRefuse   Move = "refuse"   // nobody at the door, or not wanted
	MoveCancel   Move = "cancel"   // the association gives it up
	MoveRemove   Move = "remove"   // or one part of it; see Refund
	MoveWithdraw Move = "withdraw" // its buyer does
	MoveExpire   Move = "expire"   // its time is over
	MovePay      Move = "pay"      // its buyer has paid first, which says that it is wanted
	MoveChoose   Move = "choose"   // its buyer pays at the door after all
	MoveAgain    Move = "again"    // its payment came after it was given up
	MoveAddress  Move = "address"  // its buyer has it brought elsewhere; see ChangeAddress
)

// The moves of a cooperative with its part.
const (
	MoveAccept   Move = "accept"
	MoveReady    Move = "ready"
	MoveHandOver Move = "handover"
	MoveDecline  Move = "decline"
)

// What takes back the one of these that the same member made just before; see undo.go.
const (
	MoveUnaccept Move = "unaccept"
	MoveUnready  Move = "unready"
	MoveTakeBack Move = "takeback" // what was handed over
)

// What is made of a line of a part and not by Service.Move; see Adjust.
const (
	MoveAdjust  Move = "adjust"  // the association takes something off
	MoveShorten Move = "shorten" // its cooperative does
)

// rule says who may make a move, as an order and its parts stand, and what becomes of them.
type rule struct {
	by     []actor.Kind
	in     []State      // the order's
	to     State        // what it becomes, of a move that takes parts away with the last of them, and if it takes back what had confirmed it; empty: it stays
	parts  []PartState  // which parts the move is about; nil: none
	toPart PartState    // what they become; empty: they stay
	all    bool         // every part that is left has to be one of them
	short  *fault.Error // what is said where none is, or not all are
}

// rules are the whole table: the pages' buttons ask it, the moves do, and doc.go draws it.
var rules = map[Move]rule{
	MoveConfirm: {by: []actor.Kind{actor.Association, actor.Buyer}, in: []State{StatePlaced}, to: StateConfirmed},
	MoveDispatch: {by: []actor.Kind{actor.Association}, in: []State{StateConfirmed}, to: StateDispatched,
		parts: []PartState{PartHandedOver}, all: true, short: ErrNotHandedOver},
	MoveDeliver: {by: []actor.Kind{actor.Association}, in: []State{StateDispatched}, to: StateDelivered,
		parts: []PartState{PartHandedOver}, toPart: PartDelivered, all: true},
	MoveRefuse: {by: []actor.Kind{actor.Association}, in: []State{StateDispatched}, to: StateRefused,
		parts: []PartState{PartHandedOver}, toPart: PartRefused, all: true},
	MoveCancel: {by: []actor.Kind{actor.Association}, in: []State{StateAwaiting, StatePlaced, StateConfirmed}, to: StateCancelled,
		parts: []PartState{PartAwaiting, PartPlaced, PartAccepted, PartReady, PartHandedOver}, toPart: PartCancelled, all: true},
	MoveRemove: {by: []actor.Kind{actor.Association}, in: []State{StatePlaced, StateConfirmed}, to: StateCancelled,
		parts: []PartState{PartPlaced, PartAccepted, PartReady, PartHandedOver}, toPart: PartCancelled},
	MoveWithdraw: {by: []actor.Kind{actor.Buyer}, in: []State{StateAwaiting, StatePlaced, StateConfirmed}, to: StateCancelled,
		parts: []PartState{PartAwaiting, PartPlaced, PartAccepted}, toPart: PartCancelled, all: true, short: ErrTooLate},
	MoveExpire: {by: []actor.Kind{actor.System}, in: []State{StateAwaiting, StatePlaced, StateConfirmed}, to: StateCancelled,
		parts: []PartState{PartAwaiting, PartPlaced}, toPart: PartCancelled},
	MovePay: {by: []actor.Kind{actor.System}, in: []State{StateAwaiting}, to: StateConfirmed,
		parts: []PartState{PartAwaiting}, toPart: PartPlaced, all: true},
	MoveChoose: {by: []actor.Kind{actor.Buyer}, in: []State{StateAwaiting}, to: StatePlaced,
		parts: []PartState{PartAwaiting}, toPart: PartPlaced, all: true},
	MoveAddress: {by: []actor.Kind{actor.Buyer}, in: []State{StateAwaiting, StatePlaced, StateConfirmed},
		parts: []PartState{PartAwaiting, PartPlaced}, all: true, short: ErrAddressLate},
	MoveAgain: {by: []actor.Kind{actor.System}, in: []State{StateCancelled}, to: StateAwaiting,
		parts: []PartState{PartCancelled}, toPart: PartAwaiting},

	MoveAccept: {by: []actor.Kind{actor.Member}, in: []State{StatePlaced, StateConfirmed}, to: StateConfirmed,
		parts: []PartState{PartPlaced}, toPart: PartAccepted},
	MoveReady: {by: []actor.Kind{actor.Member}, in: []State{StateConfirmed},
		parts: []PartState{PartAccepted}, toPart: PartReady},
	MoveHandOver: {by: []actor.Kind{actor.Member}, in: []State{StateConfirmed},
		parts: []PartState{PartReady}, toPart: PartHandedOver},
	MoveDecline: {by: []actor.Kind{actor.Member}, in: []State{StatePlaced, StateConfirmed}, to: StateCancelled,
		parts: []PartState{PartPlaced, PartAccepted}, toPart: PartDeclined},

	// The order waits to be confirmed again if that alone had confirmed it; see unconfirm.
	MoveUnaccept: {by: []actor.Kind{actor.Member}, in: []State{StateConfirmed}, to: StatePlaced,
		parts: []PartState{PartAccepted}, toPart: PartPlaced},
	MoveUnready: {by: []actor.Kind{actor.Member}, in: []State{StateConfirmed},
		parts: []PartState{PartReady}, toPart: PartAccepted},
	MoveTakeBack: {by: []actor.Kind{actor.Member}, in: []State{StateConfirmed},
		parts: []PartState{PartHandedOver}, toPart: PartReady},

	MoveAdjust: {by: []actor.Kind{actor.Association}, in: []State{StatePlaced, StateConfirmed, StateDispatched, StateDelivered},
		parts: []PartState{PartPlaced, PartAccepted, PartReady, PartHandedOver, PartDelivered}},
	MoveShorten: {by: []actor.Kind{actor.Member}, in: []State{StatePlaced, StateConfirmed},
		parts: []PartState{PartPlaced, PartAccepted, PartReady}},
}

// By reports whether such an actor ever makes the move.
func (m Move) By(k actor.Kind) bool { return slices.Contains(rules[m].by, k) }

// moving gives those of the parts that a move is about; an error if such an actor may not make it while the
// order and these parts stand so. For a cooperative's move the parts are its own one.
func (m Move) moving(by actor.Kind, order State, parts []Part) ([]Part, error) {
	r := rules[m]
	switch {
	case !m.By(by):
		return nil, ErrNotTheirs
	case !slices.Contains(r.in, order):
		return nil, ErrWrongState
	case r.parts == nil:
		return nil, nil
	}
	var about []Part
	left := 0
	for _, p := range parts {
		if p.State.Active() {
			left++
		}
		if slices.Contains(r.parts, p.State) {
			about = append(about, p)
		}
	}
	if len(about) > 0 && (!r.all || len(about) == left) {
		return about, nil
	}
	if r.short != nil {
		return nil, r.short
	}
	return nil, ErrWrongState
}

// Can reports whether such an actor may make a move of the whole order, as it stands.
func (o Order) Can(m Move, by actor.Kind) bool {
	_, err := m.moving(by, o.State, o.Parts)
	return err == nil
}

// Can reports whether the part's cooperative may make a move with it, as it stands.
func (p CooperativePart) Can(m Move) bool {
	_, err := m.moving(actor.Member, p.OrderState, []Part{p.Part})
	return err == nil
}
