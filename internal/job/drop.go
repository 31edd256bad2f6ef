package job

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

// DropTx deletes the jobs of a kind whose argument of that name is one of ids, and reports whether one is left
// because it is being worked at this moment.
func DropTx(ctx context.Context, tx *sqlx.Tx, kind, argument string, ids []uuid.UUID) (working bool, err error) {
	_, err = tx.ExecContext(ctx, `
		delete from river_job where kind = $1 and state <> 'running' and (args->>$2)::uuid = any($3)`, kind, argument, pq.Array(ids))
	if err == nil {
		err = tx.GetContext(ctx, &working, `
			select exists (select from river_job where kind = $1 and (args->>$2)::uuid = any($3))`, kind, argument, pq.Array(ids))
	}
	if err != nil {
		return false, fmt.Errorf("drop jobs %s: %w", kind, err)
	}
	return working, nil
}
