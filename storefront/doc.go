// Package storefront is the market as seen over HTTP. Only here is Fiber known.
//
// Start at New in server.go: it puts the middleware in order and mounts the routes that the areas
// declare (the rooms of shop, seller and association, door, feed, demo). routes.go decides who may pass,
// errors.go what a person is told when something fails; a room's own package has its pages.
package storefront
