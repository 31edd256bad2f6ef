package order

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/text"
)

// Filter narrows the association's list of orders; what is zero lets everything through.
type Filter struct {
	State    State
	Query    string    // part of a number, a name or a telephone number
	From, To time.Time // placed from (inclusive) and to (exclusive)
}

// Summary is an order as a line of a list.
type Summary struct {
	ID         uuid.UUID
	Number     string
	BuyerName  string       `db:"buyer_name"`
	BuyerPhone string       `db:"buyer_phone"`
	PlaceName  i18n.Text    `db:"place_name"`
	Delivery   string       // delivery.Pickup or delivery.Home
	Total      money.Amount // as ordered
	Due        money.Amount // less what was cancelled since
	State      State
	PlacedAt   time.Time  `db:"placed_at"`
	ErasedAt   *time.Time `db:"erased_at"` // since then the buyer is not known; nil: she is
	Sample     bool
	Parts      int       // cooperatives that the order was placed with
	Active     int       // of those, still in it
	HandedOver int       `db:"handed_over"` // of those, done with it
	Locale     string    // the buyer's language
	ExpiresAt  time.Time `db:"expires_at"` // of one that is not confirmed, when it is given up
	Events     int       // entries of its history
}

// Page is a part of a longer list, from 1 on.
type Page struct{ Number, Size int }

// maxPage is the largest page that is given at once, lastPage the last one that is looked for: far
// above any list, and safe to multiply.
const (
	maxPage  = 500
	lastPage = 1_000_000
)

func (p Page) limit() int { return max(1, min(p.Size, maxPage)) }

func (p Page) offset() int { return (min(max(p.Number, 1), lastPage) - 1) * p.limit() }

// CountedTo is how far the orders of a list are counted: whether there are 3,000 or 30,000 nobody waits for.
const CountedTo = 1000

// List lists orders for the association, newest first, and says how many there are in all: CountedTo + 1 where there
// are more than CountedTo. Of those that are not confirmed yet, the ones that are given up first come first.
func (s *Service) List(ctx context.Context, f Filter, page Page) ([]Summary, int, error) {
	const filtered = `
		($1 = '' or o.state = $1)
		and ($2 = '%%' or o.number ilike $2 or o.buyer_name ilike $2 or replace(o.buyer_phone, '+212', '0') like $3)
		and ($4::timestamptz is null or o.placed_at >= $4) and ($5::timestamptz is null or o.placed_at < $5)`
	query := text.Line(f.Query)
	args := []any{string(f.State), like(query), like(nationalDigits(query)), orNull(f.From), orNull(f.To)}
	var total int
	err := s.db.GetContext(ctx, &total, `
		select count(*) from (select from orders o where `+filtered+` limit $6) counted`, append(args, CountedTo+1)...)
	if err != nil {
		return nil, 0, fmt.Errorf("order: count: %w", err)
	}
	order := `o.placed_at desc, o.id desc` // as an index has them
	if f.State == StatePlaced {
		order = `o.expires_at, ` + order
	}
	list := []Summary{}
	err = s.db.SelectContext(ctx, &list, `
		select o.id, o.number, o.buyer_name, o.buyer_phone,
		       t.name_ar as "place_name.ar", t.name_fr as "place_name.fr", o.delivery,
		       o.total_centimes as total, o.due_centimes as due, o.state, o.placed_at, o.erased_at, o.sample,
		       s.parts, s.active, s.handed_over, o.locale, o.expires_at,
		       (select count(*) from order_events where order_id = o.id) as events
		from (select * from orders o where `+filtered+` order by `+order+` limit $6 offset $7) o
		join towns t on t.slug = o.place
		join lateral (
		    select count(*) as parts,
		           count(*) filter (where state not in ('declined', 'cancelled', 'refused')) as active,
		           count(*) filter (where state in ('handed_over', 'delivered')) as handed_over
		    from sub_orders where order_id = o.id
		) s on true
		order by `+order, append(args, page.limit(), page.offset())...)
	if err != nil {
		return nil, 0, fmt.Errorf("order: list: %w", err)
	}
	return list, total, nil
}

// like is the pattern of texts that contain query.
func like(query string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(query) + "%"
}

// nationalDigits are the digits of a telephone number, or of a part of one, as dialled in Morocco.
// A text without any matches no number.
func nationalDigits(query string) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, query)
	if digits == "" || len(digits) < len(query)/2 {
		return "-"
	}
	for _, prefix := range []string{"00212", "212"} {
		if rest, ok := strings.CutPrefix(digits, prefix); ok {
			return "0" + rest
		}
	}
	return digits
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
