package mail

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
)

// CountKept is how many messages lie in the mailbox because there is no mail server.
func CountKept(ctx context.Context, db *sqlx.DB) (n int, err error) {
	if err := db.GetContext(ctx, &n, `select count(*) from mailbox`); err != nil {
		return 0, fmt.Errorf("mailbox: %w", err)
	}
	return n, nil
}
