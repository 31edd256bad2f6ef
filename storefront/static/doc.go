// Package static holds what the pages are dressed with: one stylesheet, one script, the fonts, the
// brand and the drawings that stand in for photographs.
//
// Start at URL: it gives a file its address with the hash of its content in it, so that browsers may
// keep it for ever. Drawing gives the address of the drawing of a product, which is composed out of two
// layers, an object over a tiled ground, when it is asked for. Mount serves both.
//
// The fonts are subsets under the SIL Open Font License (fonts/LICENSE-*.txt). Drawings and icons
// were made for Souk.
package static
