// Package ledger keeps the money of the market by double entry. Start at RecordTx, which writes a
// Journal inside the transaction that causes it; Balance and Balances read.
//
// A posting moves a positive amount from one account to another, so no entry can be unbalanced. In
// a posting the debited account is named first. Nothing is ever changed or deleted; what was wrong
// or is over is reversed by another journal.
//
// The life of an order's money:
//
//	placed     buyers → pending:<cooperative>, buyers → pending:delivery
//	cancelled  the same, reversed
//	paid       received:<provider> → buyers; pending:<cooperative> → payable:<cooperative> and
//	           → commission; pending:delivery → delivery
//	paid out   payable:<cooperative> → bank
package ledger
