package account

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/audit"
)

// Audit checks that the association and each cooperative has a head who can sign in, and that an ended account
// is over.
func Audit(ctx context.Context, db *sqlx.DB) ([]audit.Check, error) {
	return audit.Run(ctx, db,
		audit.Query{Name: "account: somebody can act for the association", SQL: `
			select 'of ' || count(*) || ' people nobody can'
			from users having count(*) > 0 and count(*) filter (where role = 'director' and disabled_at is null) = 0`},
		audit.Query{Name: "account: whoever can sign in for a cooperative has its president", SQL: `
			select 'cooperative ' || cooperative_id || ' has ' || count(*) || ' people and no president'
			from users where cooperative_id is not null and disabled_at is null
			group by cooperative_id having count(*) filter (where role = 'president') = 0`},
		audit.Query{Name: "account: an ended account has no session, link or known browser", SQL: `
			select 'the account of ' || u.name || ' goes on'
			from users u where u.disabled_at is not null and (
			    exists (select from sessions where user_id = u.id) or exists (select from password_resets where user_id = u.id)
			    or exists (select from known_devices where user_id = u.id))`},
	)
}
