package embedded

import (
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/search/internal/terms"
)

// columns are what is known of the documents of one segment by their numbers, deleted ones included. A
// segment never changes, so they are read once, and are all that a search reads of what it counts, sorts
// and limits by: some 50 bytes a document in memory.
type columns struct {
	turn           []uint32
	price, created []int64
	prices         []priced // of all sizes, in the order of the documents
	coop           []uint32 // places in coops
	coops          []string
	later          [search.Availabilities]*roaring.Bitmap      // who is to be had how soon
	values         map[search.Facet]map[string]*roaring.Bitmap // of the small facets: who has which value
}

// priced is what a size of a document costs.
type priced struct {
	doc      uint32
	centimes int64
}

// byDocument lists the fields that columns are read from document by document.
func byDocument() []string {
	return []string{terms.Turn, terms.Price, terms.Prices, terms.Created, string(search.FacetCooperative)}
}

// cache holds the columns of the segments of one index that a search has lately seen.
type cache struct {
	mu   sync.Mutex
	held map[uint64]func() (*columns, error) // by the number of the segment
}

// of gives the columns of segments, and forgets those of segments that are no longer there.
func (c *cache) of(segments []*scorch.SegmentSnapshot) ([]*columns, error) {
	list := make([]*columns, len(segments))
	for i, read := range c.readers(segments) {
		var err error
		if list[i], err = read(); err != nil {
			return nil, fmt.Errorf("reading a segment of the index: %w", err)
		}
	}
	return list, nil
}

func (c *cache) readers(segments []*scorch.SegmentSnapshot) []func() (*columns, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	held := make(map[uint64]func() (*columns, error), len(segments))
	list := make([]func() (*columns, error), len(segments))
	for i, s := range segments {
		read := c.held[s.Id()]
		if read == nil {
			read = sync.OnceValues(func() (*columns, error) { return readColumns(s.Segment()) })
		}
		held[s.Id()], list[i] = read, read
	}
	c.held = held
	return list
}

func readColumns(s segment.Segment) (*columns, error) {
	n := s.Count()
	c := &columns{
		turn: make([]uint32, n), prices: make([]priced, 0, n), price: make([]int64, n), created: make([]int64, n), coop: make([]uint32, n),
		values: map[search.Facet]map[string]*roaring.Bitmap{},
	}
	for _, facet := range search.Facets() {
		if facet == search.FacetCooperative {
			continue
		}
		values, err := postingsOf(s, string(facet))
		if err != nil {
			return nil, err
		}
		c.values[facet] = values
	}
	later, err := postingsOf(s, terms.Later)
	if err != nil {
		return nil, err
	}
	for availability := range c.later {
		if c.later[availability] = later[strconv.Itoa(availability)]; c.later[availability] == nil {
			c.later[availability] = roaring.New()
		}
	}
	return c, c.readDocuments(s)
}

// postingsOf tells who has which word of a field.
func postingsOf(s segment.Segment, field string) (map[string]*roaring.Bitmap, error) {
	dict, err := s.Dictionary(field)
	if err != nil {
		return nil, err
	}
	words := dict.AutomatonIterator(nil, nil, nil)
	values := map[string]*roaring.Bitmap{}
	for {
		entry, err := words.Next()
		if err != nil || entry == nil {
			return values, err
		}
		docs := roaring.New()
		if err := addPostings(docs, dict, entry.Term); err != nil {
			return nil, err
		}
		values[entry.Term] = docs
	}
}

// addPostings adds the documents that have a word to docs.
func addPostings(docs *roaring.Bitmap, dict segment.TermDictionary, word string) error {
	list, err := dict.PostingsList([]byte(word), nil, nil)
	if err != nil {
		return err
	}
	postings, ok := list.(interface{ OrInto(*roaring.Bitmap) })
	if !ok {
		return errors.New("this index keeps no sets of documents")
	}
	postings.OrInto(docs)
	return nil
}

func (c *columns) readDocuments(s segment.Segment) error {
	visitable, ok := s.(segment.DocValueVisitable)
	if !ok {
		return errors.New("this index keeps nothing by document")
	}
	places := map[string]uint32{"": 0}
	c.coops = []string{""}
	var n uint64
	var wrong error
	keep := func(field string, value []byte) {
		var err error
		switch field {
		case terms.Turn:
			var turn uint64
			turn, err = strconv.ParseUint(string(value), 16, 32)
			c.turn[n] = uint32(turn)
		case terms.Price:
			c.price[n], err = strconv.ParseInt(string(value), 10, 64)
		case terms.Prices:
			size := priced{doc: uint32(n)}
			size.centimes, err = strconv.ParseInt(string(value), 10, 64)
			c.prices = append(c.prices, size)
		case terms.Created:
			c.created[n], err = strconv.ParseInt(string(value), 10, 64)
		default:
			place, known := places[string(value)]
			if !known {
				place = uint32(len(c.coops))
				c.coops = append(c.coops, string(value))
				places[c.coops[place]] = place
			}
			c.coop[n] = place
		}
		wrong = errors.Join(wrong, err)
	}
	fields := byDocument()
	var state segment.DocVisitState
	for ; n < s.Count() && wrong == nil; n++ {
		var err error
		if state, err = visitable.VisitDocValues(n, fields, keep, state); err != nil {
			return err
		}
	}
	return wrong
}
