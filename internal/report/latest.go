package report

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
)

// Order is a joint order as the association sees it in a list.
type Order struct {
	ID           uuid.UUID    `db:"id"`
	Number       string       `db:"number"`
	PlacedAt     time.Time    `db:"placed_at"`
	State        string       `db:"state"`
	Delivery     string       `db:"delivery"`     // delivery.Pickup or delivery.Home
	PlaceName    i18n.Text    `db:"place_name"`   // where the buyer lives
	Cooperatives int          `db:"cooperatives"` // with a part in it
	Sold         money.Amount `db:"sold"`         // goods, less what was cancelled or refused
}

// LatestOrders are the n orders placed last that do not wait to be confirmed, the latest first.
func (s *Service) LatestOrders(ctx context.Context, n int) ([]Order, error) {
	orders := []Order{}
	err := s.db.SelectContext(ctx, &orders, `
		select o.id, o.number, o.placed_at, o.state, o.delivery, l.name_ar as "place_name.ar", l.name_fr as "place_name.fr",
		       parts.cooperatives, parts.sold
		from (
		    select id, number, placed_at, state, delivery, place from order_heads
		    where not unconfirmed
		    order by placed_at desc, id desc limit $1) o
		join towns l on l.slug = o.place
		cross join lateral (
		    select count(*) as cooperatives, coalesce(sum(total), 0) as sold
		    from sold_parts_now where order_id = o.id) parts
		order by o.placed_at desc, o.id desc`, n)
	if err != nil {
		return nil, fmt.Errorf("latest orders: %w", err)
	}
	return orders, nil
}
