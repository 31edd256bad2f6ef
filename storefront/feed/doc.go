// Package feed is the market for programs: a JSON API over the catalogue and for orders, described by
// openapi.yaml, which a test holds against every answer. It reads no cookie and so acts for nobody;
// an order is opened by its secret token alone.
//
// Start at Routes in feed.go; errors.go has the one shape in which failures are told.
package feed
