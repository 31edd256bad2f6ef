package text

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Word is a word of a query.
type Word struct {
	Text  string // normalised
	Whole string // with its ending, where that is cut off Text: «mans» may be half of a word, which «man» begins no better than others
	Known bool   // the lexicon holds it, so it is complete
	Latin bool   // written in a to z, with digits or without
	Weak  bool   // a number or one letter, which says nothing alone
}

// Reading is what a typed text asks for.
type Reading struct {
	Words []Word
	// Complete: the last word is not being typed any more, because a separator follows it.
	Complete bool
	// Understood is the text with the names that are Darija in Latin letters put into the reader's language; empty if
	// there are none.
	Understood string
	// Kinds are the keys of the families that are named, mistyped or not, without mere qualities («bio»);
	// Bare tells that nothing is typed beside one of them.
	Kinds []string
	Bare  bool
	// Transliterated is Understood with, for a reader of Arabic, the other Latin words put into Arabic letters by rules.
	Transliterated string
}

// maxWords is how many words of a text are read, far more than people type.
const maxWords = 20

// Read reads a typed text on a page in the given language. Stop words are left out unless there is
// nothing else, and so are numbers with a unit («500 g»). Of a long text only the beginning is read. An article or preposition that is written
// together with a word is taken off if the lexicon knows the word without it and not with it: «lzit»,
// «بزيت».
func (l *Lexicon) Read(typed, lang string) Reading {
	tokens := withoutQuantities(Tokens(typed))
	content := slices.DeleteFunc(slices.Clone(tokens), func(t Token) bool { return isStop(t.Word) })
	if len(content) == 0 {
		content = tokens
	}
	content = content[:min(len(content), maxWords)]
	var r Reading
	if len(tokens) > 0 {
		last, _ := utf8.DecodeLastRuneInString(typed)
		r.Complete = !isWordRune(last)
	}
	words := make([]string, len(content))
	for i, t := range content {
		words[i] = l.withoutClitic(t.Word)
		ending := ""
		if w := beginning(whole(beginning(typed[t.Start:t.End]))); words[i] == t.Word && w != t.Word {
			ending = w
		}
		r.Words = append(r.Words, Word{
			Text:  words[i],
			Whole: ending,
			Known: l.words[words[i]],
			Latin: isLatin(words[i]),
			Weak:  isNumber(words[i]) || utf8.RuneCountInString(words[i]) == 1,
		})
	}
	named := l.Families(words)
	for _, n := range named {
		r.Kinds = addKinds(r.Kinds, n)
	}
	for _, w := range words {
		for _, n := range l.near(w) {
			r.Kinds = addKinds(r.Kinds, n)
		}
	}
	r.Bare = len(words) <= 1 || len(named) == 1 && named[0].To-named[0].From == len(words)
	r.Understood, r.Transliterated = r.understood(typed, lang, content, named)
	return r
}

func (r Reading) understood(typed, lang string, content []Token, found []Named) (understood, transliterated string) {
	var known, all []string
	anyKnown, anyLatin := false, false
	for i := 0; i < len(r.Words); {
		switch {
		case len(found) > 0 && found[0].From == i:
			shown := typed[content[i].Start:content[found[0].To-1].End]
			if found[0].isDarija(lang) {
				shown, anyKnown = found[0].Families[0].shown(lang), true
			}
			known, all = append(known, shown), append(all, shown)
			i, found = found[0].To, found[1:]
			continue
		case r.Words[i].Latin && lang == "ar":
			known, all = append(known, typed[content[i].Start:content[i].End]), append(all, transliterate(r.Words[i].Text))
			anyLatin = true
		default:
			shown := typed[content[i].Start:content[i].End]
			known, all = append(known, shown), append(all, shown)
		}
		i++
	}
	if anyKnown {
		understood = strings.Join(known, " ")
	}
	if anyKnown || anyLatin {
		transliterated = strings.Join(all, " ")
	}
	return understood, transliterated
}

// isDarija tells whether the name is Darija in Latin letters to a reader of the given language: on a
// French or English page «smen» is just the word for it.
func (n Named) isDarija(lang string) bool {
	return n.columns&darija != 0 && (lang == "ar" || n.columns&(french|english) == 0)
}

// withoutQuantities takes «500g» and «500 g» out, unless nothing is left.
func withoutQuantities(tokens []Token) []Token {
	var left []Token
	for i := 0; i < len(tokens); i++ {
		switch {
		case isQuantity(tokens[i].Word):
		case isNumber(tokens[i].Word) && i+1 < len(tokens) && isUnit(tokens[i+1].Word):
			i++
		default:
			left = append(left, tokens[i])
		}
	}
	if len(left) == 0 {
		return tokens
	}
	return left
}

// withoutClitic takes what people write together with a word off it, if the lexicon knows the word without
// it, and either not with it or as the same: a preposition («بزيت», «bl3sel»), the article of Darija
// («lzit», «zzit»), a French one whose apostrophe is missing («dolive»).
func (l *Lexicon) withoutClitic(word string) string {
	clitics := []string{"و", "ب", "ل", "ك", "ف", "دال"}
	if isLatin(word) {
		clitics = []string{"l", "el", "al", "le", "b", "bl", "d", "dl"}
		if strings.HasPrefix(word[1:], word[:1]) {
			clitics = append(clitics, word[:1])
		}
	}
	for _, c := range clitics {
		rest, ok := strings.CutPrefix(word, c)
		if ok && utf8.RuneCountInString(rest) >= 3 && l.words[rest] && (!l.words[word] || l.same(word, rest)) {
			return rest
		}
	}
	return word
}

// Typos is how many letters of a word may be wrong: none in short words, where another letter makes
// another word, one from four letters on, two from eight. The first letter has to be right.
func Typos(word string) int {
	switch n := utf8.RuneCountInString(word); {
	case n < 4:
		return 0
	case n < 8:
		return 1
	default:
		return 2
	}
}
