package job

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// Discarded is how many jobs of one kind failed so often that they were given up. They stay for a month
// to be looked into.
type Discarded struct {
	Kind  string
	Count int
	Last  time.Time // when the latest of them was given up
	Error string    // why; for the operator, it may name a person's address
}

// AllDiscarded tells of the jobs that were given up, by their kinds.
func AllDiscarded(ctx context.Context, db *sqlx.DB) ([]Discarded, error) {
	found := []Discarded{}
	err := db.SelectContext(ctx, &found, `
		select distinct on (kind) kind, count(*) over (partition by kind) as count, finalized_at as last,
		       coalesce(errors[cardinality(errors)] ->> 'error', '') as error
		from river_job where state = 'discarded'
		order by kind, finalized_at desc`)
	if err != nil {
		return nil, fmt.Errorf("discarded jobs: %w", err)
	}
	return found, nil
}

// lastFailure tells the log that a job is given up. River tells of each failure before.
type lastFailure struct{ log *slog.Logger }

// HandleError implements river.ErrorHandler.
func (l lastFailure) HandleError(_ context.Context, job *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	if job.Attempt >= job.MaxAttempts {
		l.log.Error("job given up", "kind", job.Kind, "job", job.ID, "attempts", job.Attempt, "error", err)
	}
	return nil
}

// HandlePanic implements river.ErrorHandler.
func (l lastFailure) HandlePanic(_ context.Context, job *rivertype.JobRow, panicked any, trace string) *river.ErrorHandlerResult {
	l.log.Error("job panicked", "kind", job.Kind, "job", job.ID, "attempts", job.Attempt, "panic", panicked, "trace", trace)
	return nil
}
