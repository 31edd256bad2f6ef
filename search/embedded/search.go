package embedded

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/search/internal/terms"
)

// Search makes one attempt after the other until one finds something.
func (e *Engine) Search(ctx context.Context, q search.Query) (result search.Result, err error) {
	start := time.Now()
	err = e.use(ctx, func(live *shelf) error {
		s, err := live.snapshot()
		if err != nil {
			return err
		}
		q := q.Clean()
		result, err = s.find(ctx, terms.Plan(e.lexicon, q), q)
		return errors.Join(err, s.index.Close())
	})
	result.TookMS = int(time.Since(start).Milliseconds())
	return result, err
}

func (s *snapshot) find(ctx context.Context, plan []terms.Attempt, q search.Query) (search.Result, error) {
	filters, err := s.filters(q)
	if err != nil {
		return search.Result{}, err
	}
	attempt, matched, found := terms.Attempt{}, s.everything(), []grades(nil)
	if len(plan) == 0 {
		found = filters.narrow(matched, "")
	}
	for _, attempt = range plan {
		if matched, err = s.matching(ctx, attempt); err != nil {
			return search.Result{}, fmt.Errorf("searching: %w", err)
		}
		// If it is the filters that leave nothing over, another reading of the words is no help.
		if found = filters.narrow(matched, ""); count(matched) > 0 {
			break
		}
	}
	result := search.Result{Total: count(found), Facets: map[string]map[string]int{}}
	if len(plan) > 0 && result.Total > 0 {
		result.Understood, result.Partial = attempt.Understood, attempt.Any
	}
	for _, facet := range q.Facets {
		among := found
		if len(q.Chosen(facet)) > 0 {
			among = filters.narrow(matched, facet)
		}
		result.Facets[string(facet)] = s.counts(facet, among)
	}
	for _, c := range s.page(found, q) {
		id, err := s.parts[c.part].segment.DocID(uint64(c.doc))
		if err != nil {
			return search.Result{}, fmt.Errorf("reading an id: %w", err)
		}
		p := s.parts[c.part]
		result.Hits = append(result.Hits, search.Hit{
			ID: string(id), Cooperative: p.columns.coops[p.columns.coop[c.doc]], Band: c.band(len(attempt.Terms)),
		})
	}
	return result, nil
}

func count(found []grades) int {
	n := 0
	for _, g := range found {
		for i := range g {
			n += int(g[i].docs.GetCardinality())
		}
	}
	return n
}

// filters are the documents that pass what a query narrows by: for each filter a set for each segment.
type filters map[search.Facet][]*roaring.Bitmap

// price is the place of the price limits among the filters; it is no facet.
const price search.Facet = "price"

func (s *snapshot) filters(q search.Query) (filters, error) {
	f := filters{}
	for _, facet := range search.Facets() {
		chosen := q.Chosen(facet)
		if len(chosen) == 0 {
			continue
		}
		for _, p := range s.parts {
			docs, err := p.have(string(facet), chosen)
			if err != nil {
				return nil, err
			}
			f[facet] = append(f[facet], docs)
		}
	}
	if q.MinPrice > 0 || q.MaxPrice > 0 {
		for _, p := range s.parts {
			docs := roaring.New()
			for _, size := range p.columns.prices {
				if size.centimes >= q.MinPrice && (q.MaxPrice == 0 || size.centimes <= q.MaxPrice) {
					docs.Add(size.doc)
				}
			}
			f[price] = append(f[price], docs)
		}
	}
	return f, nil
}

// narrow is what of matched passes all filters but one.
func (f filters) narrow(matched []grades, but search.Facet) []grades {
	found := make([]grades, len(matched))
	for n, g := range matched {
		var sets []*roaring.Bitmap
		for facet, docs := range f {
			if facet != but {
				sets = append(sets, docs[n])
			}
		}
		found[n] = g.within(sets...)
	}
	return found
}

// counts are how many of the documents have each value of a facet.
func (s *snapshot) counts(facet search.Facet, found []grades) map[string]int {
	counts := map[string]int{}
	for n, p := range s.parts {
		if len(found[n]) == 0 {
			continue
		}
		docs := found[n].all()
		if facet == search.FacetCooperative {
			p.countCooperatives(docs, counts)
			continue
		}
		for value, have := range p.columns.values[facet] {
			if both := docs.AndCardinality(have); both > 0 {
				counts[value] += int(both)
			}
		}
	}
	if len(counts) > search.MaxFacetValues {
		values := make([]string, 0, len(counts))
		for value := range counts {
			values = append(values, value)
		}
		slices.Sort(values)
		for _, value := range values[search.MaxFacetValues:] {
			delete(counts, value)
		}
	}
	return counts
}

func (p *part) countCooperatives(docs *roaring.Bitmap, into map[string]int) {
	counts := make([]int, len(p.columns.coops))
	docs.Iterate(func(doc uint32) bool {
		counts[p.columns.coop[doc]]++
		return true
	})
	for place, n := range counts {
		if n > 0 {
			into[p.columns.coops[place]] += n
		}
	}
}

// candidate is a document that may be on the page.
type candidate struct {
	key   int64 // of the chosen order; less is first
	later int   // as search.Availability
	worth int
	turn  uint32
	part  int
	doc   uint32
}

// band is the class of how well it answers a query of that many words.
func (c candidate) band(asked int) int {
	if asked == 0 {
		return c.later
	}
	const classes, order = 4, orderWorth * search.MaxWords // order is more than it is worth to be an early word
	words, worth := asked, c.worth
	if some := someWords(worth); some > 0 {
		words = some
		worth -= words * wordWorth
	}
	place, mean := 0, worth/words
	for _, least := range [...]int{namesWorth - order, aliasesWorth - order, aroundWorth - order} {
		if mean < least {
			place++
		}
	}
	return ((asked-words)*search.Availabilities+c.later)*classes + place
}

// someWords is how many of the words a match of that worth has; 0 if it needs all of them.
func someWords(worth int) int { return (worth + wordWorth/2) / wordWorth }

// page lists the candidates of the page that q asks for, in order.
func (s *snapshot) page(found []grades, q search.Query) []candidate {
	most := q.Page * q.PerPage
	best := make([]candidate, 0, 2*most+atOnce)
	var last *candidate // of the first most until now: nothing after it is wanted
	trim := func() {
		s.firstOf(best, most)
		best = best[:min(len(best), most)]
	}
	var before gradeOf
	for _, of := range s.inOrder(found) {
		if q.Sort == search.Relevance && compareGrades(before, of) < 0 && len(best) >= most {
			break // what follows comes after all of these
		}
		before = of
		p := s.parts[of.part]
		of.docs.Iterate(func(doc uint32) bool {
			c := candidate{p.key(q.Sort, doc), of.later, of.worth, p.columns.turn[doc], of.part, doc}
			if last != nil && s.compare(&c, last) >= 0 {
				return true
			}
			if best = append(best, c); len(best) == cap(best) {
				trim()
				last = new(slices.MaxFunc(best, s.order))
			}
			return true
		})
	}
	trim()
	first := min((q.Page-1)*q.PerPage, len(best))
	s.firstOf(best, first)
	slices.SortFunc(best[first:], s.order)
	return best[first:]
}

// atOnce is how many candidates at least, more than are wanted, are gathered before those that are not go: so many that it
// costs little for each, even when every document is to come before all that were there.
const atOnce = 2048

// firstOf puts the n that come first before the others of the list, in any order (Hoare 1961, «Algorithm 65: Find»).
func (s *snapshot) firstOf(list []candidate, n int) {
	for from, to := 0, len(list); from < n && n < to; {
		pivot := list[from+rand.IntN(to-from)]
		i, j := from, to-1
		for i <= j {
			for s.compare(&list[i], &pivot) < 0 {
				i++
			}
			for s.compare(&list[j], &pivot) > 0 {
				j--
			}
			if i <= j {
				list[i], list[j] = list[j], list[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case n <= j:
			to = j + 1
		case n >= i:
			from = i
		default:
			return
		}
	}
}

// gradeOf is what of a grade is to be had equally soon, and the part that its documents are in.
type gradeOf struct {
	grade
	later, part int
}

// inOrder lists what there is of all grades in the order of relevance.
func (s *snapshot) inOrder(found []grades) []gradeOf {
	var list []gradeOf
	for part, g := range found {
		for _, of := range g {
			for later, have := range s.parts[part].columns.later {
				if docs := roaring.And(of.docs, have); !docs.IsEmpty() {
					list = append(list, gradeOf{grade{of.worth, docs}, later, part})
				}
			}
		}
	}
	slices.SortFunc(list, compareGrades)
	return list
}

func compareGrades(a, b gradeOf) int { return compareMatches(a.worth, a.later, b.worth, b.later) }

// compareMatches says which of two matches stands first: the one with more of the words, then what is sooner to be
// had, then what the match is worth.
func compareMatches(worthA, laterA, worthB, laterB int) int {
	return cmp.Or(
		cmp.Compare(someWords(worthB), someWords(worthA)),
		cmp.Compare(laterA, laterB),
		cmp.Compare(worthB, worthA),
	)
}

// key is what the chosen order sorts a document by.
func (p *part) key(sort search.Sort, doc uint32) int64 {
	switch sort {
	case search.CheapestFirst:
		return p.columns.price[doc]
	case search.DearestFirst:
		return -p.columns.price[doc]
	case search.NewestFirst:
		return -p.columns.created[doc]
	}
	return 0
}

func (s *snapshot) order(a, b candidate) int { return s.compare(&a, &b) }

func (s *snapshot) compare(a, b *candidate) int {
	switch {
	case a.key != b.key:
		return cmp.Compare(a.key, b.key)
	case a.worth != b.worth || a.later != b.later:
		return compareMatches(a.worth, a.later, b.worth, b.later)
	case a.turn != b.turn:
		return cmp.Compare(a.turn, b.turn)
	}
	return strings.Compare(s.id(*a), s.id(*b))
}

// id is "" if it cannot be read, which whoever shows it finds out.
func (s *snapshot) id(c candidate) string {
	id, err := s.parts[c.part].segment.DocID(uint64(c.doc))
	if err != nil {
		return ""
	}
	return string(id)
}
