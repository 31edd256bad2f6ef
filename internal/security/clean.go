package security

import (
	"context"
	"fmt"

	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/postgres"
)

// CleanArgs is the periodic job that throws away events that are older than a year; once a day is often
// enough.
type CleanArgs struct{}

// Kind names the job.
func (CleanArgs) Kind() string { return "security_clean" }

// CleanWorker works CleanArgs.
type CleanWorker struct {
	river.WorkerDefaults[CleanArgs]
	Log *Log
}

// batch is how many events one statement throws away.
const batch = 10_000

// Work throws away what is older than a year, by the database's clock: the table lets nobody take away
// anything younger.
func (w *CleanWorker) Work(ctx context.Context, _ *river.Job[CleanArgs]) error {
	err := postgres.InBatches(ctx, postgres.Batch(w.Log.db, `
		delete from security_events where id = any(array(
		    select id from security_events where at <= now() - interval '1 year' order by at limit $1))`, batch))
	if err != nil {
		return fmt.Errorf("clean security events: %w", err)
	}
	return nil
}
