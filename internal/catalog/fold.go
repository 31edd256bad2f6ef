package catalog

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
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

// clean makes a cell or a form's field safe to keep: composed accents, plain spaces, and no marks
// that are not seen (control and direction characters, which PostgreSQL refuses or which would let
// one line of text disturb the order of another).
func clean(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t':
			return r
		case r == '\r', unicode.IsControl(r), r == unicode.ReplacementChar,
			r >= '\u200b' && r <= '\u200f', r >= '\u202a' && r <= '\u202e',
			r >= '\u2066' && r <= '\u2069', r == '\ufeff':
			return -1
		case unicode.Is(unicode.Zs, r):
			return ' '
		}
		return r
	}, norm.NFC.String(strings.ToValidUTF8(s, ""))))
}

// cleanLine is clean for what has one line.
func cleanLine(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }

func hasArabic(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Arabic, r) && unicode.IsLetter(r) })
}
