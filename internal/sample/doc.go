// Package sample is an invented market to show and to try things on: cooperatives of Berkane and
// their products, kept as tables in data/. Start at Load, which brings all of it into a database
// through the domains' own use cases, together with people who can sign in and some months of past
// orders; Cooperatives and Products read the tables.
//
// Names, figures and identity numbers are made up. Everything is marked as sample data, which pages
// show as «نموذج / exemple».
package sample
