package text

import (
	"strings"
	"unicode"
)

// Beginnings is PostgreSQL's query (a tsquery of the configuration «simple») for texts with words that begin like all of
// these. It is empty, which finds nothing, for what has no word in it.
func Beginnings(typed string) string {
	words := strings.FieldsFunc(strings.ToLower(typed), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
	for i, word := range words {
		words[i] = "'" + word + "':*"
	}
	return strings.Join(words, " & ")
}
