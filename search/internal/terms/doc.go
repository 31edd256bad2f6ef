// Package terms is what both engines have in common: the words that they keep for a document (Of) and
// the words that they look for (Plan). An engine only stores the one and asks for the other, so that
// both find the same.
package terms
