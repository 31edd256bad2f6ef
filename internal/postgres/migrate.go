package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/rivermigrate"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the schema's SQL files, in order of their names.
func Migrations() fs.FS {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}

// ErrBehind says that the database's schema is older than the program.
var ErrBehind = errors.New("the schema is not up to date")

// Current is nil when the schema is as new as the program or newer, ErrBehind when it is older.
func Current(ctx context.Context, db *sqlx.DB) error {
	provider, err := goose.NewProvider(goose.DialectPostgres, db.DB, Migrations())
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	pending, err := provider.HasPending(ctx)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	if pending {
		return ErrBehind
	}
	return nil
}

// An instance asks for the lock every second, for as long as a long migration of another may take.
const (
	lockPeriod = 1
	lockTries  = 600
)

// MigrateAt is Migrate for the database at a postgres:// URL, however long the statements take: a migration of a
// large market takes minutes.
func MigrateAt(ctx context.Context, databaseURL string) (err error) {
	db, err := OpenPatient(ctx, databaseURL, 4)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return Migrate(ctx, db)
}

// Migrate brings the schema up to date, forward only. A session lock lets one instance do it while
// the others wait; running it again changes nothing.
func Migrate(ctx context.Context, db *sqlx.DB) (err error) {
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(lockPeriod, lockTries), lock.WithUnlockTimeout(lockPeriod, lockTries))
	if err != nil {
		return fmt.Errorf("migrate: lock: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db.DB, Migrations(), goose.WithSessionLocker(locker))
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	// River's own tables; its migrator must not run twice at once, so it takes the same lock.
	conn, err := db.DB.Conn(ctx)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if err := locker.SessionLock(ctx, conn); err != nil {
		return fmt.Errorf("migrate: lock: %w", err)
	}
	defer func() { err = errors.Join(err, locker.SessionUnlock(ctx, conn)) }()
	river, err := rivermigrate.New(riverdatabasesql.New(db.DB), nil)
	if err != nil {
		return fmt.Errorf("migrate jobs: %w", err)
	}
	if _, err := river.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate jobs: %w", err)
	}
	return nil
}
