package embedded

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	index "github.com/blevesearch/bleve_index_api"

	"github.com/souk-taawon/souk/search/internal/terms"
)

// What a word is worth by the field that it is found in. Whole numbers, so that what is equal stays
// equal: products that match alike are one grade.
var worth = [...]struct {
	field string
	worth int
	typos bool // words that are nearly the typed one count here
}{
	{terms.Kind, 400, true},
	{names, namesWorth, true},
	{terms.Aliases, aliasesWorth, true},
	{terms.Around, aroundWorth, true},
	{terms.Description, 32, false},
}

const (
	namesWorth, aliasesWorth, aroundWorth = 280, 160, 80

	skeletonWorth = 200
	titleWorth    = 120    // the whole name is what was typed
	wordWorth     = 10_000 // one more of the words, when not all are needed; more than all words are worth
	orderWorth    = 4      // one place earlier among them

	// What is left, in quarters, of a word's worth when it is not found as it was typed.
	asPrefix, withOneTypo, withTwoTypos = 3, 2, 1
)

// maxExpansions is how many words of the index a prefix or a mistyped word may stand for, the most
// frequent first; «a» begins too many.
const maxExpansions = 128

// grade is the documents of one segment that match equally well.
type grade struct {
	worth int
	docs  *roaring.Bitmap
}

// grades are the documents that match, each in one grade.
type grades []grade

// all are the documents of all grades.
func (g grades) all() *roaring.Bitmap {
	if len(g) == 1 {
		return g[0].docs
	}
	sets := make([]*roaring.Bitmap, len(g))
	for i := range g {
		sets[i] = g[i].docs
	}
	return roaring.FastOr(sets...)
}

// within are the documents that are in all of the sets too.
func (g grades) within(sets ...*roaring.Bitmap) grades {
	if len(sets) == 0 {
		return g
	}
	var left sum
	for _, from := range g {
		left.add(from.worth, roaring.FastAnd(append(sets[:len(sets):len(sets)], from.docs)...))
	}
	return grades(left)
}

// sum gathers grades.
type sum grades

func (s *sum) add(worth int, docs *roaring.Bitmap) {
	if docs.IsEmpty() {
		return
	}
	for _, g := range *s {
		if g.worth == worth {
			g.docs.Or(docs)
			return
		}
	}
	*s = append(*s, grade{worth, docs})
}

// together are the documents that are in the grades of all of the words, or of any of them, each worth what it
// is in all its grades together.
func (p *part) together(words []grades, any bool) grades {
	if len(words) == 1 {
		return words[0]
	}
	sets := make([]*roaring.Bitmap, len(words))
	for i, g := range words {
		sets[i] = g.all()
	}
	found := roaring.FastAnd(sets...)
	if any {
		found = roaring.FastOr(sets...)
	}
	if found.IsEmpty() {
		return nil
	}
	worth := make([]int, p.segment.Count())
	for _, word := range words {
		for _, g := range word {
			roaring.And(g.docs, found).Iterate(func(doc uint32) bool {
				worth[doc] += g.worth
				return true
			})
		}
	}
	alike := map[int][]uint32{}
	found.Iterate(func(doc uint32) bool {
		alike[worth[doc]] = append(alike[worth[doc]], doc)
		return true
	})
	list := make(grades, 0, len(alike))
	for worth, docs := range alike {
		list = append(list, grade{worth, roaring.BitmapOf(docs...)})
	}
	return list
}

// matching finds for each segment the documents that match the words of an attempt.
func (s *snapshot) matching(ctx context.Context, a terms.Attempt) ([]grades, error) {
	words := make([][]grades, len(s.parts))
	for i, t := range a.Terms {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		wanted, err := s.wanted(t)
		if err != nil {
			return nil, err
		}
		for n, p := range s.parts {
			word, err := p.word(wanted)
			if err != nil {
				return nil, err
			}
			if a.Any {
				for g := range word {
					word[g].worth += wordWorth - orderWorth*i // what a product is tends to be typed first
				}
			}
			words[n] = append(words[n], word)
		}
	}
	found := make([]grades, len(s.parts))
	for n, p := range s.parts {
		found[n] = p.together(words[n], a.Any)
		if !a.Any {
			titled, err := p.have(title, []string{a.Words()})
			if err != nil {
				return nil, err
			}
			found[n] = raise(found[n], titled)
		}
		if len(a.Kinds) > 0 {
			kinds, err := p.have(terms.Kinds, a.Kinds)
			if err != nil {
				return nil, err
			}
			found[n] = found[n].within(kinds)
		}
		if p.live != nil {
			found[n] = found[n].within(p.live)
		}
	}
	return found, nil
}

// raise makes what is called exactly what was typed worth more.
func raise(g grades, titled *roaring.Bitmap) grades {
	if titled.IsEmpty() {
		return g
	}
	var s sum
	for _, from := range g {
		s.add(from.worth+titleWorth, roaring.And(from.docs, titled))
		s.add(from.worth, roaring.AndNot(from.docs, titled))
	}
	return grades(s)
}

// standIns are words of a field that stand for a typed one, and what that is worth.
type standIns struct {
	worth int
	field string
	words []string
}

// wanted lists the words of the index that stand for a term, those that are worth most first.
func (s *snapshot) wanted(t terms.Term) ([]standIns, error) {
	if known, ok := s.standIns[t]; ok {
		return known, nil
	}
	if t.Skeleton != "" {
		return []standIns{{skeletonWorth, terms.Skeletons, []string{t.Skeleton}}}, nil
	}
	var list []standIns
	for _, f := range worth {
		list = append(list, standIns{f.worth, f.field, []string{t.Word}})
		if t.Prefix {
			words, err := s.beginning(f.field, t.Word)
			if err != nil {
				return nil, err
			}
			list = append(list, standIns{f.worth * asPrefix / 4, f.field, words})
		}
		if t.Typos > 0 && f.typos {
			one, two, err := s.near(f.field, t.Word, t.Typos)
			if err != nil {
				return nil, err
			}
			list = append(list, standIns{f.worth * withOneTypo / 4, f.field, one}, standIns{f.worth * withTwoTypos / 4, f.field, two})
		}
	}
	slices.SortStableFunc(list, func(a, b standIns) int { return cmp.Compare(b.worth, a.worth) })
	s.standIns[t] = list
	return list, nil
}

// word finds the documents that have a word, in the field where it is worth most.
func (p *part) word(wanted []standIns) (grades, error) {
	var s sum
	seen := roaring.New()
	for _, w := range wanted {
		if len(w.words) == 0 {
			continue
		}
		docs, err := p.have(w.field, w.words)
		if err != nil {
			return nil, err
		}
		docs.AndNot(seen)
		seen.Or(docs)
		s.add(w.worth, docs)
	}
	return grades(s), nil
}

// beginning lists the words of a field that begin with prefix.
func (s *snapshot) beginning(field, prefix string) ([]string, error) {
	dict, err := s.index.FieldDictPrefix(field, []byte(prefix))
	if err != nil {
		return nil, err
	}
	entries, err := read(dict)
	return mostFrequent(entries), err
}

// near lists the words of a field that differ from word by one letter and by two. The first letter must
// be the same.
func (s *snapshot) near(field, word string, typos int) (one, two []string, err error) {
	first := string([]rune(word)[:1])
	dict, _, err := s.index.FieldDictFuzzyAutomaton(field, word, typos, first)
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
