package text

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Typed are the first words of what is typed to find a name or a number, as the database keeps them: folded, and their
// letters whole again where that took them apart.
func Typed(typed string) []string {
	words := strings.FieldsFunc(norm.NFC.String(Fold(typed)), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
	return words[:min(len(words), maxSought)]
}

// Beginnings is PostgreSQL's query (a tsquery of the configuration «simple») for texts with words that begin like all of
// the words that are Typed. It is empty, which finds nothing, for what has no word in it.
func Beginnings(typed string) string { return beginnings(typed, "") }

func beginnings(typed, after string) string {
	words := Typed(typed)
	for i, word := range words {
		words[i] = "'" + after + word + "':*"
	}
	return strings.Join(words, " & ")
}

// BeginningsOrPhone is Beginnings, or the same for a telephone number as it is dialled in Morocco, when what is typed has
// digits and no letter: however they are grouped, and also as dialled from abroad. Each word, and the number, stand after
// some text there, which has no quotation mark; it may be empty.
func BeginningsOrPhone(typed, after string) string {
	query := beginnings(typed, after)
	if query == "" || strings.ContainsFunc(typed, unicode.IsLetter) {
		return query
	}
	number := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, Digits(norm.NFKC.String(typed)))
	for _, abroad := range []string{"00212", "212"} {
		if rest, ok := strings.CutPrefix(number, abroad); ok {
			number = "0" + rest
			break
		}
	}
	switch {
	case number == "":
		return query
	case len(number) == 10 && number[0] == '0': // a whole one, whose groups are no words
		return "'" + after + number + "':*"
	}
	return query + " | '" + after + number + "':*"
}
