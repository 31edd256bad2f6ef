package mail

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/fault"
)

// ErrOnItsWay says that a message is being sent at this moment, so that it cannot be forgotten yet.
var ErrOnItsWay = fault.New(fault.Conflict, "mail.on_its_way")

// ForgetTx throws away what is kept of the messages about these things, whether they were sent or not;
// ErrOnItsWay while one of them is being sent.
func ForgetTx(ctx context.Context, tx *sqlx.Tx, about []uuid.UUID) error {
	ids := pq.Array(about)
	_, err := tx.ExecContext(ctx, `
		DELETE FROM river_job WHERE kind = $1 AND state <> 'running' AND (args->>'about')::uuid = ANY($2)`, SendArgs{}.Kind(), ids)
	if err != nil {
		return fmt.Errorf("forget mail that waits: %w", err)
	}
	var sending bool
	err = tx.GetContext(ctx, &sending, `
		SELECT EXISTS (SELECT FROM river_job WHERE kind = $1 AND (args->>'about')::uuid = ANY($2))`, SendArgs{}.Kind(), ids)
	if err != nil {
		return fmt.Errorf("forget mail that is sent: %w", err)
	}
	if sending {
		return ErrOnItsWay
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM mailbox WHERE about = ANY($1)`, ids); err != nil {
		return fmt.Errorf("forget kept mail: %w", err)
	}
	return nil
}
