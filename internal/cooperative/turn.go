package cooperative

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
)

// TakeTurnTx lets what a cooperative sends take turns until tx ends, so that what came of it in a day can be
// counted, and the next sees what the one before wrote.
func TakeTurnTx(ctx context.Context, tx *sqlx.Tx, id uuid.UUID) error {
	if _, err := tx.ExecContext(ctx, `select from cooperatives where id = $1 for no key update`, id); err != nil {
		return fmt.Errorf("take a turn: %w", err)
	}
	return nil
}
