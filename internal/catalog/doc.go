// Package catalog is the pooled catalogue: the products of all cooperatives, their stock, labels
// and pictures, the catalogue files that cooperatives upload, and the copy of it all that is
// handed to search.
//
// Start at Product (product.go) and Service (service.go). Buyers' pages read through read.go; a
// cooperative's member writes through write.go, where a form writes only what was changed on it (page.go),
// and through upload.go, whose rows are kept in upload_store.go; an order takes and returns stock
// through stock.go, inside its own transaction. Whatever changes products.stock writes a row of
// stock_movements in the same statement, so a product's stock is always the sum of its movements.
package catalog
