// Package payments has the page of what providers of payments tell: their events, what was forged in their names, and
// where what they say of money differs from what is known here.
//
// Start at Handler.Routes in payments.go.
package payments
