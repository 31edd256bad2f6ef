// Package goods has the catalogue, a product and its picture.
//
// Start at Handler.Routes in goods.go.
package goods
