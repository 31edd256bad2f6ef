package i18n

import (
	"strings"
	"unicode"
)

// Visible drops the characters of a text that nobody sees but that turn, join or hide what stands around
// them: marks, embeddings and isolates of direction, spaces without width, soft hyphens and the like
// (Unicode's format characters, but for the signs of Arabic among them, which are seen). In a name or a
// note from outside they could make a page say something else than is kept.
func Visible(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r) {
			return -1
		}
		return r
	}, text)
}

// Line is a text of one line as it is kept: what is seen of it (Visible), without control characters, its
// words apart by one space.
func Line(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, Visible(text))
	return strings.Join(strings.Fields(text), " ")
}
