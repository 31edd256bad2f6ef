// Package embedded is the search engine that needs no server: a Bleve index in a folder. It is meant for
// one program at a time, up to some hundred thousand products. Start with Open.
//
// Bleve stores words and intersects lists of documents. What a match is worth is decided here (words.go),
// in whole numbers by field and by kind of match, not by Bleve's word statistics: in those a word that is
// rare in descriptions would beat the same word in a name.
package embedded
