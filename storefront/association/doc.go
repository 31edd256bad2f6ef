// Package association has the pages of the provincial association: joint sales and who has none yet,
// the cooperatives and what is decided about them, the joint orders on their way to the buyers, and
// the money owed to each cooperative.
//
// Start at Handler.Routes. Every figure of the dashboard and of the settlement comes from the ledger,
// by way of package report and package settlement; what is exported is what the page shows under the
// same filter (filter.go). A refused form is shown again with its values; an action that came too
// late, because somebody else was faster, is told calmly on the page that it was meant for.
package association
