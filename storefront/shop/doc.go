// Package shop has what the buyers' pages share. The pages are in its rooms: browse, where people look
// around, and buy, from the basket to the tracking of an order. Buyers need no account: a basket is
// known by a secret in a cookie, an order by the secret in its link.
//
// Each subject is up to three files: request and page data (results.go), words and colours
// (results_look.go), markup (results.templ). Every page works without the script; where it runs, it asks
// for the same pages and puts parts of them in place. The tests here go through both rooms by browser.
package shop
