package ledger

import (
	"github.com/google/uuid"
)

// Account is a place where money is, is owed or is expected: a kind and, where the chart says so, whose.
type Account struct {
	Kind        Kind
	Cooperative uuid.UUID // of a kind that each cooperative has
	Provider    string    // of a kind that each payment provider has
}

// Kind is a line of the Chart.
type Kind string

// Side is where an amount adds to an account's balance.
type Side string

// The sides.
const (
	Debit  Side = "debit"
	Credit Side = "credit"
)

// Class says what a balance is for the association.
type Class string

// The classes.
const (
	Asset     Class = "asset"     // its money and its claims
	Liability Class = "liability" // what it owes or keeps for others
	Income    Class = "income"    // what it earned
	Expense   Class = "expense"   // what the market cost it
)

// Subject says whose an account is.
type Subject string

// The subjects.
const (
	Nobody      Subject = ""            // there is one account of the kind
	Cooperative Subject = "cooperative" // one for each cooperative
	Provider    Subject = "provider"    // one for each payment provider
)

// Line describes the accounts of one kind.
type Line struct {
	Side    Side
	Class   Class
	Subject Subject
}

// chart is every kind of account that there is. SQL reads it through the view ledger_accounts.
var chart = map[Kind]Line{
	buyers:          {Debit, Asset, Nobody},
	received:        {Debit, Asset, Provider},
	bank:            {Debit, Asset, Nobody},
	cooperativeOwes: {Debit, Asset, Cooperative},
	carriersHold:    {Debit, Asset, Nobody},
	dispute:         {Debit, Asset, Provider},
	pending:         {Credit, Liability, Cooperative},
	pendingDelivery: {Credit, Liability, Nobody},
	held:            {Credit, Liability, Cooperative},
	heldDelivery:    {Credit, Liability, Nobody},
	pendingMeansFee: {Credit, Liability, Nobody},
	heldMeansFee:    {Credit, Liability, Nobody},
	payable:         {Credit, Liability, Cooperative},
	inTransit:       {Credit, Liability, Cooperative},
	deposits:        {Credit, Liability, Nobody},
	refundsDue:      {Credit, Liability, Nobody},
	campaignFund:    {Credit, Liability, Nobody},
	commission:      {Credit, Income, Nobody},
	delivery:        {Credit, Income, Nobody},
	meansFees:       {Credit, Income, Nobody},
	fees:            {Debit, Expense, Provider},
	rounding:        {Debit, Expense, Nobody},
}

const (
	buyers          Kind = "buyers"
	received        Kind = "received"
	bank            Kind = "bank"
	cooperativeOwes Kind = "cooperative_owes"
	carriersHold    Kind = "carriers_hold"
	dispute         Kind = "dispute"
	pending         Kind = "pending"
	pendingDelivery Kind = "pending_delivery"
	held            Kind = "held"
	heldDelivery    Kind = "held_delivery"
	pendingMeansFee Kind = "pending_means_fee"
	heldMeansFee    Kind = "held_means_fee"
	payable         Kind = "payable"
	inTransit       Kind = "in_transit"
	deposits        Kind = "deposits"
	refundsDue      Kind = "refunds_due"
	campaignFund    Kind = "campaign_fund"
	commission      Kind = "commission"
	delivery        Kind = "delivery"
	meansFees       Kind = "means_fees"
	fees            Kind = "fees"
	rounding        Kind = "rounding"
)

// The accounts that there are once.
var (
	Buyers          = Account{Kind: buyers}          // what buyers have still to pay
	Bank            = Account{Kind: bank}            // the association's account at its bank
	CarriersHold    = Account{Kind: carriersHold}    // cash of buyers that carriers have not brought yet
	PendingDelivery = Account{Kind: pendingDelivery} // delivery fees that are not paid yet
	HeldDelivery    = Account{Kind: heldDelivery}    // delivery fees that are paid, of orders that are not delivered yet
	PendingMeansFee = Account{Kind: pendingMeansFee} // what means of payment cost buyers, and is not paid yet
	HeldMeansFee    = Account{Kind: heldMeansFee}    // the same of orders that are paid and not delivered yet
	Deposits        = Account{Kind: deposits}        // what buyers have paid of what is not paid whole yet
	RefundsDue      = Account{Kind: refundsDue}      // what buyers have paid and are to have back
	CampaignFund    = Account{Kind: campaignFund}    // what was given for campaigns and not spent yet
	Commission      = Account{Kind: commission}      // the association's commission
	Delivery        = Account{Kind: delivery}        // delivery fees
	MeansFees       = Account{Kind: meansFees}       // what means of payment cost buyers
	Rounding        = Account{Kind: rounding}        // what rounding cost; below zero: what it brought
)

// PendingTo is what a cooperative has sold and buyers have still to pay, commission included.
func PendingTo(cooperative uuid.UUID) Account {
	return Account{Kind: pending, Cooperative: cooperative}
}

// HeldFor is what buyers have paid for a cooperative's goods that are not with them yet or that they may send back,
// commission included.
func HeldFor(cooperative uuid.UUID) Account { return Account{Kind: held, Cooperative: cooperative} }

// PayableTo is what is owed to a cooperative: what it earned, less commission, payouts and what was set off against
// what it owes.
func PayableTo(cooperative uuid.UUID) Account {
	return Account{Kind: payable, Cooperative: cooperative}
}

// InTransitTo is what a payment provider was asked to pay a cooperative and has not paid yet.
func InTransitTo(cooperative uuid.UUID) Account {
	return Account{Kind: inTransit, Cooperative: cooperative}
}

// OwedBy is what a cooperative owes, such as cash that it took from buyers and kept.
func OwedBy(cooperative uuid.UUID) Account {
	return Account{Kind: cooperativeOwes, Cooperative: cooperative}
}

// Received is money that a payment provider took in and has still.
func Received(provider string) Account { return Account{Kind: received, Provider: provider} }

// Disputed is money that a payment provider keeps back while a buyer disputes her payment.
func Disputed(provider string) Account { return Account{Kind: dispute, Provider: provider} }

// Fees are what a payment provider kept for its service.
func Fees(provider string) Account { return Account{Kind: fees, Provider: provider} }

// debitAdds reports whether a debit adds to the account's balance.
func (a Account) debitAdds() bool { return chart[a.Kind].Side == Debit }

// cooperative is whose it is; nil: nobody's in particular.
func (a Account) cooperative() *uuid.UUID {
	if a.Cooperative == uuid.Nil {
		return nil
	}
	return &a.Cooperative
}

// valid reports whether there can be such an account.
func (a Account) valid() bool {
	line, known := chart[a.Kind]
	return known && (a.Cooperative != uuid.Nil) == (line.Subject == Cooperative) && (a.Provider != "") == (line.Subject == Provider)
}

// String is the account's written name, such as «payable:<cooperative>». Hashes cover it, so it stays.
func (a Account) String() string {
	switch {
	case a.Kind == pendingDelivery:
		return "pending:delivery"
	case a.Cooperative != uuid.Nil:
		return string(a.Kind) + ":" + a.Cooperative.String()
	case a.Provider != "":
		return string(a.Kind) + ":" + a.Provider
	}
	return string(a.Kind)
}
