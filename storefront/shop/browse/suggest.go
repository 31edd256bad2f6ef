package browse

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/search/text"
	"github.com/souk-taawon/souk/storefront/web"
)

// How much is suggested.
const (
	productsSuggested     = 5
	cooperativesSuggested = 2
)

// suggestions are what the search field offers while somebody types.
type suggestions struct {
	Typed        string
	Understood   string
	Products     []catalog.Product
	Cooperatives []catalog.CooperativeRef // whose name has the words
	words        []string                 // normalised, to be marked
}

// suggest answers with a fragment of a page, for the script.
func (h *Handler) suggest(r *web.Request) error {
	s := suggestions{Typed: beginning(r.Query("q"), search.MaxTextRunes)}
	if s.Typed != "" {
		result, err := h.Search.Search(r.Context(), search.Query{Text: s.Typed, Lang: r.Locale.Reads(), PerPage: search.DefaultPerPage})
		if err != nil { // suggestions are a help: without them people search as well
			r.Log().Warn("suggest", "error", err)
		}
		found, err := h.found(r, result)
		if err != nil {
			return err
		}
		s.Understood = result.Understood
		s.words = text.Words(s.Typed + " " + s.Understood)
		if shelf := sameShelf(found, r.Locale); r.Locale.Reads() != "ar" && s.Understood != "" && shelf != "" {
			s.Understood = shelf // as the results will be headed
		}
		s.Products = found[:min(len(found), productsSuggested)]
		s.Cooperatives = namedSo(found, s.words)
	}
	r.SetHeader("Cache-Control", "private, max-age=60")
	return r.Render(http.StatusOK, suggestFragment(r.Page(""), s))
}

// sameShelf is the name of the shelf that all of the products stand on, or "".
func sameShelf(products []catalog.Product, l *i18n.Locale) string {
	for _, p := range products {
		if p.Category != products[0].Category {
			return ""
		}
	}
	if len(products) == 0 {
		return ""
	}
	return l.Text(products[0].CategoryName)
}

// namedSo are the cooperatives among the sellers of what was found whose own name has one of the words.
func namedSo(found []catalog.Product, words []string) []catalog.CooperativeRef {
	var list []catalog.CooperativeRef
	seen := map[string]bool{}
	for _, p := range found {
		c := p.Cooperative
		if seen[c.Slug] || len(list) == cooperativesSuggested {
			continue
		}
		seen[c.Slug] = true
		if matches(c.Name.AR, words) || matches(c.Name.FR, words) {
			list = append(list, c)
		}
	}
	return list
}

func matches(name string, words []string) bool {
	for _, token := range text.Tokens(name) {
		if begins(token.Word, words) {
			return true
		}
	}
	return false
}

func begins(word string, beginnings []string) bool {
	for _, b := range beginnings {
		if utf8.RuneCountInString(b) > 1 && strings.HasPrefix(word, b) {
			return true
		}
	}
	return false
}

// piece is a part of a name, marked where it is what was typed.
type piece struct {
	Text   string
	Marked bool
}

// marked cuts a name into pieces: words that begin as a typed word does are marked.
func (s suggestions) marked(name string) []piece {
	var pieces []piece
	at := 0
	for _, token := range text.Tokens(name) {
		if begins(token.Word, s.words) {
			if token.Start > at {
				pieces = append(pieces, piece{name[at:token.Start], false})
			}
			pieces = append(pieces, piece{name[token.Start:token.End], true})
			at = token.End
		}
	}
	if at < len(name) {
		pieces = append(pieces, piece{name[at:], false})
	}
	return pieces
}
