// Package text is what is done to what people type, in Arabic, French and English, whatever it is about:
// Clean and Line make it safe to keep, Visible safe to show again, Fold and Words make it comparable, Slug makes
// an address of it.
// How search understands text is search/text's own matter, since package search imports nothing of ours.
package text
