// Package shop has the buyers' pages: home, results, product, cooperatives, basket, checkout and the
// tracking of an order. Buyers need no account: a basket is known by a secret in a cookie, an order by
// the secret in its link.
//
// Start at Handler.Routes in shop.go. Each subject is a pair of files: what it does (results.go) and
// how it looks (results.templ). Every page works without the script; where it runs, it asks for the
// same pages and puts parts of them in place.
package shop
