package upload

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
)

// stockThen is the stock that a downloaded catalogue showed, and when. It goes out in a column of its own
// and comes back with the file, so that a stock that nobody changed in it stays, and one that was changed
// is taken for counted then: what orders took since is taken from it.
type stockThen struct {
	pieces int
	at     time.Time
}

const thenFormat = "2006-01-02T15:04:05.000000Z"

// String writes «40 @ 2026-11-26T13:54:15.000000Z».
func (t stockThen) String() string {
	return fmt.Sprintf("%d @ %s", t.pieces, t.at.UTC().Format(thenFormat))
}

// readStockThen reads what String wrote; ok is false for anything else.
func readStockThen(cell string) (t stockThen, ok bool) {
	pieces, at, found := strings.Cut(cell, " @ ")
	if !found {
		return stockThen{}, false
	}
	var err error
	if t.pieces, err = strconv.Atoi(pieces); err != nil {
		return stockThen{}, false
	}
	t.at, err = time.Parse(thenFormat, at)
	return t, err == nil
}

// restock makes of the stock in a row what it means now; false if it says nothing, since it is the one
// that was downloaded.
func (c *comparer) restock(given *catalog.Edit, present *catalog.Product, values map[string]string) bool {
	then, known := readStockThen(values[colStockThen])
	if !known || given.Stock == nil {
		return true
	}
	if *given.Stock == then.pieces {
		return false
	}
	if moved := c.movedSince(then.at); moved != nil {
		now := max(0, *given.Stock+moved[present.ID])
		given.Stock = &now
	}
	return true
}

// maxDownloads is how many downloads the rows of one file may come from and still be told apart.
const maxDownloads = 5

// movedSince tells by how much orders have moved each stock since a download; nil if that cannot be told.
func (c *comparer) movedSince(at time.Time) map[uuid.UUID]int {
	if c.moved[at] != nil || len(c.moved) == maxDownloads {
		return c.moved[at]
	}
	moved, err := c.orders(at)
	if err != nil {
		c.failed = err
		return nil
	}
	c.moved[at] = moved
	return moved
}
