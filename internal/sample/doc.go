// Package sample is an invented market to show and to try things on: cooperatives of Berkane, their
// products and their buyers, kept as tables in data/ and read by data.go.
//
// Start at Load, which brings all of it into a database through the domains' own use cases: the
// people who can sign in (people.go), cooperatives with their catalogues (sellers.go), some months
// of past orders as plan.go invents them (orders.go), and what was paid out for them (payouts.go).
//
// Names, figures and identity numbers are made up. Everything is marked as sample data, which pages
// show as «نموذج / exemple».
package sample
