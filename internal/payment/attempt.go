package payment

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
)

// attempt is what a new row of payment_attempts has of its own.
type attempt struct {
	Number    int
	State     State
	CreatedAt time.Time
	ExpiresAt *time.Time
	EndedAt   *time.Time
}

// attemptTx writes an attempt to have the intent paid, under the key that follows from it.
func (i intent) attemptTx(ctx context.Context, tx *sqlx.Tx, a attempt) (id uuid.UUID, err error) {
	id = postgres.NewID()
	received := i.Amount
	if a.State != Succeeded {
		received = 0
	}
	_, err = tx.ExecContext(ctx, `
		insert into payment_attempts (id, intent_id, number, provider, amount_centimes, state, key, received_centimes, created_at, expires_at, ended_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		id, i.ID, a.Number, i.Provider, i.Amount, a.State, fmt.Sprintf("%s:%d", i.Reference, a.Number),
		received, a.CreatedAt, a.ExpiresAt, a.EndedAt)
	if err != nil {
		return id, fmt.Errorf("payment: attempt %d for %s: %w", a.Number, i.Reference, err)
	}
	return id, nil
}

// nextTx is the number of the intent's next attempt.
func (i intent) nextTx(ctx context.Context, tx *sqlx.Tx) (number int, err error) {
	err = tx.GetContext(ctx, &number, `select coalesce(max(number), 0) + 1 from payment_attempts where intent_id = $1`, i.ID)
	if err != nil {
		return 0, fmt.Errorf("payment: attempts for %s: %w", i.Reference, err)
	}
	return number, nil
}

// endTx ends the intent's live attempt, if there is one.
func endTx(ctx context.Context, tx *sqlx.Tx, i intent, ends edge, at time.Time) error {
	_, err := tx.ExecContext(ctx, `
		update payment_attempts set state = $2, ended_at = $3
		where intent_id = $1 and state = any($4)`, i.ID, ends.to, at, pq.Array(ends.from))
	if err != nil {
		return fmt.Errorf("payment: end the attempt for %s: %w", i.Reference, err)
	}
	return nil
}

// Start tells the provider of a reference's attempt and says where the buyer pays. Asked again it says the
// same; after an attempt that failed it begins another, as long as there is time. ErrNotPending if nothing is
// to be paid before, or the time for it is over.
func (s *Service) Start(ctx context.Context, reference uuid.UUID) (Attempt, error) {
	var a Attempt
	err := postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		i, err := pendingTx(ctx, tx, reference)
		if err != nil {
			return err
		}
		if a, err = i.liveTx(ctx, tx, s.now()); err != nil {
			return err
		}
		if a.ExpiresAt == nil || !s.now().Before(*a.ExpiresAt) {
			return ErrNotPending.Wrap(fmt.Errorf("payment: time for %s is over", reference))
		}
		return nil
	})
	if err != nil || a.State == Waiting {
		return a, err
	}
	provider, ok := s.providers[a.Provider].(Advance)
	if !ok {
		return Attempt{}, ErrUnknownProvider
	}
	started, err := provider.Start(ctx, a)
	if err != nil {
		return Attempt{}, fmt.Errorf("payment: start %s: %w", a.Key, err)
	}
	// What a provider told meanwhile of the attempt stands; only its names are added then.
	err = s.db.GetContext(ctx, &a, `
		update payment_attempts set provider_reference = $2, url = $3, state = case when state = $4 then $5 else state end
		where id = $1
		returning id, key, provider, coalesce(provider_reference, '') as provider_reference, url, amount_centimes as amount, state, expires_at`,
		a.ID, started.Reference, started.URL, asksForAttempt.from[0], asksForAttempt.to)
	if err != nil {
		return Attempt{}, fmt.Errorf("payment: started %s: %w", a.Key, err)
	}
	return a, nil
}

// liveTx is the intent's attempt that is not over, a new one if the last is; without a time it is of an intent
// that is not paid before.
func (i intent) liveTx(ctx context.Context, tx *sqlx.Tx, at time.Time) (Attempt, error) {
	const last = `
		select id, key, provider, coalesce(provider_reference, '') as provider_reference, url, amount_centimes as amount, state, expires_at
		from payment_attempts where intent_id = $1 order by number desc limit 1`
	var a Attempt
	err := tx.GetContext(ctx, &a, last, i.ID)
	if postgres.NoRows(err) {
		return Attempt{}, nil
	}
	if err == nil && !cancelsAttempt.leads(a.State) && a.ExpiresAt != nil && at.Before(*a.ExpiresAt) {
		var number int
		if number, err = i.nextTx(ctx, tx); err != nil {
			return a, err
		}
		if _, err = i.attemptTx(ctx, tx, attempt{Number: number, State: Pending, CreatedAt: at, ExpiresAt: a.ExpiresAt}); err != nil {
			return a, err
		}
		err = tx.GetContext(ctx, &a, last, i.ID)
	}
	if err != nil {
		return a, fmt.Errorf("payment: the attempt for %s: %w", i.Reference, err)
	}
	return a, nil
}

// attemptOutcomeTx does what an outcome says of an attempt. What was said before, or is no news any more, does
// nothing. Money is taken whatever it comes to: what is not what the attempt asks for pays nothing and is given back, as
// is what comes on top of what was received before; then there may be another attempt.
func (s *Service) attemptOutcomeTx(ctx context.Context, tx *sqlx.Tx, provider string, o Outcome, at time.Time) error {
	var reference uuid.UUID
	err := tx.GetContext(ctx, &reference, `
		select i.reference from payment_attempts a join payment_intents i on i.id = a.intent_id
		where a.provider = $1 and a.provider_reference = $2`, provider, o.Attempt)
	if err != nil {
		return fmt.Errorf("payment: attempt %q by %s: %w", o.Attempt, provider, err)
	}
	if err := s.Payee.LockTx(ctx, tx, reference); err != nil {
		return err
	}
	i, err := lockTx(ctx, tx, reference)
	if err != nil {
		return err
	}
	var a struct {
		Attempt
		Received money.Amount // before
	}
	err = tx.GetContext(ctx, &a, `
		select id, key, provider, amount_centimes as amount, received_centimes as received, state from payment_attempts
		where provider = $1 and provider_reference = $2 for no key update`, provider, o.Attempt)
	if err != nil {
		return fmt.Errorf("payment: attempt %q by %s: %w", o.Attempt, provider, err)
	}
	e := map[State]edge{Succeeded: paysAttempt, Failed: failsAttempt, Expired: expiresAttempt}[o.State]
	more := o.moved() - a.Received
	if !e.leads(a.State) || e.to == Succeeded && more <= 0 {
		return nil
	}
	_, err = tx.ExecContext(ctx, `
		update payment_attempts set state = $2, ended_at = $3, received_centimes = $4 where id = $1`, a.ID, e.to, at, o.moved())
	if err != nil {
		return fmt.Errorf("payment: %s: %w", a.Key, err)
	}
	switch {
	case e.to != Succeeded:
		return nil
	case i.State == Pending && i.Amount == a.Amount && a.Amount == more:
		if err := endTx(ctx, tx, i, cancelsAttempt, at); err != nil { // another that was begun meanwhile
			return err
		}
		return s.paidTx(ctx, tx, i, a.ID, at)
	}
	if err := s.Payee.SurplusTx(ctx, tx, i.Reference, a.ID, more, o.Amount, a.Provider, at); err != nil {
		return err
	}
	return s.giveBackTx(ctx, tx, Refund{Provider: a.Provider, Amount: more, Reason: ReasonSurplus}, a.ID,
		fmt.Sprintf("%s:%s:%d", i.Reference, ReasonSurplus, o.Amount), at)
}

// moved is how much an attempt with that outcome has received, or a refund given.
func (o Outcome) moved() money.Amount {
	if o.State != Succeeded {
		return 0
	}
	return o.Amount
}
