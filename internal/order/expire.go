package order

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/postgres"
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
	basketLife   = 30 * 24 * time.Hour // a basket that nobody touches, as long as a browser remembers it
	touchedOnce  = 2 * 24 * time.Hour  // one that was never come back to, or that was ordered
	replayLife   = 24 * time.Hour      // where a program's order came from
	turnLife     = time.Hour           // a turn that was taken
	releasedLife = time.Hour           // what a cooperative's yes released; longer than UndoFor
	letterLife   = 24 * time.Hour      // to whom an order wrote
	newsLife     = 14 * 24 * time.Hour // what nobody has told a buyer
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

// cleanAtOnce is how many rows one statement throws away.
const cleanAtOnce = 10_000

// Work throws away what nobody needs any more, but for what is being used at this moment.
func (w *CleanWorker) Work(ctx context.Context, _ *river.Job[CleanArgs]) error {
	s, now := w.Orders, w.Orders.Now()
	err := postgres.InBatches(ctx,
		postgres.Batch(s.db, `
			delete from baskets where token_hash = any(array(
			    select token_hash from baskets b
			    where updated_at < $1 or updated_at < $2 and (
			        updated_at = created_at or not exists (select from basket_lines l where l.token_hash = b.token_hash))
			    order by updated_at limit $3 for update skip locked))`, now.Add(-basketLife), now.Add(-touchedOnce), cleanAtOnce),
		postgres.Batch(s.db, `
			update orders set placed_from = null where id = any(array(
			    select id from orders where placed_from is not null and placed_at < $1 order by placed_at limit $2 for no key update skip locked))`,
			now.Add(-replayLife), cleanAtOnce),
		postgres.Batch(s.db, `
			delete from hold_turns where caller = any(array(
			    select caller from hold_turns where at < $1 order by at limit $2 for update skip locked))`, now.Add(-turnLife), cleanAtOnce),
		postgres.Batch(s.db, `
			delete from holds_released where order_id = any(array(
			    select order_id from holds_released where released_at < $1 order by released_at limit $2 for update skip locked))`,
			now.Add(-releasedLife), cleanAtOnce),
		postgres.Batch(s.db, `
			with old as (
			    select recipient, order_id from order_letters where at < $1 order by at limit $2 for update skip locked
			)
			delete from order_letters l using old where l.recipient = old.recipient and l.order_id = old.order_id`,
			now.Add(-letterLife), cleanAtOnce),
		postgres.Batch(s.db, `
			delete from order_messages where id = any(array(
			    select id from order_messages where sent_at is null and at < $1 order by at limit $2 for update skip locked))`,
			now.Add(-newsLife), cleanAtOnce))
	if err != nil {
		return fmt.Errorf("order: clean: %w", err)
	}
	return nil
}
