// Package buy has the pages on which buyers buy: basket, checkout, the confirming of an order by mail
// and its tracking.
//
// Start at Handler.Routes in buy.go.
package buy
