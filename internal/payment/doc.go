// Package payment keeps what has to be paid, by which means, how that was tried and whether it was. It knows
// a reference and an amount, never what is paid for: whoever opens an intent is its Payee, and is told of
// money inside the same transaction. Start at Service.
//
// An intent is what has to be paid for a reference. Cash is received by SettleTx, whenever it changes hands.
// A provider that takes the money before (Advance) is asked for it in attempts, one at a time, by Start; what
// became of them it tells in events, which Receive keeps before anything else and EventWorker works. Events
// come twice and in any order, and are emptied some time after they were worked; an attempt that is over may yet be
// paid, or one is paid otherwise than it asks, and such money is kept and given back. RefundTx gives back, never more than was received; what
// failed of it waits until it is asked for again, which is another refund of the same request.
//
// The states, with what leads from one to the next (a test holds these lines against the tables):
//
//	intent: pending ─ pay ▶ succeeded
//	intent: pending ─ cancel ▶ cancelled
//
//	attempt: pending ─ ask ▶ waiting ─ pay ▶ succeeded
//	attempt: pending ─ pay ▶ succeeded ─ pay ▶ succeeded
//	attempt: pending ─ fail ▶ failed ─ pay ▶ succeeded
//	attempt: waiting ─ fail ▶ failed
//	attempt: pending ─ expire ▶ expired ─ pay ▶ succeeded
//	attempt: waiting ─ expire ▶ expired
//	attempt: pending ─ cancel ▶ cancelled ─ pay ▶ succeeded
//	attempt: waiting ─ cancel ▶ cancelled
//
//	refund: pending ─ ask ▶ waiting ─ give ▶ succeeded
//	refund: pending ─ give ▶ succeeded
//	refund: pending ─ fail ▶ failed ─ give ▶ succeeded
//	refund: waiting ─ fail ▶ failed
package payment
