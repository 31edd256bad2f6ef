package embedded

import (
	"fmt"
	"slices"
	"strconv"

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
	names = "names" // the names in all languages
	title = "title" // the same, each in one piece
)

// newMapping says how each field is kept. The words come normalised and are only split; all else are
// keywords, and those that are read document by document (columns.go) are kept by document too.
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
	keywords := append([]string{title, terms.Kinds, terms.Later}, byDocument()...)
	for _, facet := range search.Facets() {
		if !slices.Contains(keywords, string(facet)) {
			keywords = append(keywords, string(facet))
		}
	}
	for _, name := range keywords {
		f := bleve.NewTextFieldMapping()
		f.Analyzer = keyword.Name
		f.Store, f.IncludeInAll, f.IncludeTermVectors = false, false, false
		f.DocValues = slices.Contains(byDocument(), name)
		f.SkipFreqNorm = true
		doc.AddFieldMappingsAt(name, f)
	}

	m.DefaultMapping = doc
	m.StoreDynamic, m.DocValuesDynamic, m.IndexDynamic = false, false, false
	return m, nil
}

// prices are those of all sizes, as texts.
func prices(e terms.Entry) []string {
	list := make([]string, len(e.Prices))
	for i, centimes := range e.Prices {
		list[i] = strconv.FormatInt(centimes, 10)
	}
	return list
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
		string(search.FacetDurable):     e.Durable,

		title:         []string{e.NameAR, e.NameFR, e.NameEN},
		terms.Price:   strconv.FormatInt(e.Price, 10),
		terms.Prices:  prices(e),
		terms.Created: strconv.FormatInt(e.Created, 10),
		terms.Later:   strconv.Itoa(e.Later),
		terms.Turn:    e.Turn,
	}
}
