// Package storefront is the market as seen over HTTP. Only here is Fiber known.
//
// Start at New in server.go: it puts the middleware in order and mounts the routes that the areas
// declare (the rooms of shop, seller and association, door, feed, demo). routes.go decides who may pass,
// errors.go what a person is told when something fails; a room's own package has its pages. A file uses only
// what stands below it: parts.go has what a Server is made of, server.go stands on all the others.
package storefront
