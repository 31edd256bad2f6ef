package finding

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/audit"
)

// Audit checks what must always be true of what search is fed from.
func Audit(ctx context.Context, db *sqlx.DB) ([]audit.Check, error) {
	return audit.Run(ctx, db,
		audit.Query{Name: "finding: what search has still to learn is for an engine that is known", SQL: `
			select s.engine || ': ' || count(*)
			from search_pending s left join search_engines e on e.name = s.engine
			where e.name is null
			group by s.engine`},
	)
}
