// Package order is the heart of the market: a basket over many cooperatives, the joint order that
// it becomes, and the life of that order until it is delivered and paid or given up.
//
// Start at Service.Place (place.go): in one transaction it takes the stock, writes the order with a
// part for each cooperative, opens the payment, records the ledger's journal and queues the mail
// and the expiry. Whatever happens later is a move (part.go, move.go): it locks the order, checks
// the table of states (state.go), changes state, stock, payment and ledger together and appends to
// the order's history, so that nothing can be done twice or by half. Audit lists what must always
// be true.
package order
