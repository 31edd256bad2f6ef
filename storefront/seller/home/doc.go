// Package home has a member's first page, what there is to prepare today, and what is kept of her cooperative.
//
// Start at Handler.Routes in home.go.
package home
