// Package ledger keeps the money of the market by double entry. Start at RecordTx, which writes a
// Journal inside the transaction that causes it; Balance and Balances read. The accounts are in account.go.
//
// A posting moves a positive amount from one account to another, so no entry can be unbalanced.
// Nothing is ever changed or deleted; what was wrong or is over is reversed by another journal.
//
// The life of an order's money. What is paid is not earned yet: until the goods are with the buyer and she may not send
// them back any more, it is held for her and for the cooperatives, and she has it back if they do not come or go back.
//
//	              debit                  credit
//	placed        buyers                 pending:<cooperative>, pending:delivery, pending_means_fee
//	means         pending_means_fee      buyers                                    when she chooses another means: less,
//	              buyers                 pending_means_fee                         or more
//	cancelled     pending:…              buyers                                    before it is paid
//	              held:…                 refunds_due                               after that
//	paid          received:<provider>    buyers
//	              pending:<cooperative>  held:<cooperative>
//	              pending:delivery       held_delivery
//	              pending_means_fee      held_means_fee
//	deposit       received:<provider>    deposits                                  a part of what is to be paid
//	              deposits               buyers, or refunds_due                    with the rest, or without it
//	              deposits               received:<provider>                       when it was somebody else's money
//	fee           fees:<provider>        received:<provider>                       and the reverse, if some of it comes back
//	borne         cooperative_owes:…     fees:<provider>                           of what goes back, where cooperatives bear it
//	borne no more fees:<provider>        cooperative_owes:…
//	              cooperative_owes:…     payable:<cooperative>                     what of that was set off already
//	earned        held_delivery          delivery                                  when it is delivered
//	              held_means_fee         means_fees
//	              held:<cooperative>     payable:<cooperative>, commission         then, or when nothing may be sent back
//	adjusted      as cancelled           as cancelled                              before it is earned
//	              payable:…, commission  held:<cooperative>                        after that,
//	              cooperative_owes:…     held:<cooperative>                        what of it is paid out already
//	              held:<cooperative>     refunds_due
//	let off       commission             refunds_due                               by the association alone; and the reverse with goods
//	                                                                               that come back, of which all is due back then
//	refunded      refunds_due            received:<provider>
//	refund undone received:<provider>    refunds_due                               when it comes back to the provider
//	paid out      payable:<cooperative>  bank
//
// A payment provider pays a cooperative out of what it received for it, and takes back what the buyer has back of that:
//
//	asked for     payable:<cooperative>  in_transit:<cooperative>                  and the reverse, if it refuses
//	arrived       in_transit:…           received:<provider>
//	taken back    received:<provider>    in_transit:…
//	              in_transit:…           cooperative_owes:…, payable:…             what it owed is brought, more is owed to it
//
// A cooperative that delivers itself may take the cash and keep it. What it owes of that is set off against what it is
// owed, or it brings the money:
//
//	kept          cooperative_owes:…     buyers, or received:<provider>            in place of «received», or after it
//	set off       payable:<cooperative>  cooperative_owes:…                        with its next payout
//	brought       bank, or received:…    cooperative_owes:…
//
// So may a carrier; and what is in the till goes to the bank:
//
//	kept          carriers_hold          received:<provider>
//	counted       received:<provider>    carriers_hold
//	banked        bank                   received:<provider>
//
// What a buyer disputes the provider keeps back, and what is earned of it and not paid out is held again; what is lost she
// has from her bank:
//
//	disputed      dispute:<provider>     received:<provider>                       won: the other way
//	              fees:<provider>        received:<provider>                       for which it keeps something
//	frozen        payable:<cooperative>  held:<cooperative>                        until it is decided: then the other way
//	given         refunds_due            dispute:<provider>                        lost, of what is due back to her (see cancelled, adjusted)
//	written off   fees:<provider>        dispute:<provider>                        and beyond that; the reverse, if it comes to be due
//
// Cash at the door, and the delivery with it, is paid and earned in one transaction, by two journals; of goods that may
// be sent back the part of each cooperative is earned by a journal of its own. The first version had one journal,
// of kind «paid», for both: from pending straight to payable, commission and delivery. These stand as they were
// written. So whoever counts looks at a posting's two accounts and not at its journal's kind: what left pending for
// anything but buyers is paid, what came from held or pending to payable or commission is earned, what went from
// payable to the bank or into transit is paid out.
//
// What each account holds is carried in the table balances, by a trigger, in the transaction of the postings, and how
// much of that is against held and pending accounts and against the bank or in transit; from what is pending for, held for or owed to
// a cooperative no more is taken than there is (ErrOverdrawn). What all cooperatives have of an account is carried in
// account_totals, for those of women alone apart.
//
// SQL reads the chart of accounts through the view ledger_accounts and the postings through
// ledger_movements, which has the amount that each added to each of its two accounts; other packages read
// journals, postings, balances and totals through ledger_journals, ledger_postings, ledger_balances and ledger_totals.
package ledger
