package account

import (
	"context"
	"fmt"

	"github.com/riverqueue/river"
)

// CleanArgs is the periodic job that throws away what has run out; every hour is often enough.
type CleanArgs struct{}

// Kind names the job.
func (CleanArgs) Kind() string { return "account_clean" }

// CleanWorker works CleanArgs.
type CleanWorker struct {
	river.WorkerDefaults[CleanArgs]
	Service *Service
}

// Work throws away the sessions, links, delays and known browsers that have run out.
func (w *CleanWorker) Work(ctx context.Context, _ *river.Job[CleanArgs]) error {
	s := w.Service
	now := s.now()
	if _, err := s.db.ExecContext(ctx, `delete from sessions where expires_at <= $1`, now); err != nil {
		return fmt.Errorf("clean sessions: %w", err)
	}
	// A link that ran out still counts for an hour towards how many a person is sent.
	if _, err := s.db.ExecContext(ctx, `delete from password_resets where expires_at <= $1`,
		now.Add(-linkLifetime)); err != nil {
		return fmt.Errorf("clean password resets: %w", err)
	}
	if _, err := s.db.ExecContext(ctx, `delete from signin_delays where forget_at <= $1`, now); err != nil {
		return fmt.Errorf("clean sign-in delays: %w", err)
	}
	if _, err := s.db.ExecContext(ctx, `delete from known_devices where last_used_at <= $1`,
		now.Add(-deviceLifetime)); err != nil {
		return fmt.Errorf("clean known browsers: %w", err)
	}
	return nil
}
