package payment

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/postgres"
)

// payloadKept is how long what a provider told is kept after it was worked: for so long a buyer may dispute a payment
// by card, and what was told answers her bank. That it was told is kept for good, so that it is not worked again.
const payloadKept = 120 * 24 * time.Hour

// CleanArgs is the periodic job that empties events that nobody needs any more; once a day is often enough.
type CleanArgs struct{}

// Kind names the job.
func (CleanArgs) Kind() string { return "payment_clean" }

// CleanWorker works CleanArgs.
type CleanWorker struct {
	river.WorkerDefaults[CleanArgs]
	Payments *Service
}

// emptied bounds how many events one statement empties.
const emptied = 1000

// Work empties events that were worked long ago. One that could not be worked keeps what it told.
func (w *CleanWorker) Work(ctx context.Context, _ *river.Job[CleanArgs]) error {
	s := w.Payments
	err := postgres.InBatches(ctx, postgres.Batch(s.db, `
		update payment_events set payload = ''
		where (provider, id) in (
		    select provider, id from payment_events where worked_at < $1 and payload <> '' order by worked_at limit $2)`,
		s.now().Add(-payloadKept), emptied))
	if err != nil {
		return fmt.Errorf("payment: empty events: %w", err)
	}
	return nil
}
