// Package sheet reads tables that people send, as CSV or XLSX, row by row and within limits: a
// hostile or broken file is refused with a sentence for a person and costs little memory. It knows
// rows and cells only; what a heading means is the caller's to say.
//
// Start with Open.
package sheet
