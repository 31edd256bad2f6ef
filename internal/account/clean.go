package account

import (
	"context"
	"fmt"

	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/postgres"
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

// cleanAtOnce is how many rows one statement throws away.
const cleanAtOnce = 10_000

// Work throws away the sessions, links, delays and known browsers that have run out, but for what is being used at
// this moment.
func (w *CleanWorker) Work(ctx context.Context, _ *river.Job[CleanArgs]) error {
	s := w.Service
	now := s.now()
	err := postgres.InBatches(ctx,
		postgres.Batch(s.db, `
			delete from sessions where token_hash = any(array(
			    select token_hash from sessions where expires_at <= $1 order by expires_at limit $2 for update skip locked))`, now, cleanAtOnce),
		// A link that ran out still counts for an hour towards how many a person is sent.
		postgres.Batch(s.db, `
			delete from password_resets where id = any(array(
			    select id from password_resets where expires_at <= $1 limit $2 for update skip locked))`, now.Add(-linkLifetime), cleanAtOnce),
		postgres.Batch(s.db, `
			delete from signin_delays where subject = any(array(
			    select subject from signin_delays where forget_at <= $1 order by forget_at limit $2 for update skip locked))`, now, cleanAtOnce),
		postgres.Batch(s.db, `
			with old as (
			    select token_hash, user_id from known_devices where last_used_at <= $1 limit $2 for update skip locked
			)
			delete from known_devices d using old where d.token_hash = old.token_hash and d.user_id = old.user_id`,
			now.Add(-deviceLifetime), cleanAtOnce))
	if err != nil {
		return fmt.Errorf("clean accounts: %w", err)
	}
	return nil
}
