package embedded

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"
	"github.com/blevesearch/bleve/v2/search/searcher"
	index "github.com/blevesearch/bleve_index_api"

	"github.com/souk-taawon/souk/search/internal/terms"
)

// What a word is worth by the field that it is found in. Whole numbers, so that what is equal stays
// equal: products that match alike are one band.
var worth = [...]struct {
	field string
	worth float64
	typos bool // words that are nearly the typed one count here
}{
	{terms.Kind, 100, true},
	{names, 70, true},
	{terms.Aliases, 40, true},
	{terms.Around, 20, true},
	{terms.Description, 8, false},
}

const (
	skeletonWorth = 50
	titleWorth    = 30    // the whole name is what was typed
	wordWorth     = 1_000 // one more of the words, when not all are needed

	// What is left of a word's worth when it is not found as it was typed.
	asPrefix, withOneTypo, withTwoTypos = 0.75, 0.5, 0.25
)

// maxExpansions is how many words of the index a prefix or a mistyped word may stand for, the most
// frequent first; «a» begins too many.
const maxExpansions = 128

// wanted is one query: the words of an attempt and the filters.
type wanted struct {
	attempt *terms.Attempt // nil: everything
	filters []query.Query  // all must match
}

// Searcher makes the searcher for what is wanted.
func (w wanted) Searcher(ctx context.Context, r index.IndexReader, m mapping.IndexMapping, o search.SearcherOptions) (search.Searcher, error) {
	var all arms
	filters := w.filters
	if w.attempt != nil && len(w.attempt.Kinds) > 0 {
		filters = append(filters, oneOf(terms.Kinds, w.attempt.Kinds))
	}
	for _, f := range filters {
		s, err := f.Searcher(ctx, r, m, search.SearcherOptions{Score: "none"})
		all.add(0, false, s, err)
	}
	if w.attempt != nil {
		s, err := matching(ctx, r, *w.attempt)
		all.add(0, true, s, err)
	}
	if len(all.list) == 0 && all.err == nil {
		s, err := searcher.NewMatchAllSearcher(ctx, r, 1, search.SearcherOptions{Score: "none"})
		all.add(0, false, s, err)
	}
	return all.conjunction(ctx, r)
}

// matching finds the documents that match the words of an attempt.
func matching(ctx context.Context, r index.IndexReader, a terms.Attempt) (search.Searcher, error) {
	var words, whole arms
	for i, t := range a.Terms {
		s, err := word(ctx, r, t)
		extra := 0.0
		if a.Any {
			extra = wordWorth - float64(i) // what a product is tends to be typed first
		}
		words.add(extra, true, s, err)
	}
	if a.Any {
		return words.union(true)
	}
	s, err := words.conjunction(ctx, r)
	whole.add(0, true, s, err)
	s, err = searcher.NewTermSearcher(ctx, r, a.Words(), title, 1, search.SearcherOptions{Score: "none"})
	whole.add(titleWorth, false, s, err)
	return whole.union(true)
}

// word finds the documents that have one word, in the field where it is worth most.
func word(ctx context.Context, r index.IndexReader, t terms.Term) (search.Searcher, error) {
	var found arms
	add := func(worth float64, field string, words []string) {
		if len(words) > 0 {
			s, err := searcher.NewMultiTermSearcher(ctx, r, words, field, 1, search.SearcherOptions{Score: "none"}, false)
			found.add(worth, false, s, err)
		}
	}
	if t.Skeleton != "" {
		add(skeletonWorth, terms.Skeletons, []string{t.Skeleton})
		return found.union(false)
	}
	for _, f := range worth {
		add(f.worth, f.field, []string{t.Word})
		if t.Prefix {
			words, err := beginning(r, f.field, t.Word)
			found.err = errors.Join(found.err, err)
			add(f.worth*asPrefix, f.field, words)
		}
		if t.Typos > 0 && f.typos {
			one, two, err := near(r, f.field, t.Word, t.Typos)
			found.err = errors.Join(found.err, err)
			add(f.worth*withOneTypo, f.field, one)
			add(f.worth*withTwoTypos, f.field, two)
		}
	}
	return found.union(false)
}

// beginning lists the words of a field that begin with prefix.
func beginning(r index.IndexReader, field, prefix string) ([]string, error) {
	dict, err := r.FieldDictPrefix(field, []byte(prefix))
	if err != nil {
		return nil, err
	}
	entries, err := read(dict)
	return mostFrequent(entries), err
}

// near lists the words of a field that differ from word by one letter and by two. The first letter must
// be the same.
func near(r index.IndexReader, field, word string, typos int) (one, two []string, err error) {
	fuzzy, ok := r.(index.IndexReaderFuzzy)
	if !ok {
		return nil, nil, errors.New("this index does not find mistyped words")
	}
	first := string([]rune(word)[:1])
	dict, _, err := fuzzy.FieldDictFuzzyAutomaton(field, word, typos, first)
	if err != nil {
		return nil, nil, err
	}
	entries, err := read(dict)
	byDistance := map[uint8][]index.DictEntry{}
	for _, e := range entries {
		byDistance[e.EditDistance] = append(byDistance[e.EditDistance], e)
	}
	return mostFrequent(byDistance[1]), mostFrequent(byDistance[2]), err
}

func read(dict index.FieldDict) (entries []index.DictEntry, err error) {
	defer func() { err = errors.Join(err, dict.Close()) }()
	for {
		entry, err := dict.Next()
		if err != nil || entry == nil {
			return entries, err
		}
		entries = append(entries, *entry)
	}
}

func mostFrequent(entries []index.DictEntry) []string {
	if len(entries) > maxExpansions {
		slices.SortFunc(entries, func(a, b index.DictEntry) int { return cmp.Compare(b.Count, a.Count) })
		entries = entries[:maxExpansions]
	}
	words := make([]string, len(entries))
	for i, e := range entries {
		words[i] = e.Term
	}
	return words
}
