package order

import (
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
)

// The kinds of journals that orders record.
const (
	journalPlaced    = "placed"
	journalCancelled = "cancelled"
	journalPaid      = "paid"
)

// salePostings say that the buyer owes these parts and the delivery fee.
func salePostings(parts []Part, fee money.Amount) []ledger.Posting {
	postings := []ledger.Posting{{Debit: ledger.Buyers, Credit: ledger.PendingDelivery, Amount: fee}}
	for _, p := range parts {
		postings = append(postings, ledger.Posting{
			Debit: ledger.Buyers, Credit: ledger.PendingTo(p.Cooperative.ID), Amount: p.Items,
			CooperativeID: &p.Cooperative.ID,
		})
	}
	return postings
}

// paidPostings say that the provider took in what the buyer owed for these parts and the delivery
// fee, and that it is now due to the cooperatives and earned by the association.
func paidPostings(provider string, parts []Part, fee money.Amount) []ledger.Posting {
	postings := []ledger.Posting{{Debit: ledger.PendingDelivery, Credit: ledger.Delivery, Amount: fee}}
	due := fee
	for _, p := range parts {
		due += p.Items
		pending, cooperative := ledger.PendingTo(p.Cooperative.ID), &p.Cooperative.ID
		postings = append(postings,
			ledger.Posting{Debit: pending, Credit: ledger.PayableTo(p.Cooperative.ID), Amount: p.Items - p.Commission, CooperativeID: cooperative},
			ledger.Posting{Debit: pending, Credit: ledger.Commission, Amount: p.Commission, CooperativeID: cooperative})
	}
	return append(postings, ledger.Posting{Debit: ledger.Received(provider), Credit: ledger.Buyers, Amount: due})
}
