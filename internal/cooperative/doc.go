// Package cooperative keeps the sellers of the market: who they are by law 112-12, and whether the
// association has approved them. Start at Service.Create, which takes one in as pending, and
// Service.SetState, by which the association decides. Only approved cooperatives sell.
package cooperative
