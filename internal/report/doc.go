// Package report tells the association how the market does: sales by cooperative, commune and month, and how evenly
// they are spread. Start at Service.Sales. Cooperatives that sold nothing count in every figure; leaving them out
// would make the market look fairer than it is.
//
// Nothing is summed over the ledger for a page. What each part of an order counts for is carried, with the sums of it
// by cooperative and by commune and sector: whoever moves money appends the order to sold_changes, and fold brings
// it in, before each report and every minute. Of a cooperative that moved all orders change: they stand in sold_left,
// for the job. The tables and what they should hold (…_now) are in migration 00200; Audit holds the two against each
// other.
package report
