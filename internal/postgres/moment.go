package postgres

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jmoiron/sqlx"
)

// AtOneMoment runs fn, which only reads, in a transaction that sees the database as it is at its beginning.
func AtOneMoment(ctx context.Context, db *sqlx.DB, fn func(tx *sqlx.Tx) error) error {
	tx, err := db.BeginTxx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return fmt.Errorf("read at one moment: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // it only read
	return fn(tx)
}

// EachPage calls fn with the pages of a list, one after the other and as all are at one moment, so that a list of
// any length is never held whole; an error of fn ends it. page reads what stands after the place that the one before
// gave as next; the zero place is the list's beginning, and its end.
func EachPage[T any, P comparable](ctx context.Context, db *sqlx.DB, page func(tx *sqlx.Tx, after P) (list []T, next P, err error), fn func(tx *sqlx.Tx, list []T) error) error {
	return AtOneMoment(ctx, db, func(tx *sqlx.Tx) error {
		var begin, after P
		for {
			list, next, err := page(tx, after)
			if err != nil {
				return err
			}
			if err := fn(tx, list); err != nil {
				return err
			}
			if after = next; after == begin {
				return nil
			}
		}
	})
}

// Each is EachPage, one by one.
func Each[T any, P comparable](ctx context.Context, db *sqlx.DB, page func(tx *sqlx.Tx, after P) (list []T, next P, err error), fn func(T) error) error {
	return EachPage(ctx, db, page, func(_ *sqlx.Tx, list []T) error {
		for _, one := range list {
			if err := fn(one); err != nil {
				return err
			}
		}
		return nil
	})
}
