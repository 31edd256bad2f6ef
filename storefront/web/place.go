package web

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/keyset"
)

// SetPlace writes into an address from where a list is shown, as ReadPlace and ReadRow read it; its beginning, which
// nil is and the zero Place, is not written.
func SetPlace(query url.Values, from *keyset.Place) {
	switch {
	case from == nil || *from == keyset.Place{}:
	case from.At.IsZero():
		query.Set(side(from), from.ID.String())
	default:
		query.Set("place", PlaceText(*from))
	}
}

// PlaceText is a place in a list that is ordered by time, in a word.
func PlaceText(p keyset.Place) string {
	return side(&p) + "-" + strconv.FormatInt(p.At.UnixMicro(), 10) + "-" + p.ID.String()
}

// ReadPlace reads a place in a list that is ordered by time from its word; nil if it is none.
func ReadPlace(text string) *keyset.Place {
	word, rest, _ := strings.Cut(text, "-")
	moment, id, _ := strings.Cut(rest, "-")
	micros, err := strconv.ParseInt(moment, 10, 64)
	p := keyset.Place{At: time.UnixMicro(micros).UTC(), Back: word == "before"}
	if err != nil || p.At.Year() < 2000 || p.At.Year() > 9999 || word != side(&p) {
		return nil
	}
	if p.ID, err = uuid.Parse(id); err != nil {
		return nil
	}
	return &p
}

// ReadRow reads a place in a list of any other order from the address; nil if there is none.
func ReadRow(r *Request) *keyset.Place {
	for _, p := range []keyset.Place{{}, {Back: true}} {
		if id, err := uuid.Parse(r.Query(side(&p))); err == nil {
			p.ID = id
			return &p
		}
	}
	return nil
}

// side is on which side of its row a place stands, as addresses have it.
func side(p *keyset.Place) string {
	if p.Back {
		return "before"
	}
	return "after"
}
