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

// How long things are kept that nobody needs any more.
const (
	basketLife  = 30 * 24 * time.Hour // a basket that nobody touches, as long as a browser remembers it
	touchedOnce = 2 * 24 * time.Hour  // one that was never come back to, or that was ordered
	replayLife  = 24 * time.Hour      // where a program's order came from
	turnLife    = time.Hour           // a turn that was taken
	letterLife  = 24 * time.Hour      // to whom an order wrote
)

// CleanArgs is the periodic job that throws away forgotten baskets and what is left of network addresses;
// once an hour is often enough.
type CleanArgs struct{}

// Kind names the job.
func (CleanArgs) Kind() string { return "order_clean" }

// CleanWorker works CleanArgs.
type CleanWorker struct {
	river.WorkerDefaults[CleanArgs]
	Orders *Service
}

// Work throws away what nobody needs any more.
func (w *CleanWorker) Work(ctx context.Context, _ *river.Job[CleanArgs]) error {
	now := w.Orders.Now()
	_, err := w.Orders.db.ExecContext(ctx, `
		delete from baskets b
		where updated_at < $1 or updated_at < $2 and (
		    updated_at = created_at or not exists (select from basket_lines l where l.token_hash = b.token_hash))`,
		now.Add(-basketLife), now.Add(-touchedOnce))
	if err != nil {
		return fmt.Errorf("order: clean baskets: %w", err)
	}
	_, err = w.Orders.db.ExecContext(ctx, `
		update orders set placed_from = null where placed_from is not null and placed_at < $1`, now.Add(-replayLife))
	if err != nil {
		return fmt.Errorf("order: forget addresses: %w", err)
	}
	if _, err = w.Orders.db.ExecContext(ctx, `delete from hold_turns where at < $1`, now.Add(-turnLife)); err != nil {
		return fmt.Errorf("order: clean turns: %w", err)
	}
	if _, err = w.Orders.db.ExecContext(ctx, `delete from order_letters where at < $1`, now.Add(-letterLife)); err != nil {
		return fmt.Errorf("order: clean letters: %w", err)
	}
	return nil
}
