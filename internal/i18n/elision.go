package i18n

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// What a language's words lose before a vowel («de» + «Aachab» is «d’Aachab») is seen only when a name is put into a
// sentence: a name that begins with a vowel goes in behind a mark, and a word that stands before the mark is elided.
// Names with a y or an h before the vowel are not: most of Morocco's are spoken with it («de Yasmine», «de Halib»).

// vowelMark is no character of any text (Unicode, noncharacters).
const vowelMark = "\uFDD0"

// elidedWords finds the words before a mark, with what opens a quotation between them.
func elidedWords(words []string) *regexp.Regexp {
	for i, word := range words {
		words[i] = regexp.QuoteMeta(word)
	}
	return regexp.MustCompile(`((?:^|[^\pL])(?i:` + strings.Join(words, "|") + `))[ \x{a0}]([«“\x{2066}-\x{2068}\x{a0}\x{202f}]*)` + vowelMark)
}

// elidable puts the mark before a name that begins with a vowel.
func (l *Locale) elidable(value any) any {
	text, isText := value.(string)
	if l.elided == nil || !isText {
		return value
	}
	name := strings.TrimLeft(text, "«“\u2066\u2067\u2068\u00a0\u202f ")
	first, _ := utf8.DecodeRuneInString(norm.NFD.String(name[:min(len(name), utf8.UTFMax)]))
	if !strings.ContainsRune("aeiouœæAEIOUŒÆ", first) || name == "" {
		return value
	}
	return vowelMark + text
}

// elide writes a sentence with its words elided, and without marks.
func (l *Locale) elide(text string) string {
	if !strings.Contains(text, vowelMark) {
		return text
	}
	text = l.elided.ReplaceAllStringFunc(text, func(found string) string {
		parts := l.elided.FindStringSubmatch(found)
		_, last := utf8.DecodeLastRuneInString(parts[1])
		return parts[1][:len(parts[1])-last] + "’" + parts[2]
	})
	return strings.ReplaceAll(text, vowelMark, "")
}
