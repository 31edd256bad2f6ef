// Package storefront is the market as seen over HTTP. Only here is Fiber known.
//
// Start at New in server.go: it puts the middleware in order and mounts the routes that the areas
// declare (shop, seller, association, door, feed, demo). routes.go decides who may pass, errors.go
// what a person is told when something fails; an area's own package has its pages.
package storefront
