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
	if len(plan) > 0 {
		result.Understood, result.Partial = attempt.Understood, attempt.Any && result.Total > 0
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
			for doc, centimes := range p.columns.price {
				if centimes >= q.MinPrice && (q.MaxPrice == 0 || centimes <= q.MaxPrice) {
					docs.Add(uint32(doc))
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
	worth int
	turn  uint32
	part  int
	doc   uint32
}

// band is the class of how well it matches a query of that many words.
func (c candidate) band(asked int) int {
	if asked == 0 {
		return 0
	}
	const classes, order = 4, orderWorth * search.MaxWords // order is more than it is worth to be an early word
	words, worth := asked, c.worth
	if worth >= wordWorth/2 { // as many of the words as it has
		words = (worth + wordWorth/2) / wordWorth
		worth -= words * wordWorth
	}
	place, mean := 0, worth/words
	for _, least := range [...]int{namesWorth - order, aliasesWorth - order, aroundWorth - order} {
		if mean < least {
			place++
		}
	}
	return (asked-words)*classes + place
}

// page lists the candidates of the page that q asks for, in order.
func (s *snapshot) page(found []grades, q search.Query) []candidate {
	most := q.Page * q.PerPage
	best := make([]candidate, 0, 2*most+atOnce)
	var last *candidate // of the first most until now: nothing after it is wanted
	trim := func() {
		s.firstOf(best, most)
		best = best[:min(len(best), most)]
	}
	worth := 0
	for _, of := range byWorth(found) {
		if q.Sort == search.Relevance && of.worth < worth && len(best) >= most {
			break // what follows is worth less than all of these
		}
		worth = of.worth
		p := s.parts[of.part]
		of.docs.Iterate(func(doc uint32) bool {
			c := candidate{p.key(q.Sort, doc), of.worth, p.columns.turn[doc], of.part, doc}
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
	before := min((q.Page-1)*q.PerPage, len(best))
	s.firstOf(best, before)
	slices.SortFunc(best[before:], s.order)
	return best[before:]
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

// gradeOf is a grade and the part that its documents are in.
type gradeOf struct {
	grade
	part int
}

// byWorth lists all grades, those that are worth most first.
func byWorth(found []grades) []gradeOf {
	var list []gradeOf
	for part, g := range found {
		for _, grade := range g {
			list = append(list, gradeOf{grade, part})
		}
	}
	slices.SortFunc(list, func(a, b gradeOf) int { return cmp.Compare(b.worth, a.worth) })
	return list
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
	case a.worth != b.worth:
		return cmp.Compare(b.worth, a.worth)
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
