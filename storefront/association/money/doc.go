// Package money has the pages of what is owed to the cooperatives: settlement, statement, paying and taking back.
//
// Start at Handler.Routes in money.go.
package money
