// Package cooperative keeps the sellers of the market: who they are by law 112-12, and whether the
// association has approved them. Start at Service.Create, which takes one in as pending,
// Service.SetState, by which the association decides, and Service.Correct, which mends what is kept
// of one; Service.Events is what was decided and corrected. Only approved cooperatives sell.
package cooperative
