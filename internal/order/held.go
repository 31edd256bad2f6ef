package order

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/settings"
)

// HeldNow is what unconfirmed orders keep from others at this moment: those that wait to be confirmed by telephone and
// those that their buyers pay first.
type HeldNow struct {
	Pieces     int        // of all of them
	OnSale     int        `db:"on_sale"` // pieces in stock or held, as they were counted last
	Orders     int        // that wait to be confirmed
	Phones     int        // under so many telephone numbers
	Addresses  int        // from so many network addresses, as far as these are counted
	Since      *time.Time // when the oldest of them was placed
	Paying     int        // that wait to be paid
	ToPay      int        `db:"to_pay"`      // pieces of these
	AlarmSince *time.Time `db:"alarm_since"` // nil: nothing to be alarmed at
	HeldUp     int        `db:"held_up"`     // products of which they hold as much as the settings allow, as they were counted last
	HeldUpAt   *time.Time `db:"held_up_at"`  // when that was; nil: never
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

// paying are the orders that hold goods until they are paid, which is waited for and not called about. There are no more
// of them than the shares of hold.go let hold, and they are found by their state.
const paying = `
	paying as (
	    select h.* from orders o cross join lateral (select * from holds where order_id = o.id offset 0) h
	    where o.state = 'awaiting_payment'
	)`

// Held tells what unconfirmed orders keep from others: what is carried of all of them, less those that are to be paid.
func (s *Service) Held(ctx context.Context) (HeldNow, error) { return heldNow(ctx, s.db) }

func heldNow(ctx context.Context, q sqlx.QueryerContext) (HeldNow, error) {
	var now HeldNow
	err := sqlx.GetContext(ctx, q, &now, `
		with `+paying+`
		select t.pieces, on_sale, t.orders - t.mailed - p.orders as orders, p.orders as paying, p.pieces as to_pay,
		       phones - (select count(distinct phone) from paying w where not exists (
		           select from holds where phone = w.phone and order_id not in (select order_id from paying))) as phones,
		       addresses - (select count(distinct address) from paying w where not exists (
		           select from holds where address = w.address and order_id not in (select order_id from paying))) as addresses,
		       (select at from holds where order_id not in (select order_id from paying) order by at limit 1) as since,
		       alarm_since, held_up, held_up_at
		from hold_totals t cross join (select count(*) as orders, coalesce(sum(pieces), 0) as pieces from paying) p`)
	if err != nil {
		return HeldNow{}, fmt.Errorf("order: what is held: %w", err)
	}
	return now, nil
}

// countHeldUp counts the products of which unconfirmed orders hold as much as the settings allow. It reads what all of
// them hold.
func (s *Service) countHeldUp(ctx context.Context) error {
	bounds, err := settings.Read(ctx, s.db)
	if err != nil {
		return fmt.Errorf("order: %w", err)
	}
	var products int
	err = s.db.GetContext(ctx, &products, `
		select count(*)
		from (select product_id, sum(quantity) as held from hold_lines group by product_id) l
		cross join lateral (select stock from goods where id = l.product_id offset 0) p -- each by its key, and not all goods
		where l.held * 100 >= (l.held + p.stock) * $1::int`, bounds.ProductShare)
	if err == nil {
		_, err = s.db.ExecContext(ctx, `update hold_totals set held_up = $1, held_up_at = $2`, products, s.Now())
	}
	if err != nil {
		return fmt.Errorf("order: count the products that are held up: %w", err)
	}
	return nil
}
