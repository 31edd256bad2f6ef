package meili

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/meilisearch/meilisearch-go"

	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/search/internal/terms"
)

// locale is the one language that Meilisearch is told that all text is in, on both sides. Otherwise it
// guesses, and takes short Arabic words for Persian. Latin letters are the same to it in any language.
const locale = "ara"

// settings are those of the index. The words come normalised, so Meilisearch has nothing to add: no stop
// words, no synonyms.
func settings() *meilisearch.Settings {
	filters := []string{terms.Prices, terms.Kinds}
	byCount := map[string]meilisearch.SortFacetType{"*": meilisearch.SortFacetTypeAlpha}
	for _, facet := range search.Facets() {
		filters = append(filters, string(facet))
	}
	// A large facet must not be sorted by count, since all of its values are counted for that; the
	// cooperatives are the one that grows.
	for _, facet := range []search.Facet{search.FacetCategory, search.FacetCommune, search.FacetLabel} {
		byCount[string(facet)] = meilisearch.SortFacetTypeCount
	}
	return &meilisearch.Settings{
		SearchableAttributes: terms.Searched(),
		DisplayedAttributes:  []string{terms.ID, string(search.FacetCooperative), terms.Later},
		FilterableAttributes: filters,
		SortableAttributes:   []string{terms.Created, terms.Price},
		// A chosen order first, so that it is followed to the letter. Then, in bands: how many of the
		// words, how well they are spelled, whether it is to be had, in which field, and whether the whole name
		// was typed. Last the turn of the product among its equals. The spelling stands before all that is not of
		// the words, since the best hit tells whether any is spelled so (Engine.attempt).
		RankingRules: []string{"sort", "words", "typo", terms.Later + ":asc", "attributeRank", "exactness", terms.Turn + ":asc"},
		TypoTolerance: &meilisearch.TypoTolerance{
			Enabled:             true,
			MinWordSizeForTypos: meilisearch.MinWordSizeForTypos{OneTypo: 4, TwoTypos: 8}, // as text.Typos
			DisableOnWords:      []string{},
			DisableOnAttributes: []string{terms.Description, terms.Skeletons},
			DisableOnNumbers:    false, // «ka3k» is a word
		},
		Faceting:            &meilisearch.Faceting{MaxValuesPerFacet: search.MaxFacetValues, SortFacetValuesBy: byCount},
		Pagination:          &meilisearch.Pagination{MaxTotalHits: search.MaxResults},
		LocalizedAttributes: []*meilisearch.LocalizedAttributes{{AttributePatterns: []string{"*"}, Locales: []string{locale}}},
	}
}

// differs tells whether what the server has is not what we want. Only what we set is compared: the server
// fills in the rest. Pushing settings that are there already could make it index everything again.
func differs(wanted, present *meilisearch.Settings) (bool, error) {
	w, err := asMap(wanted)
	if err != nil {
		return false, err
	}
	p, err := asMap(present)
	if err != nil {
		return false, err
	}
	for name, value := range w {
		if !reflect.DeepEqual(value, p[name]) {
			return true, nil
		}
	}
	return false, nil
}

func asMap(s *meilisearch.Settings) (map[string]any, error) {
	encoded, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("comparing settings: %w", err)
	}
	var m map[string]any
	if err := json.Unmarshal(encoded, &m); err != nil {
		return nil, fmt.Errorf("comparing settings: %w", err)
	}
	for _, unordered := range []string{"filterableAttributes", "sortableAttributes"} {
		if list, ok := m[unordered].([]any); ok {
			set := map[any]bool{}
			for _, v := range list {
				set[v] = true
			}
			m[unordered] = set
		}
	}
	return m, nil
}
