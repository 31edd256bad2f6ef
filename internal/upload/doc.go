// Package upload is the catalogue files that cooperatives send: read, compared with their products, shown and
// repaired, and at last written into the catalogue. The present catalogue also goes out as such a file.
//
// Start at Service.Read (upload.go). Package sheet reads the file; its headings (headings.go) and cells (cells.go,
// parse.go) are understood, each row is held against the products (compare.go) and kept (store.go) until it
// is applied (apply.go), at once or by a job (job.go). What files may cost is bounded in bounds.go.
package upload
