package sample

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
)

// Plenty lets a market that is measured sell as much as is asked for: a million pieces more of each product, and no share
// of them that unconfirmed orders may not hold.
func Plenty(ctx context.Context, db *sqlx.DB) error {
	for _, statement := range []string{
		`insert into stock_movements (id, product_id, delta, reason, actor, at)
		 select gen_random_uuid(), id, 1000000, 'count', 'system', now() from products where state = 'published' and stock < 1000000`,
		`update products set stock = stock + 1000000 where state = 'published' and stock < 1000000`,
		`update settings set decided = decided || '{"market_share": "100", "product_share": "100"}'`,
	} {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("sample: plenty: %w", err)
		}
	}
	return nil
}
