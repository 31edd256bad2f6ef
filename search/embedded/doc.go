// Package embedded is the search engine that needs no server: a Bleve index in a folder. It is meant for
// one program at a time, up to some hundred thousand products. Start with Open.
//
// Bleve writes, merges and reads what is on the disk: which documents of a segment have which word. What is
// found is reckoned here, in sets of documents (snapshot.go), because Bleve's own way, one document after
// the other with its values read from the disk, takes twenty times as long. What a match is worth is decided
// in words.go, in whole numbers by field and by kind of match, not by word statistics: in those a word that
// is rare in descriptions would beat the same word in a name.
package embedded
