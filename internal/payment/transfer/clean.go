package transfer

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"
)

// strangersKept is how long it can be read what a file said of people who paid nothing here.
const strangersKept = 90 * 24 * time.Hour

// CleanArgs is the periodic job that empties what files said of others; once a day is often enough.
type CleanArgs struct{}

// Kind names the job.
func (CleanArgs) Kind() string { return "transfer_clean" }

// CleanWorker works CleanArgs.
type CleanWorker struct {
	river.WorkerDefaults[CleanArgs]
	Transfers *Service
}

// Work empties the lines that are not ours of each file whose time is over, and throws away files that nobody said the
// columns of. That the lines came is kept: they would be new else.
func (w *CleanWorker) Work(ctx context.Context, _ *river.Job[CleanArgs]) error {
	s := w.Transfers
	_, err := s.db.ExecContext(ctx, `
		with over as (
		    update transfer_statements set emptied_at = $1, file = null, headings = '{}', width = 0, unread = '{}',
		        state = case when state = 'columns' then 'discarded' else state end
		    where created_at < $2 and emptied_at is null
		    returning id
		)
		update transfer_lines l set label = '', bank_reference = '' from over
		where l.statement_id = over.id and l.state in ('foreign', 'aside')`, s.now(), s.now().Add(-strangersKept))
	if err != nil {
		return fmt.Errorf("transfer: clean: %w", err)
	}
	return nil
}
