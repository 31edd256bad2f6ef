package order

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/settings"
)

// HeldNow is what unconfirmed orders keep from others at this moment.
type HeldNow struct {
	Pieces     int
	OnSale     int        `db:"on_sale"` // pieces in stock or held, as they were counted last
	Orders     int        // that wait to be confirmed
	Phones     int        // under so many telephone numbers
	Addresses  int        // from so many network addresses, as far as these are counted
	Since      *time.Time // when the oldest of them was placed
	AlarmSince *time.Time `db:"alarm_since"` // nil: nothing to be alarmed at
}

// Share is how much of all goods is held, from 0 to 1.
func (h HeldNow) Share() float64 {
	if h.OnSale == 0 {
		return 0
	}
	return min(1, float64(h.Pieces)/float64(h.OnSale))
}

// HoldHours is how long the goods of an order are held until it is confirmed.
func (s *Service) HoldHours(ctx context.Context) (int, error) {
	decided, err := settings.Read(ctx, s.db)
	if err != nil {
		return 0, fmt.Errorf("order: %w", err)
	}
	return decided.HoldHours, nil
}

// Held tells what unconfirmed orders keep from others. It reads those orders only.
func (s *Service) Held(ctx context.Context) (HeldNow, error) { return heldNow(ctx, s.db) }

func heldNow(ctx context.Context, q sqlx.QueryerContext) (HeldNow, error) {
	var now HeldNow
	err := sqlx.GetContext(ctx, q, &now, `
		select t.pieces, t.on_sale, t.alarm_since, h.orders, h.phones, h.addresses, h.since
		from hold_totals t
		cross join (
		    select count(*) filter (where confirmed_at is null) as orders, count(distinct phone) as phones, count(distinct address) as addresses, min(at) as since
		    from holds) h`)
	if err != nil {
		return HeldNow{}, fmt.Errorf("order: what is held: %w", err)
	}
	return now, nil
}

// heldUp is a number of products that was counted.
type heldUp struct {
	share    int    // of a product, that unconfirmed orders may hold
	turn     string // of the holds: it moves with each of them
	at       time.Time
	products int
}

// heldUpFor is how long a number of products stands while no hold came or went: their stock may have moved.
const heldUpFor = time.Minute

// HeldUp counts the products of which unconfirmed orders hold as much as the settings allow: anew when a hold came or
// went, and after a minute.
func (s *Service) HeldUp(ctx context.Context) (int, error) {
	bounds, err := settings.Read(ctx, s.db)
	if err != nil {
		return 0, fmt.Errorf("order: %w", err)
	}
	now := heldUp{share: bounds.ProductShare, at: s.Now()}
	if err := s.db.GetContext(ctx, &now.turn, `select xmin::text from hold_totals`); err != nil {
		return 0, fmt.Errorf("order: products that are held up: %w", err)
	}
	if was := s.heldUp.Load(); was != nil && was.share == now.share && was.turn == now.turn && now.at.Sub(was.at).Abs() < heldUpFor {
		return was.products, nil
	}
	err = s.db.GetContext(ctx, &now.products, `
		select count(*)
		from (select product_id, sum(quantity) as held from hold_lines group by product_id) l
		cross join lateral (select stock from goods where id = l.product_id offset 0) p -- each by its key, and not all goods
		where l.held * 100 >= (l.held + p.stock) * $1::int`, bounds.ProductShare)
	if err != nil {
		return 0, fmt.Errorf("order: products that are held up: %w", err)
	}
	s.heldUp.Store(&now)
	return now.products, nil
}
