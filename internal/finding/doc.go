// Package finding is the catalogue as search engines are fed from it: products as the documents that buyers
// search, and for each engine the set of those that it has still to learn about.
//
// Start at Source (source.go).
package finding
