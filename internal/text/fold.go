package text

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold brings text to the form in which names, headings and units are compared: lower case, no
// accents or Arabic vowel marks, one alef, one ya, ه for ة, Western digits.
func Fold(s string) string {
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

// Reference brings a product's reference to the form in which references are compared: folded, and one hyphen for all that
// people write between its parts: spaces, and hyphens and dashes of every kind, or nothing between a number and what is none.
// Zeros before a number stay, and count. The schema has it too (reference).
func Reference(s string) string {
	parts := strings.Join(strings.FieldsFunc(Fold(s), func(r rune) bool {
		return r == ' ' || r == '−' || unicode.Is(unicode.Pd, r)
	}), "-")
	var b strings.Builder
	before := '-'
	for _, r := range parts {
		if r != '-' && before != '-' && isDigit(r) != isDigit(before) {
			b.WriteByte('-')
		}
		b.WriteRune(r)
		before = r
	}
	return b.String()
}

var ligatures = strings.NewReplacer("œ", "oe", "Œ", "oe", "æ", "ae", "Æ", "ae", "ß", "ss")

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// Words are the folded words of a text, without the Arabic article and a Latin plural's ending, so
// that «les amandes», «amande» and «اللوز», «لوز» are the same.
func Words(s string) []string {
	words := fields(s)
	for i, w := range words {
		words[i] = stem(w)
	}
	return words
}

// fields are the folded words of a text as they stand there.
func fields(s string) []string {
	return strings.FieldsFunc(Fold(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// articles are the Arabic article, alone and with what is written together with it.
var articles = [...]string{"وال", "بال", "كال", "فال", "لل", "ال"}

// Sought are, for each of the first words of a text, what the folded words begin with that it is to find: with
// itself, and with its stem after any Arabic article, so that «عسل» finds «العسل», and «amandes» finds «amande».
func Sought(s string) [][]string {
	words := fields(s)
	words = words[:min(len(words), maxSought)]
	beginnings := make([][]string, len(words))
	for i, w := range words {
		beginnings[i] = []string{w}
		bare := stem(w)
		if bare != w {
			beginnings[i] = append(beginnings[i], bare)
		}
		if HasArabic(bare) {
			for _, article := range articles {
				if article+bare != w {
					beginnings[i] = append(beginnings[i], article+bare)
				}
			}
		}
	}
	return beginnings
}

// maxSought is how many words of a text are sought; nobody types more to find a name.
const maxSought = 8

func stem(word string) string {
	for _, article := range articles {
		if rest, ok := strings.CutPrefix(word, article); ok && len([]rune(rest)) > 1 {
			return rest
		}
	}
	if len(word) > 3 && word[0] < unicode.MaxASCII {
		return strings.TrimRight(word, "sx")
	}
	return word
}

// HasArabic reports whether any letter of a text is Arabic.
func HasArabic(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Arabic, r) && unicode.IsLetter(r) })
}

// HasLatin reports whether any letter of a text is Latin.
func HasLatin(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Latin, r) })
}

// HasLetter reports whether any letter of a text says something: the stroke that makes Arabic words longer says nothing. What
// a person or a cooperative is called has one.
func HasLetter(s string) bool { return strings.ContainsFunc(Fold(s), unicode.IsLetter) }

// HasWord is HasLetter, or a digit, for what else is called something.
func HasWord(s string) bool { return len(fields(s)) > 0 }

// Digits writes Arabic-Indic and full-width digits as Western ones, spaces of any width as plain ones, and drops those
// around.
func Digits(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r >= '٠' && r <= '٩':
			return r - '٠' + '0'
		case r >= '۰' && r <= '۹':
			return r - '۰' + '0'
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case unicode.Is(unicode.Zs, r):
			return ' '
		}
		return r
	}, s))
}

// Ungrouped is a number as a text without what people group its digits with: spaces, dots and dashes, and what
// nobody sees; digits of any width and of Arabic as Western ones.
func Ungrouped(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unseen(r) || r == '.' || r == '-' {
			return -1
		}
		return r
	}, Digits(norm.NFKC.String(s)))
}
