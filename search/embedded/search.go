package embedded

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/blevesearch/bleve/v2"
	blevesearch "github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"

	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/search/internal/terms"
)

// Search makes one attempt after the other until one finds something.
func (e *Engine) Search(ctx context.Context, q search.Query) (result search.Result, err error) {
	start := time.Now()
	err = e.use(ctx, func(index bleve.Index) error {
		result, err = find(ctx, index, q.Clean())
		return err
	})
	result.TookMS = int(time.Since(start).Milliseconds())
	return result, err
}

func find(ctx context.Context, index bleve.Index, q search.Query) (search.Result, error) {
	plan := terms.Plan(q)
	filters := filtersOf(q)
	var attempt *terms.Attempt
	var found *bleve.SearchResult
	for i := range max(len(plan), 1) {
		if len(plan) > 0 {
			attempt = &plan[i]
		}
		var err error
		if found, err = index.SearchInContext(ctx, page(q, attempt, filters)); err != nil {
			return search.Result{}, fmt.Errorf("searching: %w", err)
		}
		if found.Total > 0 || attempt == nil {
			break
		}
		// If it is the filters that leave nothing over, another reading of the words is no help.
		if len(filters) > 0 {
			n, err := count(ctx, index, attempt)
			if err != nil {
				return search.Result{}, err
			}
			if n > 0 {
				break
			}
		}
	}

	result := search.Result{Total: int(found.Total), Facets: map[string]map[string]int{}}
	for _, hit := range found.Hits {
		result.IDs = append(result.IDs, hit.ID)
	}
	if attempt != nil {
		result.Understood, result.Partial = attempt.Understood, attempt.Any && found.Total > 0
	}
	for name, f := range found.Facets {
		result.Facets[name] = counts(f.Terms.Terms())
	}
	return result, countChosen(ctx, index, q, attempt, filters, result.Facets)
}

// page asks for one page of results and for the facets that q does not choose from.
func page(q search.Query, attempt *terms.Attempt, filters map[search.Facet]query.Query) *bleve.SearchRequest {
	request := bleve.NewSearchRequestOptions(wanted{attempt, values(filters, "")}, q.PerPage, (q.Page-1)*q.PerPage, false)
	for _, facet := range search.Facets() {
		if len(q.Chosen(facet)) == 0 {
			request.AddFacet(string(facet), bleve.NewFacetRequest(string(facet), search.MaxFacetValues))
		}
	}
	switch q.Sort {
	case search.CheapestFirst:
		request.SortBy([]string{priceKey, "-_score", terms.Turn, "_id"})
	case search.DearestFirst:
		request.SortBy([]string{"-" + priceKey, "-_score", terms.Turn, "_id"})
	case search.NewestFirst:
		request.SortBy([]string{"-" + createdKey, "-_score", terms.Turn, "_id"})
	default:
		request.SortBy([]string{"-_score", terms.Turn, "_id"})
	}
	return request
}

// countChosen counts the facets that q chooses from, each without its own choice.
func countChosen(ctx context.Context, index bleve.Index, q search.Query, attempt *terms.Attempt,
	filters map[search.Facet]query.Query, into map[string]map[string]int) error {
	for _, facet := range search.Facets() {
		if len(q.Chosen(facet)) == 0 {
			continue
		}
		request := bleve.NewSearchRequestOptions(wanted{attempt, values(filters, facet)}, 0, 0, false)
		request.AddFacet(string(facet), bleve.NewFacetRequest(string(facet), search.MaxFacetValues))
		found, err := index.SearchInContext(ctx, request)
		if err != nil {
			return fmt.Errorf("counting by %s: %w", facet, err)
		}
		into[string(facet)] = counts(found.Facets[string(facet)].Terms.Terms())
	}
	return nil
}

// count is how many documents match the words alone.
func count(ctx context.Context, index bleve.Index, attempt *terms.Attempt) (uint64, error) {
	found, err := index.SearchInContext(ctx, bleve.NewSearchRequestOptions(wanted{attempt, nil}, 0, 0, false))
	if err != nil {
		return 0, fmt.Errorf("counting: %w", err)
	}
	return found.Total, nil
}

// price is the place of the price limits among the filters; it is no facet.
const price search.Facet = "price"

func filtersOf(q search.Query) map[search.Facet]query.Query {
	filters := map[search.Facet]query.Query{}
	for _, facet := range search.Facets() {
		if chosen := q.Chosen(facet); len(chosen) > 0 {
			filters[facet] = oneOf(string(facet), chosen)
		}
	}
	if q.MinPrice > 0 || q.MaxPrice > 0 {
		var low, high *float64
		if q.MinPrice > 0 {
			low = new(float64(q.MinPrice))
		}
		if q.MaxPrice > 0 {
			high = new(float64(q.MaxPrice))
		}
		included := true
		r := query.NewNumericRangeInclusiveQuery(low, high, &included, &included)
		r.SetField(terms.Price)
		filters[price] = r
	}
	return filters
}

func oneOf(field string, values []string) query.Query {
	var any []query.Query
	for _, value := range values {
		t := query.NewTermQuery(value)
		t.SetField(field)
		any = append(any, t)
	}
	return query.NewDisjunctionQuery(any)
}

// values are the filters but one.
func values(filters map[search.Facet]query.Query, but search.Facet) []query.Query {
	var list []query.Query
	for facet, f := range filters {
		if facet != but {
			list = append(list, f)
		}
	}
	return slices.Clip(list)
}

func counts(list []*blevesearch.TermFacet) map[string]int {
	m := make(map[string]int, len(list))
	for _, t := range list {
		m[t.Term] = t.Count
	}
	return m
}
