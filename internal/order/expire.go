package order

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
)

// ExpireArgs is the job that ends an order's reservations when they run out.
type ExpireArgs struct {
	OrderID uuid.UUID `json:"order_id"`
}

// Kind names the job.
func (ExpireArgs) Kind() string { return "order_expire" }

// ExpireWorker works ExpireArgs.
type ExpireWorker struct {
	river.WorkerDefaults[ExpireArgs]
	Orders *Service
}

// Work cancels what was not accepted in time; see Service.Expire.
func (w *ExpireWorker) Work(ctx context.Context, j *river.Job[ExpireArgs]) error {
	at := w.Orders.Now()
	if j.ScheduledAt.After(at) {
		at = j.ScheduledAt // this instance's clock is slower than that of the one that keeps time
	}
	err := w.Orders.Expire(ctx, j.Args.OrderID, at)
	if errors.Is(err, ErrNotFound) {
		return river.JobCancel(err) // trying again would not help
	}
	return err
}

// basketLife is how long a basket that nobody touches is kept.
const basketLife = 60 * 24 * time.Hour

// CleanArgs is the periodic job that throws away forgotten baskets; once a day is often enough.
type CleanArgs struct{}

// Kind names the job.
func (CleanArgs) Kind() string { return "order_clean" }

// CleanWorker works CleanArgs.
type CleanWorker struct {
	river.WorkerDefaults[CleanArgs]
	Orders *Service
}

// Work throws away forgotten baskets.
func (w *CleanWorker) Work(ctx context.Context, _ *river.Job[CleanArgs]) error {
	_, err := w.Orders.DB.ExecContext(ctx, `delete from baskets where updated_at < $1`,
		w.Orders.Now().Add(-basketLife))
	if err != nil {
		return fmt.Errorf("order: clean baskets: %w", err)
	}
	return nil
}
