package i18n

import (
	"strings"
	"unicode"
)

// Visible drops the characters of a text that nobody sees but that turn, join or hide what stands around
// them, or mean something to a terminal or to a file: marks, embeddings and isolates of direction, spaces
// without width, soft hyphens and the like (Unicode's format characters, but for the signs of Arabic among
// them, which are seen), and control characters but for tabs and the ends of lines. In a name or a note
// from outside they could make a page say something else than is kept.
func Visible(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n', r == '\r':
			return r
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r):
			return -1
		}
		return r
	}, text)
}

// Line is a text of one line as it is kept: what is seen of it (Visible), its words apart by one space.
func Line(text string) string { return strings.Join(strings.Fields(Visible(text)), " ") }

// Lines is a text of several lines as it is kept: what is seen of it (Visible), without space around it. A
// browser ends lines as no other source does; it is the same text.
func Lines(text string) string {
	return strings.TrimSpace(strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", " ").Replace(Visible(text)))
}
