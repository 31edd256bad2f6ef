package ledger

import (
	"strings"

	"github.com/google/uuid"
)

// Account names a place where money is, is owed or is expected.
type Account string

// The accounts that there are once. Buyers, Bank and what Received gives are the association's
// claims and cash: a debit adds to them. The others are what it owes or earned: a credit adds.
const (
	Buyers          Account = "buyers"           // what buyers have still to pay
	PendingDelivery Account = "pending:delivery" // delivery fees of orders that are not paid yet
	Delivery        Account = "delivery"         // delivery fees earned
	Commission      Account = "commission"       // the association's commission earned
	Bank            Account = "bank"             // the association's account at its bank
)

// PendingTo is what a cooperative will have sold once the buyers have paid, commission included.
func PendingTo(cooperative uuid.UUID) Account { return Account("pending:" + cooperative.String()) }

// PayableTo is what is owed to a cooperative: its paid sales, less commission and payouts.
func PayableTo(cooperative uuid.UUID) Account { return Account("payable:" + cooperative.String()) }

// Received is money that a payment provider took in.
func Received(provider string) Account { return Account("received:" + provider) }

// debitAdds reports whether a debit adds to the account's balance.
func (a Account) debitAdds() bool {
	return a == Buyers || a == Bank || strings.HasPrefix(string(a), "received:")
}
