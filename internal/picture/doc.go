// Package picture is the photographs of products: taken in within limits, turned upright, in colours of a screen, and kept
// in the sizes that pages show, without what a camera writes into them.
//
// Start at Service.Add (picture.go). A file's structure is read, and what decoding it takes is weighed, before it is decoded
// (source.go, cost.go); its copies are made by a job (shrink.go, orientation.go, colour.go), and what nobody sees any more
// is cleared (clean.go). Papers (paper.go) keeps other packages' pictures of papers: receipts, certificates.
package picture
