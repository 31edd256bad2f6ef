package finding

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
)

// Expected lists the ids of the products that the index must hold, which are those that buyers may see, one of each thing that
// is sold in several sizes, and of those that the engine has still to learn about.
func Expected(ctx context.Context, db *sqlx.DB, engine string) (products, pending []string, err error) {
	err = db.SelectContext(ctx, &products, `
		select distinct on (p.family) o.id from offered o join products p on p.id = o.id order by p.family, o.id`)
	if err != nil {
		return nil, nil, fmt.Errorf("products that buyers see: %w", err)
	}
	if err := db.SelectContext(ctx, &pending, `select product_id from search_pending where engine = $1`, engine); err != nil {
		return nil, nil, fmt.Errorf("pending products: %w", err)
	}
	return products, pending, nil
}
