// Package orders has a cooperative's parts of the joint orders.
//
// Start at Handler.Routes in orders.go.
package orders
