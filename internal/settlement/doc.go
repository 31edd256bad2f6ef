// Package settlement says what the association owes each cooperative and keeps what it has paid
// out. Every figure comes from the ledger's postings. Start at Service.Owed for all cooperatives,
// Service.Statement for one, and Service.Pay, which records a bank transfer.
package settlement
