package payment

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
)

// A provider tells by itself what became of what. What it has not told of for a while it is asked after, each again after
// as long.
const (
	askedAfter  = 5 * time.Minute
	askedAtOnce = 50 // attempts, and as many refunds, of all providers
)

// AskArgs is the periodic job that asks providers after attempts, refunds and payouts of which they tell nothing.
type AskArgs struct{}

// Kind names the job.
func (AskArgs) Kind() string { return "payment_ask" }

// InsertOpts put it where money is not kept waiting. What failed is asked again by the next one.
func (AskArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: job.Money, MaxAttempts: 1}
}

// AskWorker works AskArgs.
type AskWorker struct {
	river.WorkerDefaults[AskArgs]
	Payments *Service
}

// Work asks after those that nobody has asked after for the longest time, and does what follows as if it had been told.
// One provider that does not answer keeps none from being asked after at another.
func (w *AskWorker) Work(ctx context.Context, _ *river.Job[AskArgs]) error {
	return errors.Join(w.Payments.askAttempts(ctx), w.Payments.askRefunds(ctx), w.Payments.askPayouts(ctx))
}

// reconciled are the names of the providers that can be asked.
func (s *Service) reconciled() []string {
	return slices.DeleteFunc(slices.Clone(s.names), func(name string) bool {
		_, ok := s.providers[name].(Reconciled)
		return !ok
	})
}

func (s *Service) askAttempts(ctx context.Context) error {
	var open []Attempt
	at := s.now()
	err := s.db.SelectContext(ctx, &open, `
		update payment_attempts a set asked_at = $1
		where a.id in (
		    select id from payment_attempts
		    where state in ('pending', 'waiting') and coalesce(asked_at, created_at) <= $2 and provider = any($3)
		    order by coalesce(asked_at, created_at) limit $4 for update skip locked)
		returning `+attemptColumns+`, (select reference from payment_intents where id = a.intent_id) as reference`,
		at, at.Add(-askedAfter), pq.Array(s.reconciled()), askedAtOnce)
	if err != nil {
		return fmt.Errorf("payment: attempts to ask after: %w", err)
	}
	var failed []error
	for _, a := range open {
		o, err := s.providers[a.Provider].(Reconciled).Attempted(ctx, a)
		if err == nil {
			err = s.learn(ctx, a.Provider, o)
		}
		if err != nil && !errors.Is(err, ErrUnknown) { // it was never begun, or not with this account
			failed = append(failed, fmt.Errorf("payment: ask after %s: %w", a.Key, err))
		}
	}
	return errors.Join(failed...)
}

func (s *Service) askRefunds(ctx context.Context) error {
	var open []Refund
	at := s.now()
	err := s.db.SelectContext(ctx, &open, `
		update payment_refunds r set asked_at = $1
		from payment_attempts a
		where a.id = r.attempt_id and r.id in (
		    select r.id from payment_refunds r join payment_attempts a on a.id = r.attempt_id
		    where r.state in ('pending', 'waiting') and r.means is null and coalesce(r.asked_at, r.created_at) <= $2 and a.provider = any($3)
		    order by coalesce(r.asked_at, r.created_at) limit $4 for update of r skip locked)
		returning r.id, r.key, a.provider, coalesce(a.provider_reference, '') as attempt_reference,
		          coalesce(r.provider_reference, '') as provider_reference, r.amount_centimes as amount, r.reason, r.state, r.created_at`,
		at, at.Add(-askedAfter), pq.Array(s.reconciled()), askedAtOnce)
	if err != nil {
		return fmt.Errorf("payment: refunds to ask after: %w", err)
	}
	var failed []error
	for _, r := range open {
		o, err := s.providers[r.Provider].(Reconciled).Refunded(ctx, r)
		if err == nil {
			err = s.learn(ctx, r.Provider, o)
		}
		if err != nil && !errors.Is(err, ErrUnknown) { // its own job asks for it
			failed = append(failed, fmt.Errorf("payment: ask after %s: %w", r.Key, err))
		}
	}
	return errors.Join(failed...)
}

func (s *Service) learn(ctx context.Context, provider string, o Outcome) error {
	return postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error { return s.learnTx(ctx, tx, provider, o, s.now()) })
}

// A day, in UTC, is compared once so much time has passed since its end, with what a provider lists of it and of as much
// before and after: its clock and its way of counting days are its own.
const (
	comparedAfter = 6 * time.Hour
	comparedBack  = 7 // days at most; a market that stood still for longer has them compared by hand
)

// CompareArgs is the periodic job that compares past days with the providers' lists.
type CompareArgs struct{}

// Kind names the job.
func (CompareArgs) Kind() string { return "payment_compare" }

// InsertOpts put it where money is not kept waiting. What failed is tried by the next one.
func (CompareArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: job.Money, MaxAttempts: 1}
}

// CompareWorker works CompareArgs.
type CompareWorker struct {
	river.WorkerDefaults[CompareArgs]
	Payments *Service
}

// Work compares each day that was not yet, of each provider.
func (w *CompareWorker) Work(ctx context.Context, _ *river.Job[CompareArgs]) error {
	s := w.Payments
	last := s.now().UTC().Add(-24*time.Hour - comparedAfter).Truncate(24 * time.Hour)
	var failed []error
	for _, provider := range s.reconciled() {
		for day := last.AddDate(0, 0, 1-comparedBack); !day.After(last); day = day.AddDate(0, 0, 1) { // what is late is of the day before
			if err := s.compare(ctx, provider, day); err != nil {
				failed = append(failed, err)
				break // it is asked for the days after when it answers again
			}
		}
	}
	return errors.Join(failed...)
}

// moved is what changed hands in an attempt or by a refund.
type moved struct {
	Subject Subject
	Name    string
	Key     string
	Amount  money.Amount
}

// compare learns what a provider lists of a day, and keeps what differs all the same.
func (s *Service) compare(ctx context.Context, provider string, day time.Time) error {
	var done bool
	on := day.Format(time.DateOnly)
	err := s.db.GetContext(ctx, &done, `select exists (select from payment_days where provider = $1 and day = $2)`, provider, on)
	if err != nil || done {
		return err
	}
	listed, err := s.providers[provider].(Reconciled).Moved(ctx, day.Add(-comparedAfter), day.Add(24*time.Hour+comparedAfter))
	if err != nil {
		return fmt.Errorf("payment: what %s lists of %s: %w", provider, on, err)
	}
	theirs := make(map[string]moved, len(listed))
	for _, o := range listed {
		m := moved{Paying, o.Attempt, o.Key, o.Amount}
		if o.Refund != "" {
			m.Subject, m.Name = Refunding, o.Refund
		}
		if err := s.learn(ctx, provider, o); postgres.Unavailable(err) { // otherwise what cannot be learnt differs
			return fmt.Errorf("payment: what %s lists of %s: %w", provider, on, err)
		}
		if o.Payout != "" || o.otherCurrency() { // which differs anyhow
			continue
		}
		theirs[string(m.Subject)+m.Name] = m
	}
	return postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		for _, m := range theirs {
			ours, err := movedTx(ctx, tx, provider, m)
			if err != nil {
				return err
			}
			if err := s.settleOrDifferTx(ctx, tx, provider, m, m.Amount, ours); err != nil {
				return err
			}
			if ours != m.Amount {
				continue
			}
			if err := comparedTx(ctx, tx, provider, m); err != nil {
				return err
			}
		}
		var ours []moved
		err := tx.SelectContext(ctx, &ours, `
			select $4 as subject, coalesce(provider_reference, key) as name, received_centimes as amount
			from payment_attempts where provider = $1 and received_centimes > 0 and received_centimes <> compared_centimes and ended_at >= $2 and ended_at < $3
			union all
			select $5, coalesce(r.provider_reference, r.key), r.amount_centimes
			from payment_refunds r join payment_attempts a on a.id = r.attempt_id
			where a.provider = $1 and r.state = 'succeeded' and r.provider_reference is not null and `+byProvider+` and not r.compared
			  and r.ended_at >= $2 and r.ended_at < $3`,
			provider, day, day.Add(24*time.Hour), Paying, Refunding)
		if err != nil {
			return fmt.Errorf("payment: what is known of %s: %w", on, err)
		}
		for _, m := range ours {
			if _, both := theirs[string(m.Subject)+m.Name]; both {
				continue
			}
			if err := s.settleOrDifferTx(ctx, tx, provider, m, 0, m.Amount); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, `insert into payment_days (provider, day, compared_at) values ($1, $2, $3) on conflict do nothing`, provider, on, s.now())
		return err
	})
}

// byProvider is the condition on which neither somebody gave a refund r by hand nor the buyer's bank.
const byProvider = `r.user_id is null and r.dispute_id is null`

// movedTx is what is known here of what a provider lists.
func movedTx(ctx context.Context, tx *sqlx.Tx, provider string, m moved) (ours money.Amount, err error) {
	query := `select coalesce(sum(received_centimes), 0) from payment_attempts where provider = $1 and (provider_reference = $2 or key = $3)`
	if m.Subject == Refunding {
		query = `
			select coalesce(sum(r.amount_centimes), 0) from payment_refunds r join payment_attempts a on a.id = r.attempt_id
			where a.provider = $1 and (r.provider_reference = $2 or r.key = $3) and r.state = 'succeeded' and ` + byProvider
	}
	if err := tx.GetContext(ctx, &ours, query, provider, m.Name, m.Key); err != nil {
		return 0, fmt.Errorf("payment: what is known of %s: %w", m.Name, err)
	}
	return ours, nil
}

// comparedTx notes that what a provider lists was found the same here.
func comparedTx(ctx context.Context, tx *sqlx.Tx, provider string, m moved) error {
	query := `update payment_attempts set compared_centimes = received_centimes where provider = $1 and (provider_reference = $2 or key = $3)`
	if m.Subject == Refunding {
		query = `
			update payment_refunds r set compared = true from payment_attempts a
			where a.id = r.attempt_id and a.provider = $1 and (r.provider_reference = $2 or r.key = $3) and ` + byProvider
	}
	if _, err := tx.ExecContext(ctx, query, provider, m.Name, m.Key); err != nil {
		return fmt.Errorf("payment: %s was compared: %w", m.Name, err)
	}
	return nil
}

// settleOrDifferTx keeps a difference, or ends one that is none any more.
func (s *Service) settleOrDifferTx(ctx context.Context, tx *sqlx.Tx, provider string, m moved, theirs, ours money.Amount) error {
	d := Difference{Provider: provider, Subject: m.Subject, Name: m.Name, Reason: Differs, Theirs: theirs, Ours: ours}
	if theirs == ours {
		return agreeTx(ctx, tx, d, s.now())
	}
	return differTx(ctx, tx, d, s.now())
}
