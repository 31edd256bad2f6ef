// Package money has what is due to a cooperative, and the statement of its account.
//
// Start at Handler.Routes in money.go.
package money
