// Package payment keeps what has to be paid, by which means, how that was tried and whether it was. It knows
// a reference and an amount, never what is paid for: whoever opens an intent is its Payee, and is told of
// money inside the same transaction. Start at Service.
//
// An intent is what has to be paid for a reference. Cash is received by SettleTx, whenever it changes hands.
// A provider that takes the money before (Advance) is asked for it in attempts, one at a time, by Start; ChooseTx begins
// another, by the same means or another, and the provider of the one that is over is told (CloseWorker). What became of
// them a provider tells in events, which Receive keeps before anything else and EventWorker works. Events come twice and
// in any order, and are emptied some time after they were worked. An attempt that is over may yet be paid: that pays
// what is not paid, or is taken up again (Payee.AgainTx); other money, and what is too much, is kept and given back. Of a
// Collector's attempt parts add up, and are deposits until they are all that is asked for. RefundTx gives back, never
// more than was received; what failed of it waits until it is asked for again, which is another refund of the same
// request. What a provider puts off people may have given otherwise (ByMeansTx), once that says that it has not given it.
//
// A buyer may have her bank take back what she paid (dispute.go): asked, open, won or lost. While one is open nothing of
// the attempt is given back; what was lost is given by it, of all that is or comes to be due back to her. A dispute
// is of one attempt: the intent says by which it was paid, and of another's dispute its payee has nothing to hold.
//
// A provider that can (PayerOut) pays others out of what it received, and takes back: PayOutTx and RecallTx write down what
// it is asked for, jobs ask, but not while it is disputed, and whoever has it paid out (Payer) is told what came of it.
//
// What a provider does not tell it is asked after (AskWorker), and each day its list is compared with what is known here
// (CompareWorker); what it says otherwise is a Difference until it is settled.
//
// The states, with what leads from one to the next (a test holds these lines against the tables):
//
//	intent: pending ─ pay ▶ succeeded
//	intent: pending ─ cancel ▶ cancelled ─ pay ▶ succeeded
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
//	refund: pending ─ give ▶ succeeded ─ fail ▶ failed
//	refund: pending ─ fail ▶ failed ─ give ▶ succeeded
//	refund: waiting ─ fail ▶ failed
package payment
