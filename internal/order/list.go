package order

import (
	"context"
	"fmt"
	"slices"
	"strconv"
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
	Query    string    // the beginnings of words of a number or a name, or three digits and more of a telephone number
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

// maxPage is the most that is given at once.
const maxPage = 500

// turned is the other way through a list.
var turned = map[string]string{"<": ">", ">": "<", "desc": "asc", "asc": "desc"}

// Place is a place in a list of orders or of parts: after what stood there with that moment and id when it was
// listed, or before it with Back. It stays where it is, whatever becomes of that.
type Place struct {
	At   time.Time
	ID   uuid.UUID
	Back bool
}

// Listed is a part of the list, and whether something stands before and after it.
type Listed struct {
	Orders       []Summary
	Before, More bool
}

// walked is how many orders are looked at, the nearest first, before those with the words that are sought are all read:
// when many have them, the page is among these.
const walked = 200

// List lists orders for the association from a place on (nil: from the beginning), newest first; when only those are
// asked for that are not confirmed yet, the ones that are given up first come first.
func (s *Service) List(ctx context.Context, f Filter, from *Place, limit int) (Listed, error) {
	limit = max(1, min(limit, maxPage))
	column, beyond, direction := "placed_at", "<", "desc"
	if f.State == StatePlaced {
		column, beyond, direction = "expires_at", ">", "asc"
	}
	back := from != nil && from.Back
	if back {
		beyond, direction = turned[beyond], turned[direction]
	}
	// Only what is asked for is a condition, so that each has its index.
	var args []any
	parameter := func(value any) string {
		args = append(args, value)
		return "$" + strconv.Itoa(len(args))
	}
	conditions := []string{"true"}
	if f.State != "" {
		conditions = append(conditions, `state = `+parameter(string(f.State)))
	}
	if !f.From.IsZero() {
		conditions = append(conditions, `placed_at >= `+parameter(f.From))
	}
	if !f.To.IsZero() {
		conditions = append(conditions, `placed_at < `+parameter(f.To))
	}
	if from != nil {
		conditions = append(conditions, `(`+column+`, id) `+beyond+` (`+parameter(from.At)+`, `+parameter(from.ID)+`)`)
	}
	among := strings.Join(conditions, " and ")
	order := `o.` + column + ` ` + direction + `, o.id ` + direction
	most := parameter(limit + 1)
	with, source := "", `from (select * from orders o where `+among+` order by `+order+` limit `+most+`)`
	if query := text.Line(f.Query); query != "" {
		matches := `order_words(number, buyer_phone, buyer_name) @@ ` + parameter(text.BeginningsOrPhone(query)) + `::tsquery`
		looked := parameter(walked)
		with = `
			with passed as materialized (
			    select * from orders o where ` + among + ` order by ` + order + ` limit ` + looked + `
			), near as materialized (
			    select * from passed where ` + matches + ` limit ` + most + ` -- as they are passed
			), found as materialized (
			    select *
			    from (select * from orders where ` + matches + ` offset 0) o -- by the words' index and no other
			    where (select count(*) from near) < ` + most + ` and (select count(*) from passed) = ` + looked + ` and ` + among + `
			    order by ` + order + ` limit ` + most + `
			)`
		source = `from (select * from found union all select * from near where not exists (select from found))`
	}
	found := Listed{Orders: []Summary{}, Before: from != nil}
	err := s.db.SelectContext(ctx, &found.Orders, with+`
		select o.id, o.number, o.buyer_name, o.buyer_phone,
		       t.name_ar as "place_name.ar", t.name_fr as "place_name.fr", o.delivery,
		       o.total_centimes as total, o.due_centimes as due, o.state, o.placed_at, o.erased_at, o.sample,
		       s.parts, s.active, s.handed_over, o.locale, o.expires_at,
		       (select count(*) from order_events where order_id = o.id) as events
		`+source+` o
		join towns t on t.slug = o.place
		join lateral (
		    select count(*) as parts,
		           count(*) filter (where state not in (`+listed(goneStates...)+`)) as active,
		           count(*) filter (where state in (`+listed(handedOverStates...)+`)) as handed_over
		    from sub_orders where order_id = o.id
		) s on true
		order by `+order, args...)
	if err != nil {
		return Listed{}, fmt.Errorf("order: list: %w", err)
	}
	found.More = len(found.Orders) > limit
	found.Orders = found.Orders[:min(len(found.Orders), limit)]
	if back {
		slices.Reverse(found.Orders)
		found.Before, found.More = found.More, true
	}
	return found, nil
}

// Place is where an order stands in the list of those that f lets through.
func (f Filter) Place(o Summary, back bool) Place {
	if f.State == StatePlaced {
		return Place{At: o.ExpiresAt, ID: o.ID, Back: back}
	}
	return Place{At: o.PlacedAt, ID: o.ID, Back: back}
}
