package meili

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/meilisearch/meilisearch-go"

	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/search/internal/terms"
	"github.com/souk-taawon/souk/search/text"
)

// Search makes one attempt after the other until one finds something; each is one request.
func (e *Engine) Search(ctx context.Context, q search.Query) (search.Result, error) {
	start := time.Now()
	if err := ctx.Err(); err != nil {
		return search.Result{}, err
	}
	if !e.breaker.allow() {
		return search.Result{}, search.ErrUnavailable
	}
	ctx, cancel := context.WithTimeout(ctx, searchWait)
	defer cancel()
	result, err := e.find(ctx, q.Clean())
	if !errors.Is(err, context.Canceled) {
		e.breaker.report(!errors.Is(err, search.ErrUnavailable))
	}
	result.TookMS = int(time.Since(start).Milliseconds())
	return result, err
}

func (e *Engine) find(ctx context.Context, q search.Query) (search.Result, error) {
	if err := e.prepare(ctx); err != nil {
		return search.Result{}, err
	}
	plan := terms.Plan(e.lexicon, q)
	if len(plan) == 0 {
		result, _, err := e.attempt(ctx, q, terms.Attempt{})
		return result, err
	}
	var result search.Result
	for _, a := range plan {
		var hopeless bool
		var err error
		if a.Any {
			if a, err = e.byImportance(ctx, a); err != nil {
				return search.Result{}, err
			}
		}
		if result, hopeless, err = e.attempt(ctx, q, a); err != nil {
			return search.Result{}, err
		}
		if result.Total > 0 {
			result.Understood, result.Partial = a.Understood, a.Any
			break
		}
		if hopeless {
			break
		}
	}
	return result, nil
}

// attempt asks for one page of results, with the counts of the facets that q asks for: those that it does not
// choose from with the page, each of the others in a query of its own without its own choice, all in one
// request. It is hopeless to try another if it is the filters that leave nothing over and not the words.
func (e *Engine) attempt(ctx context.Context, q search.Query, a terms.Attempt) (result search.Result, hopeless bool, err error) {
	filters := filtersOf(q)
	page := e.request(a, filters, "")
	page.AttributesToRetrieve = []string{terms.ID, string(search.FacetCooperative), terms.Later}
	page.ShowRankingScoreDetails = len(a.Terms) > 0
	page.Offset, page.Limit = int64((q.Page-1)*q.PerPage), int64(q.PerPage)
	switch q.Sort {
	case search.CheapestFirst:
		page.Sort = []string{terms.Price + ":asc"}
	case search.DearestFirst:
		page.Sort = []string{terms.Price + ":desc"}
	case search.NewestFirst:
		page.Sort = []string{terms.Created + ":desc"}
	}
	queries := []*meilisearch.SearchRequest{page}
	page.Facets = []string{string(search.FacetInStock)} // for the total
	for _, facet := range q.Facets {
		switch {
		case len(q.Chosen(facet)) > 0:
			other := e.request(a, filters, facet)
			other.Limit, other.Facets = 1, []string{string(facet)}
			queries = append(queries, other)
		case facet != search.FacetInStock:
			page.Facets = append(page.Facets, string(facet))
		}
	}
	// The best hit of all tells whether any is spelled so. It is the first of the page, or asked for beside it.
	checked := mayHaveTypos(a)
	onPage := len(filters) == 0 && q.Page == 1 && q.Sort == search.Relevance
	if checked && !onPage {
		best := e.request(a, nil, "")
		best.Limit, best.ShowRankingScoreDetails = 1, true
		queries = append(queries, best)
	}
	answers, err := e.ask(ctx, queries)
	if err != nil {
		return result, false, err
	}
	if checked {
		best := answers[0].Hits
		if !onPage {
			last := len(answers) - 1
			best, answers = answers[last].Hits, answers[:last]
		}
		if len(best) > 0 {
			match, err := matchOf(best[0])
			if match.Typo.TypoCount > 0 || err != nil {
				return result, false, err
			}
		}
	}

	for _, hit := range answers[0].Hits {
		h, err := e.hit(hit, a)
		if err != nil {
			return result, false, err
		}
		result.Hits = append(result.Hits, h)
	}
	counted := map[string]map[string]int{}
	if err := json.Unmarshal(answers[0].FacetDistribution, &counted); err != nil {
		return result, false, fmt.Errorf("reading facets: %w", err)
	}
	inStock := counted[string(search.FacetInStock)]
	result.Total = inStock["true"] + inStock["false"] // the server counts no further than the pages can be turned
	for _, answer := range answers[1:] {
		if err := json.Unmarshal(answer.FacetDistribution, &counted); err != nil {
			return result, false, fmt.Errorf("reading facets: %w", err)
		}
	}
	result.Facets = map[string]map[string]int{}
	for _, facet := range q.Facets {
		result.Facets[string(facet)] = counted[string(facet)]
	}
	if result.Total > 0 || len(filters) == 0 {
		return result, false, nil
	}
	words := e.request(a, nil, "")
	words.Limit = 1
	if answers, err = e.ask(ctx, []*meilisearch.SearchRequest{words}); err != nil {
		return result, false, err
	}
	return result, answers[0].EstimatedTotalHits > 0, nil
}

// mayHaveTypos tells whether Meilisearch takes mistyped words for an attempt that wants none: it does so
// for the beginning of a word, and would take «bière» for the beginning of «Berkane».
func mayHaveTypos(a terms.Attempt) bool {
	wanted, possible := false, false
	for _, t := range a.Terms {
		wanted = wanted || t.Typos > 0
		possible = possible || t.Prefix && text.Typos(t.Word) > 0
	}
	return possible && !wanted
}

// match is how well a product matches, by the ranking rules.
type match struct {
	Words         struct{ MatchingWords int }
	Typo          struct{ TypoCount int }
	AttributeRank struct{ Score float64 }
}

func matchOf(hit meilisearch.Hit) (m match, err error) {
	if err := json.Unmarshal(hit["_rankingScoreDetails"], &m); err != nil {
		return m, fmt.Errorf("reading how well a product matches: %w", err)
	}
	return m, nil
}

func (e *Engine) hit(hit meilisearch.Hit, a terms.Attempt) (h search.Hit, err error) {
	if h.ID, err = idOf(hit); err != nil {
		return h, err
	}
	if h.Cooperative, err = textOf(hit, string(search.FacetCooperative)); err != nil {
		return h, err
	}
	later := 0
	if err := json.Unmarshal(hit[terms.Later], &later); err != nil {
		return h, fmt.Errorf("reading whether a product is to be had: %w", err)
	}
	if len(a.Terms) == 0 {
		h.Band = later
		return h, nil
	}
	m, err := matchOf(hit)
	if !a.Any {
		m.Words.MatchingWords = len(a.Terms) // the server does not tell
	}
	h.Band = m.band(len(a.Terms), later)
	return h, err
}

// band is the class of a match for a query of that many words, of a product that is to be had so soon, in the order
// of the ranking rules.
func (m match) band(asked, later int) int {
	const places, typos = 4, 3
	// The server scores by the sum of the words' places in terms.Searched, of at most as many for each word
	// and one more.
	words := float64(max(m.Words.MatchingWords, 1))
	mean := (1 - m.AttributeRank.Score) * (words*float64(len(terms.Searched())-1) + 1) / words
	place := 0
	for _, field := range [...]string{terms.NameEN, terms.Aliases, terms.Around} { // the last of its class
		if mean > float64(slices.Index(terms.Searched(), field))+0.5 {
			place++
		}
	}
	missing := max(asked-m.Words.MatchingWords, 0)
	return ((missing*typos+min(m.Typo.TypoCount, typos-1))*search.Availabilities+later)*places + place
}

// byImportance puts the words of an attempt that need not all be found into the order in which
// Meilisearch is to drop them, from the end: words that say what a product is come first, words that no
// product has are left out.
func (e *Engine) byImportance(ctx context.Context, a terms.Attempt) (terms.Attempt, error) {
	var queries []*meilisearch.SearchRequest
	for _, t := range a.Terms {
		anywhere := e.request(terms.Attempt{Terms: []terms.Term{t}, Kinds: a.Kinds}, nil, "")
		kind := e.request(terms.Attempt{Terms: []terms.Term{{Word: t.Word, Typos: 1}}, Kinds: a.Kinds}, nil, "") // not in quotation marks
		kind.AttributesToSearchOn = []string{terms.Kind}
		anywhere.Limit, kind.Limit = 1, 1
		queries = append(queries, anywhere, kind)
	}
	answers, err := e.ask(ctx, queries)
	if err != nil {
		return a, err
	}
	var first, then []terms.Term
	for i, t := range a.Terms {
		switch {
		case len(answers[2*i+1].Hits) > 0:
			first = append(first, t)
		case len(answers[2*i].Hits) > 0:
			then = append(then, t)
		}
	}
	if len(first)+len(then) > 0 {
		a.Terms = append(first, then...)
	}
	return a, nil
}

// ask sends queries in one request. Every query is a new one: the client writes into them.
func (e *Engine) ask(ctx context.Context, queries []*meilisearch.SearchRequest) ([]meilisearch.SearchResponse, error) {
	response, err := e.client.MultiSearchWithContext(ctx, &meilisearch.MultiSearchRequest{Queries: queries})
	if err != nil {
		return nil, e.failed(ctx, err)
	}
	if len(response.Results) != len(queries) {
		return nil, fmt.Errorf("meilisearch gave %d answers to %d queries", len(response.Results), len(queries))
	}
	return response.Results, nil
}

// request is the query for the words of an attempt and all filters but one.
func (e *Engine) request(a terms.Attempt, filters map[search.Facet]string, but search.Facet) *meilisearch.SearchRequest {
	r := &meilisearch.SearchRequest{
		IndexUID:             e.index,
		AttributesToRetrieve: []string{terms.ID},
		MatchingStrategy:     meilisearch.All,
		Locales:              []string{locale},
	}
	if a.Any {
		r.MatchingStrategy = meilisearch.Last
	}
	var words []string
	skeletons := false
	for _, t := range a.Terms {
		switch {
		case t.Skeleton != "":
			words, skeletons = append(words, `"`+t.Skeleton+`"`), true
		case a.Any || t.Prefix && (t.Typos == 0 || len(a.Terms) > 1):
			// A word in quotation marks would never be dropped. One word alone is mistyped or begun, not
			// both, or «montre» would be the beginning of «montagne».
			words = append(words, t.Word)
		case t.Typos > 0:
			words = append(words, t.Word+" ") // no half word, even if it is the last
		default:
			// In quotation marks a word is taken as it stands: no typing errors, no prefix. It is then
			// looked for in all fields, AttributesToSearchOn or not.
			words = append(words, `"`+t.Word+`"`)
		}
	}
	r.Query = strings.Join(words, " ")
	if len(words) > 0 && !skeletons {
		r.AttributesToSearchOn = terms.Searched()[:len(terms.Searched())-1]
	}
	var all []string
	if len(a.Kinds) > 0 {
		all = append(all, oneOf(terms.Kinds, a.Kinds))
	}
	for facet, f := range filters {
		if facet != but {
			all = append(all, f)
		}
	}
	if len(all) > 0 {
		r.Filter = all // all of them must hold
	}
	return r
}

func oneOf(field string, values []string) string {
	var quoted []string
	for _, value := range values {
		// No product has such a value, and the language of filters has no way to write all of them.
		if !strings.ContainsAny(value, "\"\\\x00") {
			quoted = append(quoted, `"`+value+`"`)
		}
	}
	return fmt.Sprintf("%s IN [%s]", field, strings.Join(quoted, ", "))
}

// price is the place of the price limits among the filters; it is no facet.
const price search.Facet = "price"

func filtersOf(q search.Query) map[search.Facet]string {
	filters := map[search.Facet]string{}
	for _, facet := range search.Facets() {
		if chosen := q.Chosen(facet); len(chosen) > 0 {
			filters[facet] = oneOf(string(facet), chosen)
		}
	}
	from, to := strconv.FormatInt(q.MinPrice, 10), strconv.FormatInt(q.MaxPrice, 10)
	switch {
	case q.MinPrice > 0 && q.MaxPrice > 0:
		filters[price] = terms.Prices + " " + from + " TO " + to // one size is between both; with AND each could be another's
	case q.MinPrice > 0:
		filters[price] = terms.Prices + " >= " + from
	case q.MaxPrice > 0:
		filters[price] = terms.Prices + " <= " + to
	}
	return filters
}
