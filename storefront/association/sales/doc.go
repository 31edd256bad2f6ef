// Package sales has the pages of joint sales: figures, charts, and who has sold nothing yet. Every figure comes
// from the ledger by way of package report; what is exported is what the page shows under the same filter
// (filter.go).
//
// Start at Handler.Routes in sales.go.
package sales
