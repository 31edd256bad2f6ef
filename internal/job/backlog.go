package job

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
)

// Backlog is what there is to do.
type Backlog struct {
	Due       int           // jobs whose time has come
	Oldest    time.Duration // since when the longest of them has been due; 0 if none is
	Failing   int           // jobs that failed and are tried again later
	Discarded int           // jobs that failed for good, as far as they are kept
}

// ReadBacklog counts the jobs of all queues.
func ReadBacklog(ctx context.Context, db *sqlx.DB) (Backlog, error) {
	var row struct {
		Due, Failing, Discarded int
		Seconds                 float64
	}
	err := db.GetContext(ctx, &row, `
		select count(*) filter (where state in ('available', 'scheduled') and scheduled_at <= now()) as due,
		       count(*) filter (where state = 'retryable') as failing,
		       count(*) filter (where state = 'discarded') as discarded,
		       coalesce(extract(epoch from now() - min(scheduled_at) filter (where state in ('available', 'scheduled') and scheduled_at <= now())), 0) as seconds
		from river_job
		where state in ('available', 'scheduled', 'retryable', 'discarded')`)
	if err != nil {
		return Backlog{}, fmt.Errorf("count jobs: %w", err)
	}
	return Backlog{
		Due: row.Due, Failing: row.Failing, Discarded: row.Discarded,
		Oldest: time.Duration(row.Seconds * float64(time.Second)),
	}, nil
}
