package text

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/unicode/rangetable"
)

// Visible drops the characters of a text that nobody sees but that turn, join or hide what stands around
// them, or mean something to a terminal or to a file: marks, embeddings and isolates of direction, spaces
// without width, soft hyphens and the like (Unicode's format characters, but for the signs of Arabic among
// them, which are seen), and control characters but for tabs and the ends of lines. In a name or a note
// from outside they could make a page say something else than is kept.
func Visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n', r == '\r':
			return r
		case unseen(r):
			return -1
		}
		return r
	}, s)
}

func unseen(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}

// Clean makes a cell or a form's field safe to keep: valid UTF-8, composed accents, plain spaces, one end of
// a line for all there are, and nothing that is not seen, of which PostgreSQL would refuse some: what Visible
// drops; letters that are blank; accents that stand on nothing or in a pile.
func Clean(s string) string {
	if isPlain(s) {
		return strings.TrimSpace(s)
	}
	return cleaned(s)
}

// isPlain reports whether a text is of characters only that cleaned leaves as they are, and none that a
// neighbour could be joined to, as nearly every cell is: to look is much cheaper than to clean.
func isPlain(s string) bool {
	for _, r := range s {
		switch {
		case r >= ' ' && r <= '~', r == '\n':
		case r >= 'À' && r <= 'ſ': // letters of Latin with the accents of French, and of Turkish
		case r >= 'ء' && r <= 'غ', r >= 'ف' && r <= 'ي', r >= '٠' && r <= '٩', r == '،', r == '؛', r == '؟':
		case r == '«', r == '»', r == '°', r == '’', r == '–', r == '—':
		default:
			return false
		}
	}
	return true
}

func cleaned(s string) string {
	marks := maxMarks // on the letter before; on none there may be none
	text := strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			marks = maxMarks
			return r
		case r == '\u2028', r == '\u2029': // what parts lines and paragraphs
			marks = maxMarks
			return '\n'
		case r == '\t', unicode.Is(unicode.Zs, r):
			marks = maxMarks
			return ' '
		case unseen(r), r == unicode.ReplacementChar, unicode.Is(blankLetters, r):
			return -1
		case unicode.Is(unicode.M, r):
			if marks++; marks > maxMarks {
				return -1
			}
		default:
			marks = 0
		}
		return r
	}, norm.NFD.String(lineEnds.Replace(strings.ToValidUTF8(s, "")))) // apart, so that what one character holds is counted too
	return strings.TrimSpace(norm.NFC.String(text))
}

// lineEnds are those of browsers and of old files.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// maxMarks is how many marks one letter carries in any language of the market, and more. An accent that has
// a character together with its letter is one of them.
const maxMarks = 4

// blankLetters are no spaces, no controls and yet nothing to be seen: those that Unicode's Default_Ignorable_Code_Point
// has beside format characters and marks, also where no character is yet; Mongolian selectors; the blank of Braille, the
// head of a note that has none, and what stands for an object.
var blankLetters = rangetable.Merge(
	rangetable.New('\u180b', '\u180c', '\u180d', '\u180f', '\u2800', '\ufffc', '\U0001d159'),
	unicode.Other_Default_Ignorable_Code_Point,
)

// Line is Clean for what has one line.
func Line(s string) string { return strings.Join(strings.Fields(Clean(s)), " ") }

// Cut shortens a text to n characters, the last an ellipsis.
func Cut(s string, n int) string {
	if runes := []rune(s); len(runes) > n {
		return string(runes[:n-1]) + "…"
	}
	return s
}
