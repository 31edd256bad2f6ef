package text

import "strings"

// Slug makes the readable part of an address, of up to about max bytes: letters without accents, Arabic letter
// by letter, words joined by hyphens. Empty if nothing of it can be read in an address.
func Slug(s string, max int) string {
	var b strings.Builder
	dash := false
	for _, r := range Fold(s) {
		latin, isArabic := arabicLetters[r]
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			latin = string(r)
		case !isArabic:
			dash = b.Len() > 0
			continue
		}
		if dash && latin != "" {
			b.WriteByte('-')
			dash = false
		}
		b.WriteString(latin)
		if b.Len() >= max {
			break
		}
	}
	return b.String()
}

var arabicLetters = map[rune]string{
	'ا': "a", 'ب': "b", 'ت': "t", 'ث': "th", 'ج': "j", 'ح': "h", 'خ': "kh", 'د': "d", 'ذ': "dh",
	'ر': "r", 'ز': "z", 'س': "s", 'ش': "ch", 'ص': "s", 'ض': "d", 'ط': "t", 'ظ': "d", 'ع': "a",
	'غ': "gh", 'ف': "f", 'ق': "q", 'ك': "k", 'ل': "l", 'م': "m", 'ن': "n", 'ه': "h", 'و': "ou",
	'ي': "i", 'ء': "", 'پ': "p", 'ڤ': "v", 'ڭ': "g", 'چ': "tch",
}
