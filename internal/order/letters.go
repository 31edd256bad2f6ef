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

// Whom orders wrote to before the market's people said yes to them is remembered for letterLife, since what
// becomes of the orders does not take the letters back. Only marks of the recipients, and of the networks
// that the orders came from, are kept.

// mailbox marks who reads what is sent to an address: what stands behind a «+» and how it is capitalised
// makes another address and no other mailbox.
func (s *Service) mailbox(email string) []byte { return s.mark("mailbox", readerOf(email)) }

// buyerLetters are the marks under which letters to a buyer's mailbox are counted: until an order is
// confirmed there (see wanted), and whatever is.
func (s *Service) buyerLetters(email string) [][]byte {
	return [][]byte{s.mailbox(email), s.mark("reader", readerOf(email))}
}

func readerOf(email string) string {
	email = strings.ToLower(email)
	if at := strings.LastIndexByte(email, '@'); at > 0 {
		if plus := strings.IndexByte(email[:at], '+'); plus > 0 {
			email = email[:plus] + email[at:]
		}
	}
	return email
}

func (s *Service) cooperativeLetters(id uuid.UUID) []byte { return s.mark("letters", id.String()) }

func (s *Service) associationLetters() []byte { return s.mark("letters", "association") }

// partLetters are the marks under which letters to cooperatives about orders from a network are counted,
// and how many there may be in a day.
func (s *Service) partLetters(from makers) (marks [][]byte, most []int) {
	if from.address != nil {
		marks, most = append(marks, s.mark("parts", string(from.address))), append(most, dailyParts)
	}
	if from.site != nil {
		marks, most = append(marks, s.mark("parts", string(from.site))), append(most, dailyParts*from.siteShare)
	}
	return marks, most
}

// lettersSince counts the letters that orders have written since then, for each of the recipients.
func lettersSince(ctx context.Context, tx *sqlx.Tx, since time.Time, recipients [][]byte) ([]int, error) {
	var counts []int
	// Both conditions are of the recipient, so that no index leads to all that was written since.
	err := tx.SelectContext(ctx, &counts, `
		select (select coalesce(sum(letters), 0) from order_letters l where l.recipient = r.recipient and (l.recipient, l.at) > (r.recipient, $2))
		from unnest($1::bytea[]) with ordinality r (recipient, n) order by n`, pq.ByteaArray(recipients), since)
	if err != nil {
		return nil, fmt.Errorf("order: letters that were written: %w", err)
	}
	return counts, nil
}

// writes remembers that an order writes so many letters to each of the recipients.
func writes(ctx context.Context, tx *sqlx.Tx, orderID uuid.UUID, at time.Time, letters int, recipients ...[]byte) error {
	_, err := tx.ExecContext(ctx, `
		insert into order_letters (recipient, order_id, at, letters) select r, $2, $3, $4 from unnest($1::bytea[]) r
		on conflict (recipient, order_id) do update set at = excluded.at, letters = order_letters.letters + excluded.letters`,
		pq.ByteaArray(recipients), orderID, at, letters)
	if err != nil {
		return fmt.Errorf("order: remember letters: %w", err)
	}
	return nil
}

// wanted forgets the letters to the mailbox of an order's buyer, who has answered one of them, up to
// dailyReader.
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

// How often a day links are sent again to whoever asks for them, and so is where an order goes now or that she has cancelled it.
const (
	dailyLinks   = 3 // of one order
	dailyOfPhone = 5 // of all orders under one telephone number
)

// addressLetters marks a mailbox under which letters about other addresses of confirmed orders are counted, apart from all
// others: how often a buyer asked for her link does not keep from her that somebody has her order brought elsewhere.
func (s *Service) addressLetters(email string) []byte {
	return s.mark("address mailbox", readerOf(email))
}

// mayAsk counts a message about an order that whoever orders under any number has sent, unless there were too many of the
// kind: of the order, under the telephone number or, of what is mailed, to the mailbox, which may be a
// stranger's.
func (s *Service) mayAsk(ctx context.Context, tx *sqlx.Tx, o *locked, of subject, news BuyerNews, mailed bool, at time.Time) (bool, error) {
	recipients := [][]byte{s.mark(string(news), of.Number), s.mark(string(news)+"s", of.BuyerPhone)}
	if mailed {
		recipients = append(recipients, s.buyerLetters(of.BuyerEmail)...)
		if news == NewsAddress && o.State == StateConfirmed {
			recipients[2] = s.addressLetters(of.BuyerEmail)
		}
	}
	written, err := lettersSince(ctx, tx, at.Add(-letterLife), recipients)
	if err != nil {
		return false, err
	}
	most := []int{dailyLinks, dailyOfPhone, dailyBuyer, dailyReader}
	for i, n := range written {
		if n >= most[i] {
			return false, nil
		}
	}
	return true, writes(ctx, tx, of.ID, at, 1, recipients...)
}
