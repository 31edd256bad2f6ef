package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Token is a normalised word and where it stands in the text that it was read from.
type Token struct {
	Word       string
	Start, End int // bytes
}

// Words are the normalised words of s: lower case, without accents, tashkil, tatweel, articles and
// elisions, one letter for every way to write it, plural and feminine endings of Latin words cut off.
// Letters and digits make a word, everything else separates.
func Words(s string) []string {
	tokens := Tokens(s)
	words := make([]string, len(tokens))
	for i, t := range tokens {
		words[i] = t.Word
	}
	return words
}

// maxWordRunes is how much of a word is read, longer than any that is one: some letters stand for eighteen,
// and what it costs to look for a mistyped word grows with its length.
const maxWordRunes = 40

// Tokens is Words with the place of each word in s.
func Tokens(s string) []Token {
	var tokens []Token
	start, end := -1, 0 // of the word being read; start is -1 between words
	var before rune
	flush := func() {
		if start >= 0 {
			if word := beginning(normalise(beginning(s[start:end]))); word != "" {
				tokens = append(tokens, Token{word, start, end})
			}
			start = -1
		}
	}
	for i, r := range s {
		switch {
		case isApostrophe(r):
			if start >= 0 && isElision(s[start:i]) {
				start = -1
			}
			// Any other apostrophe stands inside a word («m'semen») or at its end.
			continue
		case !isWordRune(r):
			flush()
			continue
		case r >= utf8.RuneSelf && !isPlainArabic(r) && (unicode.IsMark(r) || unicode.Is(unicode.Cf, r)):
			end = i + utf8.RuneLen(r)
			continue // belongs to the word that it stands in, and starts none
		}
		if start >= 0 && isArabic(r) != isArabic(before) {
			flush() // «5لتر» is a number and a unit
		}
		if start < 0 {
			start = i
		}
		before, end = r, i+utf8.RuneLen(r)
	}
	flush()
	return tokens
}

// beginning is a word's first maxWordRunes.
func beginning(w string) string {
	runes := 0
	for i := range w {
		if runes++; runes > maxWordRunes {
			return w[:i]
		}
	}
	return w
}

func isWordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return '0' <= r && r <= '9' || 'a' <= r|0x20 && r|0x20 <= 'z'
	}
	return isPlainArabic(r) || unicode.IsLetter(r) || unicode.IsMark(r) || unicode.Is(unicode.Nd, r) || unicode.Is(unicode.Cf, r)
}

func isArabic(r rune) bool {
	return isPlainArabic(r) || r >= utf8.RuneSelf && unicode.Is(unicode.Arabic, r) && !unicode.Is(unicode.Nd, r)
}

// isPlainArabic tells whether r is one of the letters that Arabic is written with, or tatweel. Nearly all that
// is read are these and ASCII, and the tables of Unicode take ten times as long to tell what they are.
func isPlainArabic(r rune) bool { return 'ء' <= r && r <= 'ي' }

func isApostrophe(r rune) bool {
	switch r {
	case '\'', '’', '‘', '`', '´', '′', 'ʼ', 'ʾ', 'ʿ', '＇':
		return true
	}
	return false
}

// isElision tells whether w before an apostrophe is a French article or preposition. The m of
// «m'semen» and «m'hamsa» is not: those are names of food.
func isElision(w string) bool {
	switch strings.ToLower(w) {
	case "l", "d", "c", "j", "n", "qu", "jusqu", "lorsqu", "puisqu":
		return true
	}
	return false
}

const tatweel = 'ـ'

// normalise is the one word for all the ways to write w.
func normalise(w string) string { return stem(whole(w)) }

// whole is normalise with the ending that w has.
func whole(w string) string {
	if isPlainASCII(w) {
		return cutDarijaArticle(w)
	}
	if !strings.ContainsFunc(w, isNotPlainArabic) {
		return foldArabic(cutArabicArticle(strings.ReplaceAll(w, string(tatweel), "")))
	}
	// Composed first, so that a hamza is still on its alef when the article, which has none, is looked
	// for; then decomposed, so that accents and hamzas fall off as marks.
	bare := strings.Map(func(r rune) rune {
		if r == tatweel || unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r) || isApostrophe(r) {
			return -1
		}
		return r
	}, norm.NFKC.String(w))
	bare = cutArabicArticle(bare)

	var b strings.Builder
	for _, r := range norm.NFKD.String(bare) {
		if unicode.IsMark(r) {
			continue
		}
		fold(&b, unicode.ToLower(r))
	}
	return cutDarijaArticle(b.String())
}

func isPlainASCII(w string) bool {
	for i := range len(w) {
		if c := w[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

func isNotPlainArabic(r rune) bool { return !isPlainArabic(r) }

// foldArabic is fold for a word of plain Arabic letters, in which nothing has to be decomposed but hamzas.
func foldArabic(w string) string {
	var b strings.Builder
	b.Grow(len(w))
	for _, r := range w {
		switch r {
		case 'أ', 'إ', 'آ':
			r = 'ا'
		case 'ؤ':
			r = 'و'
		case 'ئ':
			r = 'ي'
		}
		fold(&b, r)
	}
	return b.String()
}

// fold writes the letters that stand for r. Decomposing has already taken accents, hamzas on a
// carrier (أ إ آ ؤ ئ) and presentation forms away.
func fold(b *strings.Builder, r rune) {
	switch r {
	case 'œ':
		b.WriteString("oe")
	case 'æ':
		b.WriteString("ae")
	case 'ß':
		b.WriteString("ss")
	case 'ø':
		b.WriteByte('o')
	case 'ł':
		b.WriteByte('l')
	case 'đ', 'ð':
		b.WriteByte('d')
	case 'þ':
		b.WriteString("th")
	case 'ı':
		b.WriteByte('i')
	case 'ء', tatweel: // «ماء» is typed «ما»
	case 'ٱ':
		b.WriteRune('ا')
	case 'ى', 'ی', 'ې':
		b.WriteRune('ي')
	case 'ة', 'ە', 'ہ', 'ھ':
		b.WriteRune('ه')
	case 'ک', 'گ', 'ڭ', 'ݣ', 'ګ': // Moroccan گ ڭ ݣ and Persian ک
		b.WriteRune('ك')
	case 'پ':
		b.WriteRune('ب')
	case 'چ':
		b.WriteRune('ج')
	case 'ژ':
		b.WriteRune('ز')
	case 'ڤ', 'ڥ':
		b.WriteRune('ف')
	case 'ڨ':
		b.WriteRune('ق')
	default:
		switch {
		case '٠' <= r && r <= '٩':
			b.WriteByte(byte('0' + r - '٠'))
		case '۰' <= r && r <= '۹':
			b.WriteByte(byte('0' + r - '۰'))
		case unicode.IsLetter(r), unicode.Is(unicode.Nd, r):
			b.WriteRune(r)
		}
	}
}

// cutArabicArticle takes ال off, alone or after و ب ك ف, and لل («للعسل»), when enough of a word is
// left: «والي» stays what it is. It wants the word with its hamzas, because the alef of «ألبان» is no
// article.
func cutArabicArticle(w string) string {
	if whole := noArticle(w); whole != "" {
		return whole
	}
	for _, a := range [...]struct {
		article string
		left    int // letters
	}{{"وبال", 3}, {"وال", 3}, {"بال", 3}, {"كال", 3}, {"فال", 3}, {"ولل", 3}, {"ال", 2}, {"ٱل", 2}, {"لل", 3}} {
		rest, ok := strings.CutPrefix(w, a.article)
		if !ok || utf8.RuneCountInString(rest) < a.left {
			continue
		}
		if whole := noArticle(rest); whole != "" {
			return whole // «الكاليبتوس»
		}
		return rest
	}
	return w
}

// noArticle is the word for w if w only looks as if it began with an article; "" for all other words. No
// rule tells them apart: these are the ones that are met in a market of food and crafts. «البان» is
// «ألبان» as most people type it, and after لل the first ل of a word is not written twice.
func noArticle(w string) string {
	switch w {
	case "كاليبتوس", "كالبتوس", "كاليتوس", "كاليبتس", "كالسيوم", "كالندولا", "كاليندولا", "كالوري", "كالوريات", "كالامار",
		"فالنسيا", "فاليريان", "بالونات", "بالغين", "والدين", "والدتي", "والماس",
		"البان", "البسة", "البسه", "الوان", "الياف", "الوفيرا", "الويفيرا", "الماس", "المنيوم", "الومنيوم":
		return w
	case "للوز":
		return "لوز"
	case "لليمون":
		return "ليمون"
	case "للويزة", "للويزه":
		return "لويزة"
	case "للبن":
		return "لبن"
	case "للحم":
		return "لحم"
	}
	return ""
}

// cutDarijaArticle takes the article off a word whose next letter is written as a digit («l3sel»), where
// nothing else can be meant.
func cutDarijaArticle(w string) string {
	for _, article := range [...]string{"l", "el", "al"} {
		if rest, ok := strings.CutPrefix(w, article); ok && len(rest) >= 3 &&
			strings.IndexByte("2356789", rest[0]) >= 0 && 'a' <= rest[1] && rest[1] <= 'z' {
			return rest
		}
	}
	return w
}

// stem cuts plural and feminine endings off a Latin word, so that «olives vertes» is «olive verte» and
// «thyme» is «thym»: s and x, silent e, and y as in «berry» and «berries». At least three letters stay.
// Arabic is left alone: its endings belong to other words («زيتون» is no plural of «زيت»).
func stem(w string) string {
	for i := range len(w) {
		if w[i] < 'a' || w[i] > 'z' {
			return w
		}
	}
	for len(w) > 3 {
		last, before := w[len(w)-1], w[len(w)-2]
		if last != 'e' && last != 'x' && (last != 's' || before == 's') {
			break
		}
		w = w[:len(w)-1]
	}
	if len(w) > 3 && w[len(w)-1] == 'y' {
		w = w[:len(w)-1] + "i"
	}
	return w
}
