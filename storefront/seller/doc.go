// Package seller has the area of a cooperative's member: what there is to prepare, the catalogue,
// catalogue files, and the money that is coming.
//
// Start at Handler.Routes. Each subject is a file of handlers with a file of pages beside it: home,
// catalogue, product, picture, upload, orders, money. Whose things a request may touch is decided by
// the services, which are always asked with the member's own cooperative; another's id is not found.
//
// The pages are made for a cheap telephone and for people some of whom read with difficulty:
// pictures and figures before words, one verb for each card, no step that cannot be taken back
// without being asked first.
package seller
