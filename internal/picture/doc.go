// Package picture is the photographs of products: taken in within limits, turned upright and kept in the
// sizes that pages show, without what a camera writes into them.
//
// Start at Service.Add (picture.go). A file is weighed before it is decoded (cost.go), its copies are made by a job
// (shrink.go, orientation.go), and what nobody sees any more is cleared (clean.go).
package picture
