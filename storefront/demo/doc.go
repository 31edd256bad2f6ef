// Package demo has the pages that only a demonstration shows: the mailbox, where mail lies that would
// otherwise have been sent, and the test card's, which stands for a bank's.
package demo
