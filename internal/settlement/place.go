package settlement

import (
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// place is the last row of a page: a number that its list is ordered by, and the row's id.
type place struct {
	by int64
	id uuid.UUID
}

func (p place) String() string { return strconv.FormatInt(p.by, 10) + "." + p.id.String() }

// readPlace is nil where no page ends.
func readPlace(text string) *place {
	number, id, _ := strings.Cut(text, ".")
	var p place
	var err, err2 error
	p.by, err = strconv.ParseInt(number, 10, 64)
	p.id, err2 = uuid.Parse(id)
	if err != nil || err2 != nil || p.by < 0 {
		return nil
	}
	return &p
}
