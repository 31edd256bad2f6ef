// Package settings has the page of the association's settings.
//
// Start at Handler.Routes in settings.go.
package settings
