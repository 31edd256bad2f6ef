// Package payments has the pages of what providers of payments tell: their events, what was forged in their names, and
// where what they say of money differs from what is known here; and of disputes, whoever tells of them.
//
// Start at Handler.Routes in payments.go.
package payments
