package order

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
)

// A buyer who has a day and more to pay is reminded so long before the end, or after half of the time if that is later.
const (
	remindedFrom = 24 * time.Hour
	remindBefore = 24 * time.Hour
)

// toBePaid are the jobs of an order that waits for its payment between two moments: its end, and the letter before.
func (s *Service) toBePaid(id uuid.UUID, from, until time.Time) []river.InsertManyParams {
	jobs := s.expiry(id, until)
	if len(jobs) == 0 || until.Sub(from) < remindedFrom {
		return jobs
	}
	at := clock.Later(until.Add(-remindBefore), from.Add(until.Sub(from)/2))
	return append(jobs, river.InsertManyParams{Args: RemindArgs{OrderID: id, Until: until}, InsertOpts: &river.InsertOpts{ScheduledAt: at}})
}

// RemindArgs is the job that reminds a buyer who has not paid yet.
type RemindArgs struct {
	OrderID uuid.UUID `json:"order_id"`
	Until   time.Time `json:"until"` // she is to pay; another time is another means, or the same once more
}

// Kind names the job.
func (RemindArgs) Kind() string { return "order_remind" }

// RemindWorker works RemindArgs.
type RemindWorker struct {
	river.WorkerDefaults[RemindArgs]
	Orders *Service
}

// Work queues a letter about what is still to be paid, one for each order at most.
func (w *RemindWorker) Work(ctx context.Context, j *river.Job[RemindArgs]) error {
	s := w.Orders
	return postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		o, err := lock(ctx, tx, `id = $1`, j.Args.OrderID)
		if err != nil {
			return err
		}
		if o.State != StateAwaiting || !o.ExpiresAt.Equal(j.Args.Until) || !s.Now().Before(o.ExpiresAt) {
			return nil
		}
		result, err := tx.ExecContext(ctx, `update orders set reminded_at = $2 where id = $1 and reminded_at is null`, o.ID, s.moment(time.Time{}))
		if err != nil {
			return fmt.Errorf("order: remind: %w", err)
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return err
		}
		var deposit money.Amount
		if err := tx.GetContext(ctx, &deposit, `select deposit_centimes from payments where reference = $1`, o.ID); err != nil {
			return fmt.Errorf("order: what is paid of it: %w", err)
		}
		return s.tellOfMoney(ctx, tx, o.ID, letterReminder, o.Due-deposit)
	})
}

// tellLapsed queues a letter to a buyer who was reminded of an order that has come to its end unpaid; due was to be paid.
func (s *Service) tellLapsed(ctx context.Context, tx *sqlx.Tx, orderID uuid.UUID, due money.Amount) error {
	var reminded bool
	err := tx.GetContext(ctx, &reminded, `select reminded_at is not null from orders where id = $1`, orderID)
	if err != nil {
		return fmt.Errorf("order: whether somebody was reminded: %w", err)
	}
	if !reminded {
		return nil
	}
	return s.tellOfMoney(ctx, tx, orderID, letterLapsed, due)
}
