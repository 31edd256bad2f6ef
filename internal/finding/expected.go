package finding

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
)

// Expected lists the ids of the products that buyers may see, which are those the index must hold, and of
// those that the engine has still to learn about.
func Expected(ctx context.Context, db *sqlx.DB, engine string) (products, pending []string, err error) {
	err = db.SelectContext(ctx, &products, `select id from offered`)
	if err != nil {
		return nil, nil, fmt.Errorf("products that buyers see: %w", err)
	}
	if err := db.SelectContext(ctx, &pending, `select product_id from search_pending where engine = $1`, engine); err != nil {
		return nil, nil, fmt.Errorf("pending products: %w", err)
	}
	return products, pending, nil
}
