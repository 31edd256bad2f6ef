package payment

import "slices"

// State is how far an intent, an attempt or a refund has come.
type State string

// The states.
const (
	Pending   State = "pending"   // written down; nobody else knows of it
	Waiting   State = "waiting"   // the provider knows of it
	Succeeded State = "succeeded" // the money has changed hands
	Failed    State = "failed"    // the provider said no
	Expired   State = "expired"   // its time was over first
	Cancelled State = "cancelled" // what it was for is off
)

// live are the states of an attempt or a refund that is not over.
var live = []State{Pending, Waiting}

// edge is one way into a state; doc.go draws all of them.
type edge struct {
	by   string
	from []State
	to   State
}

var (
	paysIntent    = edge{"pay", []State{Pending, Cancelled}, Succeeded}
	cancelsIntent = edge{"cancel", []State{Pending}, Cancelled}
	// Money that comes late may still be taken, see Payee.AgainTx.

	asksForAttempt = edge{"ask", []State{Pending}, Waiting}
	// Money that comes is taken, also for an attempt that was over, and more of it for one that has received some.
	paysAttempt    = edge{"pay", []State{Pending, Waiting, Succeeded, Failed, Expired, Cancelled}, Succeeded}
	failsAttempt   = edge{"fail", live, Failed}
	expiresAttempt = edge{"expire", live, Expired}
	cancelsAttempt = edge{"cancel", live, Cancelled}

	asksForRefund = edge{"ask", []State{Pending}, Waiting}
	// Money that went back has gone, also by a refund that had failed.
	givesRefund = edge{"give", []State{Pending, Waiting, Failed}, Succeeded}
	// What a provider gave may come back to it: the buyer's bank has no such account any more.
	failsRefund = edge{"fail", []State{Pending, Waiting, Succeeded}, Failed}
)

// leads reports whether the edge leads on from a state.
func (e edge) leads(from State) bool { return slices.Contains(e.from, from) }
