// Package returns has the pages of what goes back to buyers: what the association decides to give back of a delivered
// order, and the money that waits to be given.
//
// Start at Handler.Routes in returns.go.
package returns
