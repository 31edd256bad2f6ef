package text

import (
	"strings"
	"unicode/utf8"
)

// isLatin tells whether the normalised word is written in a to z, with digits or without.
func isLatin(word string) bool {
	letters := false
	for i := range len(word) {
		switch c := word[i]; {
		case 'a' <= c && c <= 'z':
			letters = true
		case c < '0' || c > '9':
			return false
		}
	}
	return letters
}

// latin gives, longest first, the Arabic letter for a spelling in Latin letters as it is used in
// Morocco, and the consonant that stands for it in a skeleton. Letters that are mixed up in writing
// share a consonant: ت ط ث, د ض ذ ظ, س ص, ح ه, ق ك گ غ.
var latin = [...]struct{ spelling, arabic, consonant string }{
	{"tch", "تش", "tc"}, {"sch", "ش", "c"},
	{"kh", "خ", "x"}, {"gh", "غ", "k"}, {"ch", "ش", "c"}, {"sh", "ش", "c"}, {"th", "ت", "t"},
	{"dh", "ض", "d"}, {"dj", "ج", "j"}, {"ou", "و", ""}, {"oo", "و", ""}, {"ee", "ي", ""},
	{"aa", "ا", ""}, {"qu", "ق", "k"}, {"gu", "ك", "k"},
	{"2", "ء", ""}, {"3", "ع", "3"}, {"5", "خ", "x"}, {"6", "ط", "t"}, {"7", "ح", "h"}, {"8", "ق", "k"}, {"9", "ق", "k"},
	{"b", "ب", "b"}, {"c", "ك", "k"}, {"d", "د", "d"}, {"f", "ف", "f"}, {"g", "ك", "k"}, {"h", "ه", "h"},
	{"j", "ج", "j"}, {"k", "ك", "k"}, {"l", "ل", "l"}, {"m", "م", "m"}, {"n", "ن", "n"}, {"p", "ب", "b"},
	{"q", "ق", "k"}, {"r", "ر", "r"}, {"s", "س", "s"}, {"t", "ت", "t"}, {"v", "ف", "f"}, {"w", "و", "w"},
	{"x", "كس", "ks"}, {"z", "ز", "z"}, {"i", "ي", ""}, {"y", "ي", "y"}, {"o", "و", ""}, {"u", "و", ""},
}

// transliterate writes a word of Darija in Latin letters with Arabic ones, as near as rules can:
// «3sel» is عسل, «kharoub» خروب. Short vowels are left out.
func transliterate(word string) string {
	var b strings.Builder
	for i := 0; i < len(word); {
		spelling, arabic, _ := latinAt(word, i)
		end := i + len(spelling)
		switch {
		case end-i == 1 && i > 0 && word[i] == word[i-1] && word[i] != 'i':
			// a doubled consonant is written once
		case arabic != "":
			b.WriteString(arabic)
		case i == 0:
			b.WriteRune('ا') // a word cannot begin with a short vowel
		case word[i] == 'a' && end == len(word):
			b.WriteRune('ة')
		}
		i = end
	}
	return b.String()
}

// latinAt is the spelling at word[i:], what it stands for, and its consonant. The short vowels a and e
// stand for nothing.
func latinAt(word string, i int) (spelling, arabic, consonant string) {
	for _, l := range latin {
		if strings.HasPrefix(word[i:], l.spelling) {
			return l.spelling, l.arabic, l.consonant
		}
	}
	return word[i : i+1], "", ""
}

// arabicConsonant is what a letter of a normalised Arabic word leaves in its skeleton; 0 for nothing.
func arabicConsonant(r rune) byte {
	switch r {
	case 'ب':
		return 'b'
	case 'ت', 'ط', 'ث':
		return 't'
	case 'ج':
		return 'j'
	case 'ح', 'ه':
		return 'h'
	case 'خ':
		return 'x'
	case 'د', 'ض', 'ذ', 'ظ':
		return 'd'
	case 'ر':
		return 'r'
	case 'ز':
		return 'z'
	case 'س', 'ص':
		return 's'
	case 'ش':
		return 'c'
	case 'ع':
		return '3'
	case 'ف':
		return 'f'
	case 'ق', 'ك', 'غ':
		return 'k'
	case 'ل':
		return 'l'
	case 'م':
		return 'm'
	case 'ن':
		return 'n'
	}
	return 0 // ا و ي are vowels more often than not
}

// minSkeleton is how many consonants a skeleton needs to mean something: «zt» is said of too much.
const minSkeleton = 3

// Skeletons are the consonants of a normalised word in Arabic or Latin letters, by which the two can be
// compared: «kharoub» and «خروب» are both «xrb». An Arabic word with ع has two, with it and without,
// because buyers leave it out («zatar») as often as they write it («za3tar»); a Latin word has one at
// most. Words with fewer than three consonants have none, unless one of them is ع.
func Skeletons(word string) []string {
	skeleton := arabicSkeleton(word)
	if isLatin(word) {
		skeleton = latinSkeleton(word)
	}
	bare := strings.ReplaceAll(skeleton, "3", "")
	var found []string
	if bare != skeleton && len(skeleton) >= minSkeleton {
		found = append(found, skeleton)
	}
	if len(bare) >= minSkeleton && (bare == skeleton || !isLatin(word)) {
		found = append(found, bare)
	}
	return found
}

func latinSkeleton(word string) string {
	var b strings.Builder
	before := ""
	for i := 0; i < len(word); {
		spelling, _, consonant := latinAt(word, i)
		end := i + len(spelling)
		switch {
		case spelling == before: // «kharroub» writes a shadda
		case spelling == "h" && end == len(word): // «djellabah»
		case i == 0 && (spelling == "ou" || spelling == "w"): // «oujda», وجدة
			b.WriteByte('w')
		case spelling == "y" && i > 0, spelling == "w": // a vowel, like ي and و
		default:
			b.WriteString(consonant)
		}
		i, before = end, spelling
	}
	return b.String()
}

func arabicSkeleton(word string) string {
	var b strings.Builder
	for i, r := range word {
		switch {
		case r == 'ه' && i > 0 && i+utf8.RuneLen(r) == len(word): // ة
		case r == 'و' && i == 0:
			b.WriteByte('w')
		case r == 'ي' && i == 0:
			b.WriteByte('y')
		default:
			if c := arabicConsonant(r); c != 0 {
				b.WriteByte(c)
			}
		}
	}
	return b.String()
}
