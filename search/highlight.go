package search

import (
	"slices"
	"strings"

	"github.com/souk-taawon/souk/search/text"
)

// Piece is a part of a text that is shown. The pieces of a text, put together, are the text.
type Piece struct {
	Text  string
	Match bool // a word that was searched
}

// Highlight cuts a text that is shown on a page in the given language (ar, fr or en) at the words that the
// query asks for: as they were typed or half typed, nearly so if the typed word is none that is known, or
// as the same thing is called in that language («3sel» marks «miel»). The pieces are plain text, to be
// escaped like any other.
func Highlight(display, query, lang string) []Piece {
	wanted := wantedWords(query, lang)
	var pieces []Piece
	end := 0
	for _, t := range text.Tokens(display) {
		if !wanted.match(t.Word) {
			continue
		}
		if t.Start > end {
			pieces = append(pieces, Piece{Text: display[end:t.Start]})
		}
		pieces = append(pieces, Piece{Text: display[t.Start:t.End], Match: true})
		end = t.End
	}
	if end < len(display) {
		pieces = append(pieces, Piece{Text: display[end:]})
	}
	return pieces
}

type wanted struct {
	words     []string // exactly these
	begun     string   // words that begin with it; empty if the last word is complete
	unsure    []string // words that are not known and may be mistyped
	skeletons []string // of Latin words that are not known
}

func wantedWords(query, lang string) wanted {
	var w wanted
	r := text.Read(query, lang)
	typed := make([]string, len(r.Words))
	for i, word := range r.Words {
		typed[i] = word.Text
		if word.Known {
			continue
		}
		w.unsure = append(w.unsure, word.Text)
		if word.Latin {
			w.skeletons = append(w.skeletons, text.Skeletons(word.Text)...)
		}
		if i == len(r.Words)-1 && !r.Complete {
			w.begun = word.Text
		}
	}
	w.words = typed
	for _, named := range text.Families(typed) {
		for _, f := range named.Families {
			w.words = append(w.words, f.InLanguage(lang)...)
		}
	}
	return w
}

func (w wanted) match(word string) bool {
	return slices.Contains(w.words, word) ||
		w.begun != "" && strings.HasPrefix(word, w.begun) ||
		slices.ContainsFunc(w.unsure, func(u string) bool { return text.IsNear(word, u) }) ||
		len(w.skeletons) > 0 && slices.ContainsFunc(text.Skeletons(word), func(s string) bool { return slices.Contains(w.skeletons, s) })
}
