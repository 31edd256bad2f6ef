// Package scaledjpeg decodes a JPEG at a half, a quarter or an eighth of its size, without ever holding it whole: a
// photograph of 50 million pixels takes as much memory as a quarter of it, in one scan or in many.
//
// It is made after image/jpeg of the Go Authors (LICENSE), which decodes at full size only. What differs: a block is
// transformed to as many pixels as are wanted of it; of a progressive picture only the coefficients are kept that
// those come from, and of the others whether they are zero, which is needed to read on; what a picture takes is known
// from its head, and so is whether it is whole.
//
// Start at ReadHead (head.go); Head.Decode reads the scans (scan.go, huffman.go) and makes an image of their blocks
// (block.go, colour.go).
package scaledjpeg
