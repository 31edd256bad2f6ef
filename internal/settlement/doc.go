// Package settlement says what the association owes each cooperative and keeps what it has paid
// out. Every figure comes from the ledger's postings. Start at Service.Owed for all cooperatives,
// Service.Statement for one, Service.Pay, which records a bank transfer, and Service.Undo, which takes
// back what was recorded wrongly. Cooperatives are told of both by mail.
package settlement
