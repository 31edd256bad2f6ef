package embedded

import (
	"fmt"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/keyword"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/whitespace"
	"github.com/blevesearch/bleve/v2/mapping"

	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/search/internal/terms"
)

// Fields beside those of terms.Entry.
const (
	names      = "names"       // the names in all languages
	title      = "title"       // the same, each in one piece
	priceKey   = "price_key"   // terms.Price for sorting
	createdKey = "created_key" // terms.Created for sorting
)

// newMapping says how each field is kept. The words come normalised and are only split. Bleve counts and
// sorts keywords several times faster than numbers, so that is what facets and sort keys are; a number is
// kept for ranges of prices only.
func newMapping() (mapping.IndexMapping, error) {
	const words = "words"
	m := bleve.NewIndexMapping()
	if err := m.AddCustomAnalyzer(words, map[string]any{"type": custom.Name, "tokenizer": whitespace.Name}); err != nil {
		return nil, fmt.Errorf("making the index: %w", err)
	}
	doc := bleve.NewDocumentStaticMapping()
	doc.AddSubDocumentMapping("_all", bleve.NewDocumentDisabledMapping()) // nobody asks for it
	for _, name := range []string{terms.Kind, names, terms.Aliases, terms.Around, terms.Description, terms.Skeletons} {
		f := bleve.NewTextFieldMapping()
		f.Analyzer = words
		f.Store, f.IncludeInAll, f.IncludeTermVectors, f.DocValues = false, false, false, false
		f.SkipFreqNorm = true
		doc.AddFieldMappingsAt(name, f)
	}
	keywords := []string{title, terms.Kinds, priceKey, createdKey, terms.Turn}
	for _, facet := range search.Facets() {
		keywords = append(keywords, string(facet))
	}
	for _, name := range keywords {
		f := bleve.NewTextFieldMapping()
		f.Analyzer = keyword.Name
		f.Store, f.IncludeInAll, f.IncludeTermVectors = false, false, false
		f.DocValues = name != title && name != terms.Kinds // searched, not counted or sorted by
		f.SkipFreqNorm = true
		doc.AddFieldMappingsAt(name, f)
	}
	price := bleve.NewNumericFieldMapping()
	price.Store, price.IncludeInAll, price.DocValues = false, false, false
	doc.AddFieldMappingsAt(terms.Price, price)

	m.DefaultMapping = doc
	m.StoreDynamic, m.DocValuesDynamic, m.IndexDynamic = false, false, false
	return m, nil
}

// fields are what the index is given for an entry.
func fields(e terms.Entry) map[string]any {
	return map[string]any{
		terms.Kind:        e.Kind,
		names:             []string{e.NameAR, e.NameFR, e.NameEN},
		terms.Aliases:     e.Aliases,
		terms.Around:      e.Around,
		terms.Description: e.Description,
		terms.Skeletons:   e.Skeletons,
		terms.Kinds:       e.Kinds,

		string(search.FacetCategory):    e.Category,
		string(search.FacetCooperative): e.Cooperative,
		string(search.FacetCommune):     e.Commune,
		string(search.FacetLabel):       e.Labels,
		string(search.FacetWomenLed):    e.WomenLed,
		string(search.FacetInStock):     e.InStock,

		title:       []string{e.NameAR, e.NameFR, e.NameEN},
		terms.Price: float64(e.Price),
		terms.Turn:  e.Turn,
		priceKey:    sortKey(e.Price),
		createdKey:  sortKey(e.Created),
	}
}

// sortKey writes n so that the order of the letters is that of the numbers.
func sortKey(n int64) string { return fmt.Sprintf("%020d", max(n, 0)) }
