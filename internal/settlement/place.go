package settlement

import (
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// place is the last row of a page: a number that its list is ordered by, and the row's id.
type place struct {
	By int64
	ID uuid.UUID
}

func (p place) String() string { return strconv.FormatInt(p.By, 10) + "." + p.ID.String() }

// readPlace is nil where no page ends.
func readPlace(text string) *place {
	number, id, _ := strings.Cut(text, ".")
	var p place
	var err, err2 error
	p.By, err = strconv.ParseInt(number, 10, 64)
	p.ID, err2 = uuid.Parse(id)
	if err != nil || err2 != nil || p.By < 0 {
		return nil
	}
	return &p
}
