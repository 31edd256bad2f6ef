// Package keyset turns the pages of lists by the keys of their rows: whatever page it is, an index leads to it, and
// rows that come and go move no page. Start at Place and Cut.
package keyset

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// Place is a place in a list: after a row, or before it with Back.
type Place struct {
	At   time.Time // the row's, in a list that is ordered by it: such a place stays where it is, whatever becomes of the row
	ID   uuid.UUID // the row's
	Back bool
}

// The directions that a list can have, in SQL.
const (
	Ascending  = "asc"
	Descending = "desc"
)

// Way is how a list that has a direction is read from the place on (nil: from its beginning), the nearest row first:
// which rows, compared with the place's ("<" or ">"), and in which direction.
func (p *Place) Way(list string) (beyond, direction string) {
	if (list == Descending) != p.back() {
		return "<", Descending
	}
	return ">", Ascending
}

func (p *Place) back() bool { return p != nil && p.Back }

// Turns are the places from which the pages before and after a page are read: nil where nothing stands, and the zero
// Place for the beginning of the list.
type Turns struct{ Previous, Next *Place }

// Cut makes a page of the rows that were read from a place on in its Way, one more than limit (at least 1) if there are
// so many: limit of them at most, in the order of the list. at tells where a row stands. A page with nothing on it, since
// what stood there is gone, leads to the beginning.
func Cut[T any](rows []T, from *Place, limit int, at func(T) Place) (page []T, turns Turns) {
	further := len(rows) > limit
	page = rows[:min(len(rows), limit)]
	switch {
	case len(page) == 0 && from == nil:
		return page, Turns{}
	case len(page) == 0 && from.Back:
		return page, Turns{Next: new(Place)}
	case len(page) == 0:
		return page, Turns{Previous: new(Place)}
	}
	before, after := from != nil, further
	if from.back() {
		slices.Reverse(page)
		before, after = further, true
	}
	if before {
		turns.Previous = new(at(page[0]))
		turns.Previous.Back = true
	}
	if after {
		turns.Next = new(at(page[len(page)-1]))
	}
	return page, turns
}

// ByID is where the row with an id stands in a list that is not ordered by time.
func ByID(id uuid.UUID) Place { return Place{ID: id} }

// Itself is where a place stands.
func Itself(p Place) Place { return p }

// IDs are those of the rows at these places.
func IDs(places []Place) []uuid.UUID {
	ids := make([]uuid.UUID, len(places))
	for i, p := range places {
		ids[i] = p.ID
	}
	return ids
}
