// Package ledger keeps the money of the market by double entry. Start at RecordTx, which writes a
// Journal inside the transaction that causes it; Balance and Balances read.
//
// A posting moves a positive amount from one account to another, so no entry can be unbalanced.
// Nothing is ever changed or deleted; what was wrong or is over is reversed by another journal.
//
// The life of an order's money:
//
//	              debit                  credit
//	placed        buyers                 pending:<cooperative>, pending:delivery
//	cancelled     pending:…              buyers
//	paid          received:<provider>    buyers
//	              pending:<cooperative>  payable:<cooperative>, commission
//	              pending:delivery       delivery
//	paid out      payable:<cooperative>  bank
package ledger
