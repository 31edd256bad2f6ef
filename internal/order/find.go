package order

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
)

// FindLink has the link of the order with that number, or whose number ends with those eight digits, sent to its buyer, if that is her telephone number: by mail if she
// gave an address, else by the association. Whoever asks is told nothing of that, not even by how long it takes; what
// has to be looked up is looked up later. ErrInvalid says of what cannot be a number of an order, or of a telephone, that
// it cannot (Fields number, phone).
func (s *Service) FindLink(ctx context.Context, number, phone string) error {
	wrong := fault.New(ErrInvalid.Kind, ErrInvalid.Key)
	of, ok := wholeNumber(number)
	if !ok {
		of, ok = endOfNumber(number)
	}
	switch {
	case strings.TrimSpace(number) == "":
		wrong.Field("number", "order.number_missing")
	case !ok:
		wrong.Field("number", "order.find_number")
	}
	e164, err := account.ParsePhone(phone)
	switch {
	case strings.TrimSpace(phone) == "":
		wrong.Field("phone", "order.find_phone")
	case err != nil:
		wrong.Field("phone", "order.phone_invalid")
	}
	if len(wrong.Fields) > 0 {
		return wrong
	}
	return postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		return s.jobs.InsertTx(ctx, tx, FindArgs{Number: of, Phone: s.mark("find", e164)}, nil)
	})
}

// FindArgs is the job that sends the link of an order to its buyer, who asked for it.
type FindArgs struct {
	Number string `json:"number"` // a whole one, or how it ends
	Phone  []byte `json:"phone"`  // a mark of it
}

// Kind names the job.
func (FindArgs) Kind() string { return "order_find" }

// FindWorker works FindArgs.
type FindWorker struct {
	river.WorkerDefaults[FindArgs]
	Orders *Service
}

// Work sends the link if number and telephone are of one order.
func (w *FindWorker) Work(ctx context.Context, j *river.Job[FindArgs]) error {
	s := w.Orders
	return postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		var found []struct {
			ID    uuid.UUID
			Phone string
		}
		err := tx.SelectContext(ctx, &found, `
			select id, buyer_phone as phone from orders where number = any($1) order by placed_at desc`, pq.Array(numbersOf(j.Args.Number, s.Now())))
		if err != nil {
			return fmt.Errorf("order: whose order it is: %w", err)
		}
		for _, f := range found {
			if s.marked(j.Args.Phone, "find", f.Phone) {
				o, err := lock(ctx, tx, `id = $1`, f.ID)
				if err != nil {
					return err
				}
				return s.tellBuyer(ctx, tx, o, NewsLink)
			}
		}
		return nil
	})
}

// monthsLooked is how many months before this one an order is looked for by the end of its number.
const monthsLooked = 24

// numbersOf are the whole numbers that one may be, of which the end alone may be known.
func numbersOf(number string, now time.Time) []string {
	if strings.HasPrefix(number, "S-") {
		return []string{number}
	}
	numbers := make([]string, 0, monthsLooked+1)
	month := now.In(clock.Zone)
	month = time.Date(month.Year(), month.Month(), 1, 0, 0, 0, 0, clock.Zone)
	for i := range monthsLooked + 1 {
		numbers = append(numbers, "S-"+month.AddDate(0, -i, 0).Format(monthOfNumber)+"-"+number)
	}
	return numbers
}

// Followed is an order as its buyer's browser lists it.
type Followed struct {
	Token    string // of its tracking link
	ID       uuid.UUID
	Number   string
	State    State
	Delivery string
	Due      money.Amount
	PlacedAt time.Time `db:"placed_at"`
}

// Follow lists the orders of tracking links, the latest first. A link that leads nowhere, or not any more, is left out.
func (s *Service) Follow(ctx context.Context, tokens []string) ([]Followed, error) {
	if len(tokens) == 0 {
		return nil, nil
	}
	hashes := make(pq.ByteaArray, len(tokens))
	for i, token := range tokens {
		hashes[i] = hashToken(token)
	}
	var rows []struct {
		Followed
		Link int
		Hash []byte
	}
	err := s.db.SelectContext(ctx, &rows, `
		select id, number, state, delivery, due_centimes as due, placed_at, link, token_hash as hash
		from orders where token_hash = any($1) and erased_at is null order by placed_at desc, id desc`, hashes)
	if err != nil {
		return nil, fmt.Errorf("order: orders of links: %w", err)
	}
	var list []Followed
	for _, row := range rows {
		for i, token := range tokens {
			if bytes.Equal(hashes[i], row.Hash) && s.made(token, trackingToken, row.ID, row.Link) {
				row.Token = token
				list = append(list, row.Followed)
				break
			}
		}
	}
	return list, nil
}
