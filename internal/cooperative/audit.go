package cooperative

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/audit"
)

// Audit checks that each cooperative's state is the one that its history ends with.
func Audit(ctx context.Context, db *sqlx.DB) ([]audit.Check, error) {
	return audit.Run(ctx, db, audit.Query{
		Name: "cooperative: the state is the last one decided",
		SQL: `
			select format('%s is %s, decided was %s', c.slug, c.state, coalesce(last.state, 'nothing'))
			from cooperatives c
			left join lateral (
			    select state from cooperative_events
			    where cooperative_id = c.id order by at desc, id desc limit 1) last on true
			where last.state is distinct from c.state`,
	})
}
