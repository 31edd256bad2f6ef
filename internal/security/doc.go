// Package security keeps the record of security events: who did what to whom, when and from where, for
// the association to read and for the log. Start at Log.Do, which keeps an event in the transaction that
// it is about, and Log.Note, which keeps one that changed nothing, such as a failed sign-in. An event
// holds no password, token or code, and is kept for a year.
package security
