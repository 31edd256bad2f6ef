package text

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
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

// BeginningsOrPhone is Beginnings, with digits of any width and of Arabic as Western ones, or the same for a telephone
// number as it is dialled in Morocco, when what is typed has digits and no letter: however they are grouped, and also
// as dialled from abroad.
func BeginningsOrPhone(typed string) string {
	typed = Digits(norm.NFKC.String(typed))
	query := Beginnings(typed)
	if query == "" || strings.ContainsFunc(typed, unicode.IsLetter) {
		return query
	}
	number := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, typed)
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
		return "'" + number + "':*"
	}
	return query + " | '" + number + "':*"
}
