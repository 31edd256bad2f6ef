package catalog

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
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
func (c *comparer) restock(given *Edit, present *Product, values map[string]string) bool {
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

// ordersSince reads by how much orders have moved a cooperative's stocks since then. It does not ask the
// transaction in which rows are read or written at that moment.
func (s *Service) ordersSince(ctx context.Context, coopID uuid.UUID) func(at time.Time) (map[uuid.UUID]int, error) {
	return func(at time.Time) (map[uuid.UUID]int, error) {
		var list []struct {
			ID  uuid.UUID
			Sum int
		}
		if err := s.db.SelectContext(ctx, &list, `
			select p.id, sum(m.delta) as sum
			from products p join stock_movements m on m.product_id = p.id
			where p.cooperative_id = $1 and m.reason in ('reserve', 'release') and m.at > $2
			group by p.id`, coopID, at); err != nil {
			return nil, fmt.Errorf("sold since the download: %w", err)
		}
		moved := make(map[uuid.UUID]int, len(list))
		for _, m := range list {
			moved[m.ID] = m.Sum
		}
		return moved, nil
	}
}
