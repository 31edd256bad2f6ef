// Package mail sends plain-text messages: SendTx queues one in the transaction that causes it, and
// Worker sends it by SMTP or, without a server, keeps it in the mailbox that the demo shows.
package mail
