package payment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
)

// ErrEvent says that an event is larger than any is, or has no name.
var ErrEvent = fault.New(fault.TooLarge, "payment.event")

// Receive keeps what a provider tells, byte by byte, and has it worked later. Told again under the same id it
// is not kept again. Whether it comes from the provider has to be known before.
func (s *Service) Receive(ctx context.Context, provider, id string, payload []byte) error {
	if _, ok := s.providers[provider].(Teller); !ok {
		return ErrUnknownProvider
	}
	err := postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		result, err := tx.ExecContext(ctx, `
			insert into payment_events (provider, id, payload, received_at) values ($1, $2, $3, $4)
			on conflict (provider, id) do nothing`, provider, id, payload, s.now())
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return err
		}
		return s.jobs.InsertTx(ctx, tx, EventArgs{Provider: provider, ID: id}, nil)
	})
	if postgres.Violates(err, "payment_events_bounded") {
		return ErrEvent.Wrap(err)
	}
	if err != nil {
		return fmt.Errorf("payment: receive %s of %s: %w", id, provider, err)
	}
	return nil
}

// EventArgs is the job that works an event out of the inbox.
type EventArgs struct {
	Provider string `json:"provider"`
	ID       string `json:"id"`
}

// Kind names the job.
func (EventArgs) Kind() string { return "payment_event" }

// EventWorker works EventArgs.
type EventWorker struct {
	river.WorkerDefaults[EventArgs]
	Payments *Service
}

// Work asks the provider how things stand, and does what follows from it. An event that cannot be worked keeps
// the reason and is tried again.
func (w *EventWorker) Work(ctx context.Context, j *river.Job[EventArgs]) error {
	s := w.Payments
	var event struct {
		Payload []byte
		Worked  *time.Time `db:"worked_at"`
	}
	err := s.db.GetContext(ctx, &event, `
		select payload, worked_at from payment_events where provider = $1 and id = $2`, j.Args.Provider, j.Args.ID)
	if err != nil {
		return fmt.Errorf("payment: event %s of %s: %w", j.Args.ID, j.Args.Provider, err)
	}
	if event.Worked != nil {
		return nil
	}
	if err = s.work(ctx, j.Args, event.Payload); err == nil {
		return nil
	}
	_, kept := s.db.ExecContext(ctx, `
		update payment_events set error = $3 where provider = $1 and id = $2 and worked_at is null`, j.Args.Provider, j.Args.ID, err.Error())
	return errors.Join(err, kept)
}

func (s *Service) work(ctx context.Context, args EventArgs, payload []byte) error {
	provider, ok := s.providers[args.Provider].(Teller)
	if !ok {
		return ErrUnknownProvider
	}
	outcome, err := provider.Read(ctx, payload)
	if err != nil {
		return fmt.Errorf("payment: read %s of %s: %w", args.ID, args.Provider, err)
	}
	if outcome.State == Succeeded && (outcome.Amount <= 0 || outcome.Currency != money.Currency) {
		return fmt.Errorf("payment: %s of %s is malformed: %s %q", args.ID, args.Provider, outcome.Amount, outcome.Currency)
	}
	return postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		at := s.now()
		switch {
		case outcome.Attempt != "":
			err = s.attemptOutcomeTx(ctx, tx, args.Provider, outcome, at)
		case outcome.Refund != "":
			err = s.refundOutcomeTx(ctx, tx, args.Provider, outcome, at)
		}
		if err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `
			update payment_events set worked_at = $3, error = '' where provider = $1 and id = $2`, args.Provider, args.ID, at)
		return err
	})
}
