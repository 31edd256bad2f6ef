package order

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
)

// Filter narrows the association's list of orders; what is zero lets everything through.
type Filter struct {
	State    State
	Query    string    // a number, beginnings of its words or of a name's, or three digits and more of a telephone number
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
	MeansFee   money.Amount `db:"means_fee"` // of Due, the fee of the means by which it is paid
	State      State
	PlacedAt   time.Time  `db:"placed_at"`
	ErasedAt   *time.Time `db:"erased_at"` // since then the buyer is not known; nil: she is
	Sample     bool
	Parts      int       // cooperatives that the order was placed with
	Active     int       // of those, still in it
	HandedOver int       `db:"handed_over"` // of those, done with it
	PartLate   bool      `db:"part_late"`   // one of those is late with it; see Part.Late
	Late       bool      // so is the order; see Order.Late
	Locale     string    // the buyer's language
	ExpiresAt  time.Time `db:"expires_at"` // of one that is not confirmed, when it is given up
	Events     int       // entries of its history
}

// maxPage is the most that is given at once.
const maxPage = 500

// Listed is a page of the list.
type Listed struct {
	Orders []Summary
	keyset.Turns
}

// CountedTo is how far the orders of a state are counted.
const CountedTo = 100

// CountOpen counts the orders by state that are not over, each up to CountedTo: more are told apart by nobody, and a whole
// country's are not counted for a list of thirty.
func (s *Service) CountOpen(ctx context.Context) (map[State]int, error) {
	var rows []struct {
		State State
		Count int
	}
	open := slices.DeleteFunc(States(), func(state State) bool { return slices.Contains(overStates, state) })
	err := s.db.SelectContext(ctx, &rows, `
		select w.state, (select count(*) from (select from orders o where o.state = w.state limit $2) c) as count
		from unnest($1::text[]) w (state)`, pq.Array(open), CountedTo)
	if err != nil {
		return nil, fmt.Errorf("order: count open orders: %w", err)
	}
	counts := make(map[State]int, len(rows))
	for _, r := range rows {
		counts[r.State] = r.Count
	}
	return counts, nil
}

// List lists orders for the association from a place on (nil: from the beginning), newest first; when only those are
// asked for that are not confirmed yet, the ones that are given up first come first.
func (s *Service) List(ctx context.Context, f Filter, from *keyset.Place, limit int) (Listed, error) {
	return list(ctx, s.db, s.Now(), f, from, limit)
}

// Each calls fn with every order that the filter lets through, in the order of List and as all are at one moment,
// while they are read; an error of fn ends it.
func (s *Service) Each(ctx context.Context, f Filter, fn func(Summary) error) error {
	return postgres.Each(ctx, s.db, func(tx *sqlx.Tx, after *keyset.Place) ([]Summary, *keyset.Place, error) {
		found, err := list(ctx, tx, s.Now(), f, after, maxPage)
		return found.Orders, found.Next, err
	}, fn)
}

func list(ctx context.Context, q sqlx.QueryerContext, now time.Time, f Filter, from *keyset.Place, limit int) (Listed, error) {
	limit = max(1, min(limit, maxPage))
	var places []keyset.Place
	for _, w := range f.ways() {
		found, err := stand(ctx, q, f.State, w, from, limit+1)
		if err != nil {
			return Listed{}, fmt.Errorf("order: list: %w", err)
		}
		places = append(places, found...)
	}
	_, direction := from.Way(directionOf(f.State))
	slices.SortFunc(places, func(a, b keyset.Place) int {
		if direction == keyset.Descending {
			a, b = b, a
		}
		return cmp.Or(a.At.Compare(b.At), bytes.Compare(a.ID[:], b.ID[:]))
	})
	places = slices.CompactFunc(places, func(a, b keyset.Place) bool { return a.ID == b.ID }) // found in two ways
	places, turns := keyset.Cut(places, from, limit, keyset.Itself)
	found := Listed{[]Summary{}, turns}
	err := sqlx.SelectContext(ctx, q, &found.Orders, `
		select o.id, o.number, o.buyer_name, o.buyer_phone,
		       t.name_ar as "place_name.ar", t.name_fr as "place_name.fr", o.delivery,
		       o.total_centimes as total, o.due_centimes as due,
		       least(o.means_fee_centimes - o.means_fee_back_centimes, o.due_centimes) as means_fee, o.state, o.placed_at, o.erased_at, o.sample,
		       s.parts, s.active, s.handed_over, s.part_late, o.locale, o.expires_at,
		       case when o.state in (`+listed(overStates...)+`) or o.state = '`+string(StateDispatched)+`' and o.delivery = '`+delivery.Pickup+`' then false
		            else exists (`+wasPromised+`) end as late,
		       (select count(*) from order_events where order_id = o.id) as events
		from unnest($1::uuid[]) with ordinality as w (id, turn)
		join orders o on o.id = w.id
		join towns t on t.slug = o.place
		join lateral (
		    select count(*) as parts,
		           count(*) filter (where state not in (`+listed(goneStates...)+`)) as active,
		           count(*) filter (where state in (`+listed(handedOverStates...)+`)) as handed_over,
		           coalesce(bool_or(state in (`+listed(lateStates...)+`) and hand_over_by < $2), false) as part_late
		    from sub_orders where order_id = o.id
		) s on true
		order by w.turn`, pq.Array(keyset.IDs(places)), clock.Day(now))
	if err != nil {
		return Listed{}, fmt.Errorf("order: list: %w", err)
	}
	return found, nil
}
