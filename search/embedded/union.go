package embedded

import (
	"context"
	"errors"

	"github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/searcher"
	index "github.com/blevesearch/bleve_index_api"
)

// arm is one of the searchers of a union.
type arm struct {
	search.Searcher
	worth float64 // what a match is worth
	// scored: the searcher's own score is added.
	scored bool
	head   *search.DocumentMatch // its next match, nil when it has no more
}

// union finds what any of its arms finds. A document's score is that of its best arm, or the sum of all.
type union struct {
	arms   []*arm
	sum    bool
	primed bool // the heads are read
}

// Next finds the next document.
func (u *union) Next(ctx *search.SearchContext) (*search.DocumentMatch, error) {
	if !u.primed {
		u.primed = true
		for _, a := range u.arms {
			if err := a.next(ctx); err != nil {
				return nil, err
			}
		}
	}
	return u.take(ctx)
}

// Advance finds the first document from id on.
func (u *union) Advance(ctx *search.SearchContext, id index.IndexInternalID) (*search.DocumentMatch, error) {
	for _, a := range u.arms {
		if u.primed && (a.head == nil || a.head.IndexInternalID.Compare(id) >= 0) {
			continue
		}
		if a.head != nil {
			ctx.DocumentMatchPool.Put(a.head)
		}
		var err error
		if a.head, err = a.Searcher.Advance(ctx, id); err != nil {
			return nil, err
		}
	}
	u.primed = true
	return u.take(ctx)
}

// take returns the nearest of the heads and moves every arm that stands on it.
func (u *union) take(ctx *search.SearchContext) (*search.DocumentMatch, error) {
	var nearest *search.DocumentMatch
	for _, a := range u.arms {
		if a.head != nil && (nearest == nil || a.head.IndexInternalID.Compare(nearest.IndexInternalID) < 0) {
			nearest = a.head
		}
	}
	if nearest == nil {
		return nil, nil
	}
	score := 0.0
	for _, a := range u.arms {
		if a.head == nil || !a.head.IndexInternalID.Equals(nearest.IndexInternalID) {
			continue
		}
		if own := a.score(); u.sum {
			score += own
		} else {
			score = max(score, own)
		}
	}
	for _, a := range u.arms {
		if a.head == nil || !a.head.IndexInternalID.Equals(nearest.IndexInternalID) {
			continue
		}
		if a.head != nearest {
			ctx.DocumentMatchPool.Put(a.head)
		}
		if err := a.next(ctx); err != nil {
			return nil, err
		}
	}
	nearest.Score = score
	return nearest, nil
}

func (a *arm) next(ctx *search.SearchContext) (err error) {
	a.head, err = a.Searcher.Next(ctx)
	return err
}

func (a *arm) score() float64 {
	if a.scored {
		return a.worth + a.head.Score
	}
	return a.worth
}

// Close closes the arms.
func (u *union) Close() error {
	var errs []error
	for _, a := range u.arms {
		errs = append(errs, a.Searcher.Close())
	}
	return errors.Join(errs...)
}

// Count is at most how many documents there are.
func (u *union) Count() uint64 {
	var n uint64
	for _, a := range u.arms {
		n += a.Searcher.Count()
	}
	return n
}

// DocumentMatchPoolSize is how many matches are held at once.
func (u *union) DocumentMatchPoolSize() int {
	n := len(u.arms)
	for _, a := range u.arms {
		n += a.Searcher.DocumentMatchPoolSize()
	}
	return n
}

// Min, Size, Weight and SetQueryNorm are asked of every searcher; a union has no use for them.
func (u *union) Min() int             { return 0 }
func (u *union) Size() int            { return 0 }
func (u *union) Weight() float64      { return 0 }
func (u *union) SetQueryNorm(float64) {}

// arms gathers searchers and closes them if one of them cannot be made.
type arms struct {
	list []*arm
	err  error
}

func (s *arms) add(worth float64, scored bool, made search.Searcher, err error) {
	switch {
	case err != nil:
		s.err = errors.Join(s.err, err)
	case made != nil:
		s.list = append(s.list, &arm{Searcher: made, worth: worth, scored: scored})
	}
}

func (s *arms) union(sum bool) (*union, error) {
	u := &union{arms: s.list, sum: sum}
	if s.err != nil {
		return nil, errors.Join(s.err, u.Close())
	}
	return u, nil
}

// conjunction finds what all of them find; the scores are added.
func (s *arms) conjunction(ctx context.Context, r index.IndexReader) (search.Searcher, error) {
	searchers := make([]search.Searcher, len(s.list))
	for i, a := range s.list {
		searchers[i] = &union{arms: []*arm{a}}
	}
	if s.err == nil {
		made, err := searcher.NewConjunctionSearcher(ctx, r, searchers, search.SearcherOptions{})
		if err == nil {
			return made, nil
		}
		s.err = err
	}
	_, err := s.union(false)
	return nil, err
}
