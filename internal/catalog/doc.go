// Package catalog is the pooled catalogue: the products of all cooperatives, the rules they are held against,
// their stock and their labels.
//
// Start at Product (product.go) and Service (service.go). Buyers' pages read through read.go and offered.go; a
// cooperative's member writes through write.go, where a form writes only what was changed on it (page.go);
// many products at once go through several.go and bulk.go; an order takes and returns stock
// through stock.go, inside its own transaction. Whatever changes products.stock writes a row of
// stock_movements in the same statement, so a product's stock is always the sum of its movements.
// Photographs are package picture's, the files that cooperatives upload package upload's, and what search
// learns of all this package finding's.
package catalog
