package browse

import (
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/souk-taawon/souk/internal/catalog"
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
	ByName       bool                     // they are what is meant: no product found is called so
	words        []string                 // normalised, to be marked
}

// suggest answers with a fragment of a page, for the script.
func (h *Handler) suggest(r *web.Request) error {
	s := suggestions{Typed: beginning(r.Query("q"), search.MaxTextRunes)}
	if s.Typed != "" {
		asked := search.Query{Text: s.Typed, Lang: r.Locale.Reads(), PerPage: search.DefaultPerPage}
		result, err := h.Search.Search(r.Context(), asked)
		if err != nil { // suggestions are a help: without them people search as well
			r.Log().Warn("suggest", "error", err)
		}
		found, err := h.found(r, asked, result)
		if err != nil {
			return err
		}
		s.Understood = result.Understood
		s.words = text.Words(s.Typed + " " + s.Understood)
		s.Products = found[:min(len(found), productsSuggested)]
		if s.Cooperatives, err = h.namedSo(r, s.Typed, found); err != nil {
			return err
		}
		s.ByName = !slices.ContainsFunc(s.Products, func(p catalog.Product) bool { return matches(r.Locale.Text(p.Name), s.words) })
	}
	r.SetHeader("Cache-Control", "private, max-age=60")
	return r.Render(http.StatusOK, suggestFragment(r.Page(""), s))
}

// namedSo are a few cooperatives whose own name has the words that are typed: those of that name, and of the sellers of
// what was found those whose name has them otherwise written.
func (h *Handler) namedSo(r *web.Request, typed string, found []catalog.Product) ([]catalog.CooperativeRef, error) {
	if utf8.RuneCountInString(typed) < 2 {
		return nil, nil
	}
	named, err := h.Cooperatives.NamedSo(r.Context(), typed, r.Locale.Code(), cooperativesSuggested)
	if err != nil {
		return nil, err
	}
	var list []catalog.CooperativeRef
	for _, c := range named {
		list = append(list, catalog.CooperativeRef{ID: c.ID, Slug: c.Slug, Name: c.Name, Commune: c.Commune, CommuneName: c.CommuneName})
	}
	words := text.Words(typed)
	for _, p := range found {
		known := slices.ContainsFunc(list, func(c catalog.CooperativeRef) bool { return c.ID == p.Cooperative.ID })
		if !known && len(list) < cooperativesSuggested && (hasAll(p.Cooperative.Name.AR, words) || hasAll(p.Cooperative.Name.FR, words)) {
			list = append(list, p.Cooperative)
		}
	}
	return list, nil
}

// hasAll tells whether each of the words begins one of a name's.
func hasAll(name string, words []string) bool {
	return len(words) > 0 && !slices.ContainsFunc(words, func(w string) bool { return !matches(name, []string{w}) })
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
