package picture

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/audit"
)

// Audit checks what must always be true of pictures.
func Audit(ctx context.Context, db *sqlx.DB) ([]audit.Check, error) {
	return audit.Run(ctx, db,
		audit.Query{Name: "picture: a product's picture is its own and ready", SQL: `
			select p.id::text || ' ' || p.slug || ': picture ' || i.id::text || ' ' || i.state
			from goods p join pictures i on i.id = p.picture_id
			where i.product_id is distinct from p.id or i.state <> 'ready' or i.width <= 0 or i.height <= 0`},
		audit.Query{Name: "picture: a cooperative's picture is its own and ready", SQL: `
			select c.slug || ': picture ' || i.id::text || ' ' || i.state
			from sellers c join pictures i on i.id = c.picture_id
			where i.cooperative_id is distinct from c.id or i.state <> 'ready' or i.width <= 0 or i.height <= 0`},
	)
}
