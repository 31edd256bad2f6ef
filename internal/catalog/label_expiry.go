package catalog

import (
	"context"
	"fmt"

	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/clock"
)

// ExpireLabelsArgs is the periodic job that lets search learn of certificates that have run out: no
// row changes on that day by itself. Once a day is often enough; a few missed days do not matter.
type ExpireLabelsArgs struct{}

// Kind names the job.
func (ExpireLabelsArgs) Kind() string { return "catalog_expire_labels" }

// ExpireLabelsWorker works ExpireLabelsArgs.
type ExpireLabelsWorker struct {
	river.WorkerDefaults[ExpireLabelsArgs]
	Catalog *Service
}

// Work touches the labels that ran out in the last week, which puts their products into the pending
// set. Pages need no such thing: they compare the day.
func (w *ExpireLabelsWorker) Work(ctx context.Context, _ *river.Job[ExpireLabelsArgs]) error {
	_, err := w.Catalog.db.ExecContext(ctx, `
		update product_labels set certificate = certificate
		where expires_on < $1::date and expires_on >= $1::date - 7`, clock.Day(w.Catalog.now()))
	if err != nil {
		return fmt.Errorf("catalog: expired labels: %w", err)
	}
	return nil
}
