// Package seller has what the pages of a cooperative's member share. The pages are in its rooms: home,
// goods, upload, orders and money. Whose things a request may touch is decided by the services, which are
// always asked with the member's own cooperative; another's id is not found.
//
// Each subject is up to three files: request and page data (catalogue.go), words and colours
// (orders_look.go), markup (catalogue.templ). The tests here go through all rooms by browser.
//
// The pages are made for a cheap telephone and for people some of whom read with difficulty:
// pictures and figures before words, one verb for each card, no step that cannot be taken back
// without being asked first.
package seller
