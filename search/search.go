package search

import (
	"context"
	"errors"
	"fmt"
	"iter"
)

// Schema is the version of what is kept in an index. An engine names its index after it, so that a
// program that keeps something else starts with an empty index, which the Syncer fills, instead of
// reading one that was written differently. A test fails when the words kept for the sample corpus
// change and this number does not.
const Schema = 5

// Document is what an engine knows about one product, or about one thing that is sold in several sizes, which is found
// once: by the id of one of its sizes, for a price that any of them has. All three languages are in one document, so that
// what is typed in one language finds what was described in another. A name or description that is
// not there is empty.
type Document struct {
	ID          string // letters, digits, - and _ only
	Slug        string
	Cooperative string // slug
	Commune     string // slug
	Category    string // slug
	Labels      []string

	NameAR, NameFR, NameEN                      string
	DescriptionAR, DescriptionFR, DescriptionEN string
	CategoryAR, CategoryFR, CategoryEN          string
	CooperativeAR, CooperativeFR                string
	CommuneAR, CommuneFR                        string

	Sizes []string // of a thing: what its sizes are called, and how much there is in them

	WomenLed      bool
	InStock       bool
	Availability  Availability
	Perishable    bool
	PriceCentimes int64   // by which it is sorted: of the size that is to be had for least
	Prices        []int64 // of all sizes, by which it is filtered; nil if there is that one
	CreatedAt     int64   // seconds since 1970
}

// Availability is how soon a product is to be had.
type Availability int

// What comes sooner stands first.
const (
	Available Availability = iota
	OffSeason              // there is some, but this is not its time of the year
	SoldOut
	availabilities
)

// Availabilities is how many there are.
const Availabilities = int(availabilities)

// Sort is the order of the results.
type Sort string

// The orders that a buyer can choose. Relevance is the order when nothing was chosen, and puts what is to be had
// before what is not; the others are followed to the letter, over everything that was found.
const (
	Relevance      Sort = ""
	CheapestFirst  Sort = "price"
	DearestFirst   Sort = "-price"
	NewestFirst    Sort = "newest"
	DefaultPerPage      = 24
	MaxPerPage          = 100
	// MaxResults is how far anyone can turn the pages. Total goes on counting beyond it.
	MaxResults = 10_000
	// MaxTextRunes is how much of the typed text is read.
	MaxTextRunes = 200
	// MaxWords is how many words of the typed text are searched.
	MaxWords = 10
	// MaxFacetValues is how many values of one facet are counted.
	MaxFacetValues = 500
)

// Query is what a buyer asks for. Values of one filter are alternatives, filters narrow each other.
type Query struct {
	Text string // as typed
	Lang string // what the reader reads best: ar, fr or en

	Categories, Cooperatives, Communes, Labels []string // slugs

	WomenLed, InStock  bool  // true: only those
	Durable            bool  // true: only what does not perish
	MinPrice, MaxPrice int64 // centimes, both included; 0: no limit; one size of a thing must be between them

	Facets []Facet // to be counted; each costs

	Sort    Sort
	Page    int // from 1
	PerPage int // DefaultPerPage if 0, at most MaxPerPage
}

// Clean is q within its limits: an unknown order becomes relevance, a page that does not exist the
// nearest that could.
func (q Query) Clean() Query {
	switch q.Sort {
	case Relevance, CheapestFirst, DearestFirst, NewestFirst:
	default:
		q.Sort = Relevance
	}
	if q.PerPage <= 0 {
		q.PerPage = DefaultPerPage
	}
	q.PerPage = min(q.PerPage, MaxPerPage)
	q.Page = min(max(q.Page, 1), Pages(MaxResults, q.PerPage))
	q.MinPrice, q.MaxPrice = max(q.MinPrice, 0), max(q.MaxPrice, 0)
	if runes := []rune(q.Text); len(runes) > MaxTextRunes {
		q.Text = string(runes[:MaxTextRunes])
	}
	return q
}

// Pages is how many pages of perPage results can be turned of total that were found: no page of an engine reaches
// beyond MaxResults, so a last one that would is none.
func Pages(total, perPage int) int {
	return min((total+perPage-1)/perPage, max(MaxResults/perPage, 1))
}

// Facet names one way of narrowing the results.
type Facet string

// The facets that can be counted. WomenLed, InStock and Durable count "true" and "false". FacetCooperative grows
// with the market, and is dear for that: it is for the few who ask for it.
const (
	FacetCategory    Facet = "category"
	FacetCooperative Facet = "coop"
	FacetCommune     Facet = "commune"
	FacetLabel       Facet = "label"
	FacetWomenLed    Facet = "women_led"
	FacetInStock     Facet = "in_stock"
	FacetDurable     Facet = "durable" // it does not perish
)

// Facets lists them all.
func Facets() []Facet {
	return []Facet{FacetCategory, FacetCooperative, FacetCommune, FacetLabel, FacetWomenLed, FacetInStock, FacetDurable}
}

// Chosen is what q asks for in facet f; empty if it does not narrow by it.
func (q Query) Chosen(f Facet) []string {
	switch f {
	case FacetCategory:
		return q.Categories
	case FacetCooperative:
		return q.Cooperatives
	case FacetCommune:
		return q.Communes
	case FacetLabel:
		return q.Labels
	case FacetWomenLed:
		if q.WomenLed {
			return []string{"true"}
		}
	case FacetInStock:
		if q.InStock {
			return []string{"true"}
		}
	case FacetDurable:
		if q.Durable {
			return []string{"true"}
		}
	}
	return nil
}

// Result is one page of what was found.
type Result struct {
	Hits  []Hit // best first, or in the order that was chosen
	Total int   // how many were found, on all pages

	// Facets counts the results by value, of the facets that were asked for. A facet's own choice does not
	// narrow its counts, so that a buyer who chose honey still sees how many oils there are. Values that no
	// product has are left out, and so are those beyond the first MaxFacetValues in the order of their letters.
	Facets map[string]map[string]int

	// Understood is what was typed in Darija with Latin letters in the reader's language («3sel» → «عسل», «miel»);
	// empty if nothing was, or nothing was found.
	Understood string

	// Partial says that no product has all the words, and that these have some of them.
	Partial bool

	TookMS int
}

// Hit is a product that was found.
type Hit struct {
	ID          string
	Cooperative string // slug
	// Band is a coarse class of how well the product answers the query, the same on every page: 0 is the
	// best there can be, and products of one band answer it equally well. By relevance no hit stands before
	// one of a lower band. In the order of what they say, the bands tell how many of the words are missing,
	// then how far they are from what was typed and whether the product is to be had, which comes first being
	// the engine's choice, then where they stand: in what the product is or in its names, in what else people
	// call it, in what is around it (category, cooperative, commune, labels), in its description. Where nothing
	// was typed they tell whether it is to be had. Between one query or one engine and another, bands compare
	// to nothing.
	Band int
}

// IDs are the ids of the hits, in their order.
func (r Result) IDs() []string {
	ids := make([]string, len(r.Hits))
	for i, hit := range r.Hits {
		ids[i] = hit.ID
	}
	return ids
}

// Errors of an engine. Any other error of Put, Delete and Rebuild means that the engine could not be
// asked and that the same call may work later.
var (
	// ErrUnavailable: the engine does not answer. It is not asked again for some seconds.
	ErrUnavailable = errors.New("the search engine does not answer")
	// ErrRebuilding: nothing can be written before a rebuild has ended.
	ErrRebuilding = errors.New("the search index is being rebuilt")
	// ErrRefused: the engine is well and will not take these documents, however often they are sent.
	ErrRefused = errors.New("the search engine refuses a document")
)

// Engine finds documents. It is safe for use by many goroutines.
type Engine interface {
	// Name says which engine it is: "meilisearch" or "embedded".
	Name() string
	// Search answers a query; nothing that is typed makes it fail.
	Search(ctx context.Context, q Query) (Result, error)
	// Put adds documents or replaces those with the same id, and holds no more of them than it writes at once.
	// It returns when all can be found. If docs ends with an error, or one is refused, some may be there.
	Put(ctx context.Context, docs iter.Seq2[Document, error]) error
	// Delete removes documents; ids that are not there are no error. It returns when they can no
	// longer be found.
	Delete(ctx context.Context, ids []string) error
	// Rebuild fills a new index with docs beside the live one, which goes on answering, and puts it in
	// its place. If docs ends with an error the live index stays. Until it has ended, Put, Delete and
	// another Rebuild, of this program or another, are refused with ErrRebuilding: what they would write
	// now could be missing afterwards. Only then is the first of docs asked for, so that docs is at least
	// as new as everything that was put before.
	Rebuild(ctx context.Context, docs iter.Seq2[Document, error]) error
	// Count is how many documents there are.
	Count(ctx context.Context) (int, error)
	// IDs lists the ids of all documents, in no particular order, for an audit.
	IDs(ctx context.Context) iter.Seq2[string, error]
	// Health is nil if the engine can answer now.
	Health(ctx context.Context) error
	Close() error
}

// Each is docs one after the other, as Put and Rebuild take them.
func Each(docs []Document) iter.Seq2[Document, error] {
	return func(yield func(Document, error) bool) {
		for _, d := range docs {
			if !yield(d, nil) {
				return
			}
		}
	}
}

// Validate tells whether an engine can keep d: its id must be 1 to 500 letters, digits, hyphens and
// underscores. The error is ErrRefused.
func (d Document) Validate() error {
	ok := d.ID != "" && len(d.ID) <= 500
	for _, r := range d.ID {
		ok = ok && (r == '-' || r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z')
	}
	if !ok {
		return fmt.Errorf("%w: id %q", ErrRefused, d.ID)
	}
	return nil
}
