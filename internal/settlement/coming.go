package settlement

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/money"
)

// Coming is what a cooperative will be owed from a day on, unless the goods are sent back.
type Coming struct {
	Day    time.Time    // of the market's time zone, at midnight UTC
	Amount money.Amount // commission is taken off
}

// Coming gives what is held of a cooperative's delivered goods by the day on which they cannot be sent back any more, the
// first day first.
func (s *Service) Coming(ctx context.Context, cooperativeID uuid.UUID) ([]Coming, error) {
	var coming []Coming
	err := s.db.SelectContext(ctx, &coming, `
		select (earns_at at time zone $2)::date as day, sum(items_centimes - commission_centimes)::bigint as amount
		from sub_orders_now where cooperative_id = $1 and earns_at is not null
		group by 1 having sum(items_centimes - commission_centimes) > 0 order by 1`, cooperativeID, clock.Zone.String())
	if err != nil {
		return nil, fmt.Errorf("what is coming: %w", err)
	}
	return coming, nil
}
