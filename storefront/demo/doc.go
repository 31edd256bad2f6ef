// Package demo has the one page that only a demonstration shows: the mailbox, where mail lies that
// would otherwise have been sent.
package demo
