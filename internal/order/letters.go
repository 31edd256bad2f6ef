package order

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

// Whom unconfirmed orders wrote to is remembered for letterLife, since what becomes of the orders does not
// take the letters back. Only marks of the recipients are kept.

// mailbox marks who reads what is sent to an address: what stands behind a «+» and how it is capitalised
// makes another address and no other mailbox.
func (s *Service) mailbox(email string) []byte {
	email = strings.ToLower(email)
	if at := strings.LastIndexByte(email, '@'); at > 0 {
		if plus := strings.IndexByte(email[:at], '+'); plus > 0 {
			email = email[:plus] + email[at:]
		}
	}
	return s.mark("mailbox", email)
}

func (s *Service) cooperativeLetters(id uuid.UUID) []byte { return s.mark("letters", id.String()) }

func (s *Service) associationLetters() []byte { return s.mark("letters", "association") }

// lettersSince counts the orders that wrote to each of the recipients since then.
func lettersSince(ctx context.Context, tx *sqlx.Tx, since time.Time, recipients [][]byte) ([]int, error) {
	var counts []int
	err := tx.SelectContext(ctx, &counts, `
		select (select count(*) from order_letters l where l.recipient = r.recipient and l.at > $2)
		from unnest($1::bytea[]) with ordinality r (recipient, n) order by n`, pq.ByteaArray(recipients), since)
	if err != nil {
		return nil, fmt.Errorf("order: letters that were written: %w", err)
	}
	return counts, nil
}

// writes remembers that an order writes to the recipients.
func writes(ctx context.Context, tx *sqlx.Tx, o Order, recipients ...[]byte) error {
	_, err := tx.ExecContext(ctx, `
		insert into order_letters (recipient, order_id, at) select r, $2, $3 from unnest($1::bytea[]) r`,
		pq.ByteaArray(recipients), o.ID, o.PlacedAt)
	if err != nil {
		return fmt.Errorf("order: remember letters: %w", err)
	}
	return nil
}

// wanted forgets the letters to the mailbox of an order's buyer, who has answered one of them.
func (s *Service) wanted(ctx context.Context, tx *sqlx.Tx, orderID uuid.UUID) error {
	var email string
	if err := tx.GetContext(ctx, &email, `select buyer_email from orders where id = $1`, orderID); err != nil {
		return fmt.Errorf("order: whose letters are wanted: %w", err)
	}
	if _, err := tx.ExecContext(ctx, `delete from order_letters where recipient = $1`, s.mailbox(email)); err != nil {
		return fmt.Errorf("order: forget letters: %w", err)
	}
	return nil
}
