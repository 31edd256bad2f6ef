package upload

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/audit"
)

// Audit checks what must always be true of uploads.
func Audit(ctx context.Context, db *sqlx.DB) ([]audit.Check, error) {
	return audit.Run(ctx, db,
		audit.Query{Name: "upload: an applied upload has a day", SQL: `
			select id::text || ': ' || state
			from uploads
			where (state = 'applied') <> (applied_at is not null)`},
		audit.Query{Name: "upload: nothing is kept of a discarded upload", SQL: `
			select u.id::text
			from uploads u
			where u.state = 'discarded' and (u.file is not null or exists (select 1 from upload_rows r where r.upload_id = u.id))`},
		audit.Query{Name: "upload: each row of an upload came to something when it was applied, and not before", SQL: `
			select u.id::text || ' ' || u.state || ': row ' || r.number || ' ' || r.kind || ' ' || r.outcome
			from uploads u join upload_rows r on r.upload_id = u.id
			where (u.state = 'applied' and r.kind in ('new', 'changed')) <> (r.outcome <> '')`},
	)
}
