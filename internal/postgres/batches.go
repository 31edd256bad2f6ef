package postgres

import (
	"context"

	"github.com/jmoiron/sqlx"
)

// Step does some of a long piece of work and says how much; 0 once nothing is left to do.
type Step func(ctx context.Context) (done int, err error)

// InBatches takes step after step, each until nothing is left of it. What one turn did stays done whatever becomes of
// the next, so that work on any number of rows holds few of them locked, and goes on where it was ended.
func InBatches(ctx context.Context, steps ...Step) error {
	for _, step := range steps {
		for {
			done, err := step(ctx)
			if err != nil {
				return err
			}
			if done == 0 {
				break
			}
		}
	}
	return nil
}

// Batch is the step that runs a statement, which says itself how many rows it changes at most.
func Batch(db *sqlx.DB, query string, args ...any) Step {
	return func(ctx context.Context) (int, error) {
		result, err := db.ExecContext(ctx, query, args...)
		if err != nil {
			return 0, err
		}
		n, err := result.RowsAffected()
		return int(n), err
	}
}
