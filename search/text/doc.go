// Package text turns what people write into the words that are searched, the same way for every engine
// and on both sides: what is kept in an index and what a buyer types.
//
// Words and Tokens are the normaliser. A Lexicon (Builtin is that of families.tsv) holds what people call each
// kind of product: in Arabic, French and English, in Darija with Latin letters, and misspelt; its Families
// finds those names in a text and its Read uses them to understand a query. Skeletons compares Arabic with Latin
// letters by their consonants, for the words that no list holds.
package text
