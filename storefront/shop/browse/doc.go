// Package browse has the pages on which buyers look around: home, results and suggestions, a product,
// the cooperatives and their map, and the pages of text.
//
// Start at Handler.Routes in browse.go.
package browse
