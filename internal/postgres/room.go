package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
)

// ErrNoRoom says that others had every connection of the pool for as long as one was waited for.
var ErrNoRoom = errors.New("postgres: every connection is taken")

// Room is nil once the pool has a connection free, of which others may be faster to make use; ErrNoRoom if
// it has none within that time. Whatever asks the pool itself waits until its context ends: asked before
// work is begun, Room keeps those that come from piling up behind those that wait.
func Room(ctx context.Context, db *sqlx.DB, within time.Duration) error {
	soon, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	conn, err := db.Conn(soon)
	if err == nil {
		return conn.Close()
	}
	if soon.Err() != nil {
		return ErrNoRoom
	}
	return fmt.Errorf("postgres: a connection: %w", err)
}
