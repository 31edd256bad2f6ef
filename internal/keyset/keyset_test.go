package keyset_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/keyset"
)

// row is the nth of a list.
func row(n byte) uuid.UUID { return uuid.UUID{n} }

// read reads a page of seven rows as a database would.
func read(list string, from *keyset.Place, limit int) ([]uuid.UUID, keyset.Turns) {
	beyond, direction := from.Way(list)
	var rows []uuid.UUID
	for n := range byte(7) {
		switch id := row(n); {
		case from == nil, beyond == "<" && id[0] < from.ID[0], beyond == ">" && id[0] > from.ID[0]:
			rows = append(rows, id)
		}
	}
	if direction == keyset.Descending {
		slices.Reverse(rows)
	}
	return keyset.Cut(rows[:min(len(rows), limit+1)], from, limit, keyset.ByID)
}

func TestAListIsTurnedThereAndBack(t *testing.T) {
	t.Parallel()
	for _, list := range []string{keyset.Ascending, keyset.Descending} {
		for limit := 1; limit <= 8; limit++ {
			want, _ := read(list, nil, 7)
			page, turns := read(list, nil, limit)
			if turns.Previous != nil {
				t.Errorf("%s by %d: before the beginning stands %v", list, limit, turns.Previous)
			}
			there, back := slices.Clone(page), []uuid.UUID(nil)
			for turns.Next != nil && len(there) <= 7 {
				page, turns = read(list, turns.Next, limit)
				there = append(there, page...)
			}
			for back = slices.Clone(page); turns.Previous != nil && len(back) <= 7; {
				page, turns = read(list, turns.Previous, limit)
				back = append(slices.Clone(page), back...)
			}
			if !slices.Equal(there, want) || !slices.Equal(back, want) {
				t.Errorf("%s by %d: %v there, and %v back", list, limit, there, back)
			}
		}
	}
}

func TestAPageWithNothingOnItLeadsToTheBeginning(t *testing.T) {
	t.Parallel()
	end, begin := keyset.ByID(row(6)), keyset.ByID(row(0))
	begin.Back = true
	beginning := keyset.Place{}
	if page, turns := read(keyset.Ascending, &end, 3); len(page) > 0 || turns.Next != nil || turns.Previous == nil || *turns.Previous != beginning {
		t.Errorf("after the last stand %v, and others at %+v", page, turns)
	}
	if page, turns := read(keyset.Ascending, &begin, 3); len(page) > 0 || turns.Previous != nil || turns.Next == nil || *turns.Next != beginning {
		t.Errorf("before the first stand %v, and others at %+v", page, turns)
	}
	if page, turns := keyset.Cut(nil, nil, 3, keyset.ByID); len(page) > 0 || turns != (keyset.Turns{}) {
		t.Errorf("of nothing: %v, %+v", page, turns)
	}
}
