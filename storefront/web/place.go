package web

import (
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Place is a place in a list that is ordered by time: after what has that moment and id, or before it with Back. The
// services' own places are the same.
type Place struct {
	At   time.Time
	ID   uuid.UUID
	Back bool
}

// String is the place as addresses have it, and ReadPlace reads it.
func (p Place) String() string {
	word := "after"
	if p.Back {
		word = "before"
	}
	return word + "-" + strconv.FormatInt(p.At.UnixMicro(), 10) + "-" + p.ID.String()
}

// ReadPlace reads a place from an address; nil, the beginning, if it is none.
func ReadPlace(text string) *Place {
	word, rest, _ := strings.Cut(text, "-")
	moment, id, _ := strings.Cut(rest, "-")
	micros, err := strconv.ParseInt(moment, 10, 64)
	at := time.UnixMicro(micros).UTC()
	p := Place{At: at, Back: word == "before"}
	if err != nil || at.Year() < 2000 || at.Year() > 9999 || word != "after" && !p.Back {
		return nil
	}
	if p.ID, err = uuid.Parse(id); err != nil {
		return nil
	}
	return &p
}
