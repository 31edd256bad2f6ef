package mail

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/job"
)

// ErrOnItsWay says that a message is being sent at this moment, so that it cannot be forgotten yet.
var ErrOnItsWay = fault.New(fault.Conflict, "mail.on_its_way")

// ForgetTx throws away what is kept of the messages about these things, whether they were sent or not;
// ErrOnItsWay while one of them is being sent.
func ForgetTx(ctx context.Context, tx *sqlx.Tx, about []uuid.UUID) error {
	sending, err := job.DropTx(ctx, tx, SendArgs{}.Kind(), "about", about)
	if err != nil {
		return fmt.Errorf("forget mail that waits: %w", err)
	}
	if sending {
		return ErrOnItsWay
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM mailbox WHERE about = ANY($1)`, pq.Array(about)); err != nil {
		return fmt.Errorf("forget kept mail: %w", err)
	}
	return nil
}
