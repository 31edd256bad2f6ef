// Package settlement says what the association owes each cooperative and keeps what it has paid
// out. Every figure comes from the ledger: what is owed from its balances, a statement from its postings. Sales
// are what was earned: paid by buyers who have the goods and cannot send them back any more. What a cooperative owes, such as cash that it kept, stands
// beside what it is owed until a payout sets it off, as far as that goes, or it is brought. Start at
// Service.Summary and Service.Owed for all cooperatives, Service.Statement for one, Service.PayAll, which records
// bank transfers, and Service.Undo, which takes back what was recorded wrongly. Those with an account at a payment provider are
// paid by it, order by order (provider.go). Cooperatives are told of all of it by mail.
package settlement
