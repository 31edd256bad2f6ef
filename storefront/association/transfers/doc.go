// Package transfers has the pages of money that comes by bank transfer: what is waited for, what came of it, and the files
// of the bank's, line by line.
//
// Start at Handler.Routes in transfers.go.
package transfers
