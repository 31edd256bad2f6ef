// Package returns has the pages of what goes back to buyers: what the association decides to give back of an order
// or to take off it, the money that waits to be given, and the goods that buyers send back.
//
// Start at Handler.Routes in returns.go.
package returns
