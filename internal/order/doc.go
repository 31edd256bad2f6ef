// Package order is the heart of the market: a basket over many cooperatives, the joint order that
// it becomes, and the life of that order until it is delivered and paid or given up.
//
// Start at Service.Place (place.go): in one transaction it takes the stock, writes the order with a
// part for each cooperative, opens the payment, records the ledger's journal and queues the mail
// and the expiry. Whatever happens later is a Move (move.go, part.go): it locks the order, asks the table of
// rules (rules.go) who may do it and from where, changes state, stock, payment and ledger together and
// appends to the order's history, so that nothing can be done twice or by half. Audit lists what must
// always be true.
//
// An order, its parts and their lines stay as they were placed. What is taken off a line after that is appended to
// order_adjustments (adjust.go); the views order_lines_now and sub_orders_now say what a line and a part are worth
// since, and due_centimes what the order is. Parts and lines are read, dropped, paid, earned and counted by these.
// Pieces that are taken off take their share of the line's worth along. Before the buyer has them they go back into
// stock; missing and damaged ones are lost: released from the order, and counted off the stock at once. So are those of a
// whole part that leaves because it is missing or damaged, as its cooperative or the association says. Goodwill, and
// worth beyond that of pieces, only the association gives.
//
// A provider keeps its fee of what goes back. The cooperatives whose goods were the cause bear it, if that is decided so
// when it is to go back, and once it is given (fee.go); else the association does. In the ledger that is «borne».
//
// Paid, delivered and closed are three things. What is paid for a part is earned when its goods are with the buyer and
// she may not send them back any more: the window that opens at delivery is over, and nothing has the part frozen
// (window.go), such as a dispute of its payment (dispute.go). The order is closed with the last of its parts.
//
// Goods that are sent back of an order whose payment is disputed are counted all the same, and their cooperative puts them
// into stock; what they were worth is due back, and waits until the dispute is over. If it is lost the buyer has it from her
// bank, and nothing more is given.
//
// The states of an order, and of one cooperative's part of it, with the moves between them (a test holds
// these lines against the rules). An order goes with the last of its parts.
//
//	order: awaiting_payment ─ pay ▶ confirmed
//	order: awaiting_payment ─ choose ▶ placed
//	order: awaiting_payment ─ cancel, withdraw, expire ▶ cancelled ─ again ▶ awaiting_payment
//	order: placed ─ confirm, accept ▶ confirmed ─ dispatch ▶ dispatched ─ deliver ▶ delivered
//	order: dispatched ─ refuse ▶ refused
//	order: placed ─ cancel, remove, withdraw, expire, decline ▶ cancelled
//	order: confirmed ─ cancel, remove, withdraw, expire, decline ▶ cancelled
//	order: confirmed ─ unaccept ▶ placed
//
//	part: awaiting_payment ─ pay, choose ▶ placed
//	part: awaiting_payment ─ cancel, withdraw, expire ▶ cancelled ─ again ▶ awaiting_payment
//	part: placed ─ accept ▶ accepted ─ ready ▶ ready ─ handover ▶ handed_over ─ deliver ▶ delivered
//	part: accepted ─ unaccept ▶ placed
//	part: ready ─ unready ▶ accepted
//	part: handed_over ─ takeback ▶ ready
//	part: placed ─ cancel, remove, withdraw, expire ▶ cancelled
//	part: accepted ─ cancel, remove, withdraw ▶ cancelled
//	part: ready ─ cancel, remove ▶ cancelled
//	part: handed_over ─ cancel, remove ▶ cancelled
//	part: placed ─ decline ▶ declined
//	part: accepted ─ decline ▶ declined
//	part: handed_over ─ refuse ▶ refused
//
// And of what a buyer sends back of a delivered order, see return.go:
//
//	return: asked ─ arrange ▶ arranged ─ receive ▶ received ─ give ▶ refunded
//	return: asked ─ receive ▶ received
//	return: asked ─ reject ▶ refused
//	return: asked ─ keep ▶ withdrawn
//	return: arranged ─ arrange ▶ arranged
//	return: arranged ─ reject ▶ refused
//	return: arranged ─ keep ▶ withdrawn
//	return: refunded ─ undo ▶ received
package order
