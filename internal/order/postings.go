package order

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
)

// The kinds of journals that orders record.
const (
	journalPlaced        = "placed"
	journalCancelled     = "cancelled"
	journalPaid          = "paid"
	journalEarned        = "earned"
	journalAdjusted      = "adjusted"       // something was taken off a line
	journalAgain         = "again"          // placed again: its payment came after it was given up
	journalSurplus       = "surplus"        // paid without having to be
	journalDeposit       = "deposit"        // paid in part
	journalDepositUndone = "deposit_undone" // and found to be somebody else's money
	journalDepositBack   = "deposit_back"   // and the rest did not come
	journalFee           = "fee"            // kept by a payment provider, or given back by it
	journalFeeBorne      = "fee_borne"      // and borne by cooperatives, or no more
	journalRefunded      = "refunded"       // given back to the buyer
	journalRefundUndone  = "refund_undone"  // and come back to the provider
	journalDelivery      = "delivery_back"  // the delivery is due back, or another of its charges
	journalMeans         = "means"          // another means was chosen, which costs more or less
	journalAddress       = "address"        // it goes elsewhere, where its delivery costs more or less
	journalFrozen        = "frozen"         // earned, and held again while the payment is disputed
	journalThawed        = "thawed"         // and no more
	journalDisputed      = "disputed"       // what a dispute took or brought back, and its fee
	journalWrittenOff    = "written_off"    // what a buyer's bank gave her beyond what she was to have back
	journalKept          = "cash_kept"      // cash that somebody else than the association took
	journalCounted       = "counted"        // of that, brought into the till
	journalBanked        = "banked"         // out of the till
)

// PaidTx records that an order was paid: the money is held until it is earned. See payment.Payee.
func (s *Service) PaidTx(ctx context.Context, tx *sqlx.Tx, orderID, attempt uuid.UUID, amount, deposit money.Amount, provider string, at time.Time) error {
	o, err := lock(ctx, tx, `id = $1`, orderID)
	if err != nil {
		return err
	}
	if amount != o.Due {
		return fmt.Errorf("order %s: paid %s, due %s", o.ID, amount, o.Due)
	}
	if _, err := tx.ExecContext(ctx, `update orders set payment = $2 where id = $1 and payment <> $2`, o.ID, provider); err != nil {
		return fmt.Errorf("order: how it was paid: %w", err)
	}
	journals := []ledger.Journal{{
		Reference: "order:" + o.ID.String() + ":paid", Kind: journalPaid, OrderID: &o.ID, PaymentID: &attempt, At: at,
		Postings: paidPostings(provider, o.active(), o.charges(), deposit),
	}}
	if o.State == StateDelivered {
		journals = append(journals, o.earned(at)...)
	}
	if err := ledger.RecordTx(ctx, tx, journals...); err != nil {
		return err
	}
	if o.State == StateAwaiting || o.State == StatePlaced {
		return s.paidFirst(ctx, tx, o, at)
	}
	return nil
}

// charges are what an order costs beside its goods, for the association.
type charges struct {
	delivery money.Amount
	means    money.Amount // the fee of the means by which it is paid
}

func (c charges) sum() money.Amount { return c.delivery + c.means }

// charges are what the order costs beside its goods, as it was agreed.
func (o *locked) charges() charges { return charges{o.DeliveryFee, o.MeansFee} }

// earned is the journal that what was paid for an order is earned when it is delivered: all of which nothing may be sent
// back, and its charges. No journal: that is nothing.
func (o *locked) earned(at time.Time) []ledger.Journal {
	parts := slices.DeleteFunc(o.active(), func(p Part) bool { return !p.earned() })
	if len(parts) == 0 && o.charges().sum() == 0 {
		return nil
	}
	return []ledger.Journal{{
		Reference: "order:" + o.ID.String() + ":earned", Kind: journalEarned, OrderID: &o.ID, At: at,
		Postings: earnedPostings(parts, o.charges()),
	}}
}

// dropTx records that these parts, and the charges with them, are no more to be paid; or, if the buyer has paid,
// that she is to have their money back.
func (o *locked) dropTx(ctx context.Context, tx *sqlx.Tx, d drop, paid bool, c charges) error {
	postings := ledger.Reversed(salePostings(d.parts, c))
	if paid {
		postings = refundPostings(d.parts, c)
	}
	return ledger.RecordTx(ctx, tx, ledger.Journal{
		Reference: d.reference(o), Kind: journalCancelled, OrderID: &o.ID, PartID: d.part(), At: o.by.At, Postings: postings,
	})
}

// paid reports whether the buyer has paid for the order.
func (o *locked) paid(ctx context.Context, tx *sqlx.Tx) (paid bool, err error) {
	err = tx.GetContext(ctx, &paid, `select exists (select from ledger_journals where order_id = $1 and kind = '`+journalPaid+`')`, o.ID)
	if err != nil {
		return false, fmt.Errorf("order: is it paid: %w", err)
	}
	return paid, nil
}

// salePostings say that the buyer owes these parts and charges.
func salePostings(parts []Part, c charges) []ledger.Posting {
	postings := []ledger.Posting{
		{Debit: ledger.Buyers, Credit: ledger.PendingDelivery, Amount: c.delivery},
		{Debit: ledger.Buyers, Credit: ledger.PendingMeansFee, Amount: c.means},
	}
	for _, p := range parts {
		postings = append(postings, ledger.Posting{
			Debit: ledger.Buyers, Credit: ledger.PendingTo(p.Cooperative.ID), Amount: p.Items,
		})
	}
	return postings
}

// paidPostings say that the provider took in what the buyer owed for these parts and charges, of which it had a deposit,
// and that it is held.
func paidPostings(provider string, parts []Part, c charges, deposit money.Amount) []ledger.Posting {
	postings := []ledger.Posting{
		{Debit: ledger.PendingDelivery, Credit: ledger.HeldDelivery, Amount: c.delivery},
		{Debit: ledger.PendingMeansFee, Credit: ledger.HeldMeansFee, Amount: c.means},
	}
	due := c.sum()
	for _, p := range parts {
		due += p.Items
		postings = append(postings, ledger.Posting{
			Debit: ledger.PendingTo(p.Cooperative.ID), Credit: ledger.HeldFor(p.Cooperative.ID), Amount: p.Items,
		})
	}
	return append(postings,
		ledger.Posting{Debit: ledger.Deposits, Credit: ledger.Buyers, Amount: deposit},
		ledger.Posting{Debit: ledger.Received(provider), Credit: ledger.Buyers, Amount: due - deposit})
}

// earnedPostings say that what is held for these parts and charges is now due to the cooperatives and earned by the
// association.
func earnedPostings(parts []Part, c charges) []ledger.Posting {
	postings := []ledger.Posting{
		{Debit: ledger.HeldDelivery, Credit: ledger.Delivery, Amount: c.delivery},
		{Debit: ledger.HeldMeansFee, Credit: ledger.MeansFees, Amount: c.means},
	}
	for _, p := range parts {
		held := ledger.HeldFor(p.Cooperative.ID)
		postings = append(postings,
			ledger.Posting{Debit: held, Credit: ledger.PayableTo(p.Cooperative.ID), Amount: p.Items - p.Commission},
			ledger.Posting{Debit: held, Credit: ledger.Commission, Amount: p.Commission + p.Borne})
	}
	return postings
}

// refundPostings say that the buyer is to have back what is held for these parts and charges. Of that the association bore
// some already, which it has back: as it gave it, out of no cooperative's goods.
func refundPostings(parts []Part, c charges) []ledger.Posting {
	postings := []ledger.Posting{
		{Debit: ledger.HeldDelivery, Credit: ledger.RefundsDue, Amount: c.delivery},
		{Debit: ledger.HeldMeansFee, Credit: ledger.RefundsDue, Amount: c.means},
	}
	for _, p := range parts {
		held := ledger.HeldFor(p.Cooperative.ID)
		postings = append(postings,
			ledger.Posting{Debit: held, Credit: ledger.RefundsDue, Amount: p.Items + p.Borne},
			ledger.Posting{Debit: ledger.RefundsDue, Credit: ledger.Commission, Amount: p.Borne})
	}
	return postings
}

// backPostings say that the buyer is to have back what was taken off a part that she has paid. It is held still or, once
// it was earned, comes back out of the commission and of what its cooperative is owed, which is less in standings then; what
// that was paid out already the cooperative owes.
func backPostings(off Part, earned bool, standings map[uuid.UUID]ledger.Standing) []ledger.Posting {
	refund := refundPostings([]Part{off}, charges{})
	if !earned {
		return refund
	}
	commission := off.Commission + off.Borne // which stands in it, as less
	share := off.Items + off.Borne - commission
	of := standings[off.Cooperative.ID]
	payable := min(share, of.Payable)
	of.Payable -= payable
	standings[off.Cooperative.ID] = of
	held := ledger.HeldFor(off.Cooperative.ID)
	return append([]ledger.Posting{
		{Debit: ledger.PayableTo(off.Cooperative.ID), Credit: held, Amount: payable},
		{Debit: ledger.OwedBy(off.Cooperative.ID), Credit: held, Amount: share - payable},
		{Debit: ledger.Commission, Credit: held, Amount: commission},
	}, refund...)
}
