package embedded

import (
	"errors"
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"github.com/souk-taawon/souk/search/internal/terms"
)

// shelf is an index in its folder, with the columns of its segments.
type shelf struct {
	bleve.Index
	folder  string
	columns cache
}

// snapshot is the index as it is when a search begins. Whoever is done with it closes its index.
type snapshot struct {
	index    *scorch.IndexSnapshot
	parts    []*part
	standIns map[terms.Term][]standIns // of the terms that were looked for: several attempts have the same
}

// part is one of the segments that an index is made of. Documents are known by their number in it.
type part struct {
	segment segment.Segment
	live    *roaring.Bitmap // the documents that are not deleted; nil if none is
	columns *columns
	dicts   map[string]segment.TermDictionary // of the fields that were asked for
}

func (s *shelf) snapshot() (*snapshot, error) {
	advanced, err := s.Advanced()
	if err != nil {
		return nil, fmt.Errorf("reading the index: %w", err)
	}
	reader, err := advanced.Reader()
	if err != nil {
		return nil, fmt.Errorf("reading the index: %w", err)
	}
	index, ok := reader.(*scorch.IndexSnapshot)
	if !ok {
		return nil, errors.Join(errors.New("the index is of an unknown kind"), reader.Close())
	}
	segments := index.Segments()
	known, err := s.columns.of(segments)
	if err != nil {
		return nil, errors.Join(err, index.Close())
	}
	list := make([]*part, len(segments))
	for n, of := range segments {
		list[n] = &part{segment: of.Segment(), columns: known[n], dicts: map[string]segment.TermDictionary{}}
		if deleted := of.Deleted(); deleted != nil && !deleted.IsEmpty() {
			list[n].live = of.DocNumbersLive()
		}
	}
	return &snapshot{index, list, map[terms.Term][]standIns{}}, nil
}

// everything is all documents, which are worth the same.
func (s *snapshot) everything() []grades {
	all := make([]grades, len(s.parts))
	for n, p := range s.parts {
		docs := p.live
		if docs == nil {
			docs = roaring.New()
			docs.AddRange(0, p.segment.Count())
		}
		all[n] = grades{{docs: docs}}
	}
	return all
}

// have finds the documents, deleted ones included, that have any of the words in a field.
func (p *part) have(field string, words []string) (*roaring.Bitmap, error) {
	dict := p.dicts[field]
	if dict == nil {
		var err error
		if dict, err = p.segment.Dictionary(field); err != nil {
			return nil, fmt.Errorf("reading a field of the index: %w", err)
		}
		p.dicts[field] = dict
	}
	docs := roaring.New()
	for _, word := range words {
		if err := addPostings(docs, dict, word); err != nil {
			return nil, fmt.Errorf("reading a word of the index: %w", err)
		}
	}
	return docs, nil
}
