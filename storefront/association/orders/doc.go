// Package orders has the pages of the joint orders on their way to the buyers, of what unconfirmed ones hold, and
// of erasing a buyer.
//
// Start at Handler.Routes in orders.go.
package orders
