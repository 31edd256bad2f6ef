package catalog

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/unicode/rangetable"
)

// fold brings text to the form in which names, headings and units are compared: lower case, no
// accents or Arabic vowel marks, one alef, one ya, ه for ة, Western digits.
func fold(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r), r == 'ـ':
			return -1
		case r >= '٠' && r <= '٩':
			return r - '٠' + '0'
		case r >= '۰' && r <= '۹':
			return r - '۰' + '0'
		case r == 'ٱ':
			return 'ا'
		case r == 'ى', r == 'ی':
			return 'ي'
		case r == 'ة':
			return 'ه'
		case r == 'ک', r == 'گ':
			return 'ك'
		case r == '’', r == 'ʼ', r == '`':
			return '\''
		case unicode.IsSpace(r):
			return ' '
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(ligatures.Replace(s))))
}

var ligatures = strings.NewReplacer("œ", "oe", "Œ", "oe", "æ", "ae", "Æ", "ae", "ß", "ss")

// words are the folded words of a text, without the Arabic article and a Latin plural's ending, so
// that «les amandes», «amande» and «اللوز», «لوز» are the same.
func words(s string) []string {
	fields := strings.FieldsFunc(fold(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, w := range fields {
		fields[i] = stem(w)
	}
	return fields
}

func stem(word string) string {
	for _, article := range [...]string{"وال", "بال", "كال", "فال", "لل", "ال"} {
		if rest, ok := strings.CutPrefix(word, article); ok && len([]rune(rest)) > 1 {
			return rest
		}
	}
	if len(word) > 3 && word[0] < unicode.MaxASCII {
		return strings.TrimRight(word, "sx")
	}
	return word
}

// clean makes a cell or a form's field safe to keep: composed accents, plain spaces, and nothing that is
// not seen: control and direction characters, which PostgreSQL refuses or which would let one line of
// text disturb the order of another; letters that are blank; accents that stand on nothing or in a pile.
func clean(s string) string {
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
		case r >= ' ' && r <= '~', r == '\n', r == '\t':
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
		case r == '\n', r == '\t':
			marks = maxMarks
			return r
		case r == '\u2028', r == '\u2029': // what parts lines and paragraphs
			marks = maxMarks
			return '\n'
		case unicode.IsControl(r), r == unicode.ReplacementChar, unicode.Is(unicode.Cf, r), unicode.Is(blankLetters, r):
			return -1
		case unicode.Is(unicode.Zs, r):
			marks = maxMarks
			return ' '
		case unicode.Is(unicode.M, r):
			if marks++; marks > maxMarks {
				return -1
			}
		default:
			marks = 0
		}
		return r
	}, norm.NFD.String(strings.ToValidUTF8(s, ""))) // apart, so that what one character holds is counted too
	return strings.TrimSpace(norm.NFC.String(text))
}

// maxMarks is how many marks one letter carries in any language of the market, and more. An accent that has
// a character together with its letter is one of them.
const maxMarks = 4

// blankLetters are no spaces, no controls and yet nothing to be seen (Unicode, Default_Ignorable_Code_Point,
// and the blank of Braille).
var blankLetters = rangetable.New(
	'\u034f', '\u115f', '\u1160', '\u17b4', '\u17b5', '\u180b', '\u180c', '\u180d', '\u180f', '\u2800', '\u3164', '\uffa0', '\ufffc',
)

// cleanLine is clean for what has one line.
func cleanLine(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }

func hasArabic(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Arabic, r) && unicode.IsLetter(r) })
}
