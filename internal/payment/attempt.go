package payment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/job"
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

// closeTx ends the intent's live attempt, if there is one, and has its provider told, which may know of it.
func (s *Service) closeTx(ctx context.Context, tx *sqlx.Tx, i intent, ends edge, at time.Time) error {
	var a struct {
		Attempt
		Received money.Amount
	}
	err := tx.GetContext(ctx, &a, `
		update payment_attempts set state = $2, ended_at = $3, form = null
		where intent_id = $1 and state = any($4)
		returning id, provider, received_centimes as received`, i.ID, ends.to, at, pq.Array(ends.from))
	if postgres.NoRows(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("payment: end the attempt for %s: %w", i.Reference, err)
	}
	if a.Received > 0 { // a part of what was to be paid
		if err := s.Payee.DepositBackTx(ctx, tx, i.Reference, a.ID, a.Received, at); err != nil {
			return err
		}
		r := Refund{Provider: a.Provider, Amount: a.Received, Reason: ReasonSurplus}
		if err := s.giveBackTx(ctx, tx, r, a.ID, fmt.Sprintf("%s:%s:%d", i.Reference, ReasonSurplus, a.Received), at); err != nil {
			return err
		}
	}
	if _, ok := s.providers[a.Provider].(Closer); !ok {
		return nil
	}
	return s.jobs.InsertTx(ctx, tx, CloseArgs{AttemptID: a.ID}, nil)
}

// CloseArgs is the job that tells a provider that an attempt is over.
type CloseArgs struct {
	AttemptID uuid.UUID `json:"attempt_id"`
}

// Kind names the job.
func (CloseArgs) Kind() string { return "payment_close" }

// InsertOpts put it where money is not kept waiting.
func (CloseArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: job.Money} }

// CloseWorker works CloseArgs.
type CloseWorker struct {
	river.WorkerDefaults[CloseArgs]
	Payments *Service
}

// Work tells the provider, unless it never knew of the attempt or the attempt was paid after all. It may have been paid
// before it was closed, and nobody asks after what is over: then that is learnt here.
func (w *CloseWorker) Work(ctx context.Context, j *river.Job[CloseArgs]) error {
	var a Attempt
	err := w.Payments.db.GetContext(ctx, &a, `
		select `+attemptColumns+`, (select reference from payment_intents where id = intent_id) as reference
		from payment_attempts where id = $1`, j.Args.AttemptID)
	if err != nil {
		return fmt.Errorf("payment: attempt to close: %w", err)
	}
	provider, ok := w.Payments.providers[a.Provider].(Closer)
	if !ok || a.ProviderReference == "" || a.State == Succeeded {
		return nil
	}
	if err := provider.Close(ctx, a); err != nil {
		return fmt.Errorf("payment: close %s: %w", a.Key, err)
	}
	asked, ok := provider.(Reconciled)
	if !ok {
		return nil
	}
	o, err := asked.Attempted(ctx, a)
	if err == nil {
		err = w.Payments.learn(ctx, a.Provider, o)
	}
	if err != nil && !errors.Is(err, ErrUnknown) {
		return fmt.Errorf("payment: what became of %s: %w", a.Key, err)
	}
	return nil
}

// Start tells the provider of a reference's attempt and says where the buyer pays. Asked again it says the
// same; after an attempt that failed it begins another, as long as there is time. Errors: ErrNotPending if nothing is
// to be paid before, or the time for it is over; ErrDown if the provider does not answer: the attempt stands, and may be
// started again or another means be chosen; ErrUnknownProvider if that is not taken any more: another has to be chosen.
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
	if err != nil {
		return a, err
	}
	provider, ok := s.providers[a.Provider].(Advance)
	if !ok { // nobody would hear that it was paid
		return Attempt{}, ErrUnknownProvider
	}
	if a.State == Waiting {
		return a, nil
	}
	if a.Description, err = s.Payee.Describe(ctx, reference); err != nil {
		return Attempt{}, err
	}
	started, err := provider.Start(ctx, a)
	if err != nil {
		return Attempt{}, fmt.Errorf("payment: start %s: %w", a.Key, err)
	}
	// What a provider told meanwhile of the attempt stands; only its names are added then.
	err = s.db.GetContext(ctx, &a, `
		update payment_attempts set provider_reference = $2, url = $3, form = case when state = $4 then $6::jsonb end,
		       state = case when state = $4 then $5 else state end
		where id = $1
		returning `+attemptColumns+`, $7::uuid as reference`,
		a.ID, started.Reference, started.URL, asksForAttempt.from[0], asksForAttempt.to, started.Form, reference)
	if err != nil {
		return Attempt{}, fmt.Errorf("payment: started %s: %w", a.Key, err)
	}
	if a.State == Cancelled || a.State == Expired { // meanwhile, when the provider had no name of it to be told by
		err := postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error { return s.jobs.InsertTx(ctx, tx, CloseArgs{AttemptID: a.ID}, nil) })
		return Attempt{}, errors.Join(ErrNotPending, err)
	}
	return a, nil
}

// attemptColumns are those of an Attempt but for its reference.
const attemptColumns = `id, key, provider, coalesce(provider_reference, '') as provider_reference, url, form, amount_centimes as amount,
		       state, created_at, expires_at`

// liveTx is the intent's attempt that is not over, a new one if the last is; without a time it is of an intent
// that is not paid before.
func (i intent) liveTx(ctx context.Context, tx *sqlx.Tx, at time.Time) (Attempt, error) {
	const last = `select ` + attemptColumns + `, $2::uuid as reference from payment_attempts where intent_id = $1 order by number desc limit 1`
	var a Attempt
	err := tx.GetContext(ctx, &a, last, i.ID, i.Reference)
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
		err = tx.GetContext(ctx, &a, last, i.ID, i.Reference)
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
	var found struct{ ID, Reference uuid.UUID }
	err := tx.GetContext(ctx, &found, `
		select a.id, i.reference from payment_attempts a join payment_intents i on i.id = a.intent_id
		where a.provider = $1 and (a.provider_reference = $2 or a.key = $3)`, provider, o.Attempt, o.Key)
	if postgres.NoRows(err) {
		return errNotHere
	}
	if err != nil {
		return fmt.Errorf("payment: attempt %q by %s: %w", o.Attempt, provider, err)
	}
	reference := found.Reference
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
		Undone   money.Amount // see TakeBackTx
		Fee      money.Amount // before
	}
	err = tx.GetContext(ctx, &a, `
		select id, key, provider, amount_centimes as amount, received_centimes as received, undone_centimes as undone, fee_centimes as fee, state
		from payment_attempts where id = $1 for no key update`, found.ID)
	if err != nil {
		return fmt.Errorf("payment: attempt %q by %s: %w", o.Attempt, provider, err)
	}
	if err := s.outcomeTx(ctx, tx, i, a.Attempt, a.Received, a.Undone, o, at); err != nil || o.State != Succeeded {
		return err
	}
	return s.feeTx(ctx, tx, reference, a.Attempt, a.Fee, o.Fee, at)
}

// ReceivedTx says how much an attempt of a Collector, which is named by its key, has received by now: people say it for
// a provider that tells nothing itself. It is attemptOutcomeTx otherwise.
func (s *Service) ReceivedTx(ctx context.Context, tx *sqlx.Tx, provider, key string, total money.Amount, at time.Time) error {
	return s.attemptOutcomeTx(ctx, tx, provider, Outcome{Key: key, State: Succeeded, Amount: total, Currency: money.Currency}, at)
}

// TakeBackTx says that amount of what an attempt of a Collector has received was never for it. ErrNotPending unless it
// still waits for the rest: what has paid something, or goes back, can only be given back.
func (s *Service) TakeBackTx(ctx context.Context, tx *sqlx.Tx, provider, key string, amount money.Amount, at time.Time) error {
	var a struct {
		ID, Reference uuid.UUID
		Undone        money.Amount
	}
	err := tx.GetContext(ctx, &a, `
		select a.id, i.reference from payment_attempts a join payment_intents i on i.id = a.intent_id
		where a.provider = $1 and a.key = $2`, provider, key)
	if err != nil {
		return fmt.Errorf("payment: attempt %q by %s: %w", key, provider, err)
	}
	if err := s.Payee.LockTx(ctx, tx, a.Reference); err != nil {
		return err
	}
	if _, err := lockTx(ctx, tx, a.Reference); err != nil {
		return err
	}
	err = tx.GetContext(ctx, &a.Undone, `
		update payment_attempts set received_centimes = received_centimes - $2, undone_centimes = undone_centimes + $2
		where id = $1 and state = any($3) and received_centimes >= $2
		returning undone_centimes`, a.ID, amount, pq.Array(live))
	if postgres.NoRows(err) {
		return ErrNotPending
	}
	if err != nil {
		return fmt.Errorf("payment: take back from %s: %w", key, err)
	}
	return s.Payee.DepositUndoneTx(ctx, tx, a.Reference, a.ID, amount, a.Undone, provider, at)
}

// outcomeTx is attemptOutcomeTx for an attempt that is locked and has received so much before, not counting what was
// undone of it.
func (s *Service) outcomeTx(ctx context.Context, tx *sqlx.Tx, i intent, a Attempt, received, undone money.Amount, o Outcome, at time.Time) error {
	e := map[State]edge{Succeeded: paysAttempt, Failed: failsAttempt, Expired: expiresAttempt}[o.State]
	more := o.moved() - received
	_, collects := s.providers[a.Provider].(Collector)
	live := cancelsAttempt.leads(a.State)
	switch {
	case !e.leads(a.State) || e.to == Succeeded && more <= 0:
		return nil
	case e.to != Succeeded:
		if received > 0 {
			return fmt.Errorf("payment: %s is said to be %s, but has received %s", a.Key, e.to, received)
		}
		return s.setAttemptTx(ctx, tx, a, e.to, 0, at)
	case collects && live && o.Amount < a.Amount:
		_, err := tx.ExecContext(ctx, `update payment_attempts set received_centimes = $2 where id = $1`, a.ID, o.Amount)
		if err != nil {
			return fmt.Errorf("payment: %s: %w", a.Key, err)
		}
		return s.Payee.DepositTx(ctx, tx, i.Reference, a.ID, more, o.Amount+undone, a.Provider, at)
	}
	if err := s.setAttemptTx(ctx, tx, a, e.to, o.Amount, at); err != nil {
		return err
	}
	deposit := money.Amount(0)
	if live {
		deposit = received
	}
	if i.Amount == a.Amount && (o.Amount == a.Amount || collects && o.Amount > a.Amount) && deposit == received {
		if i.State == Cancelled { // the money comes late
			again, err := s.Payee.AgainTx(ctx, tx, i.Reference, at)
			if err != nil {
				return err
			}
			if again {
				i.State = Pending
			}
		}
		if i.State == Pending {
			if err := s.closeTx(ctx, tx, i, cancelsAttempt, at); err != nil { // another that was begun meanwhile
				return err
			}
			i.Provider = a.Provider
			if err := s.paidTx(ctx, tx, i, a.ID, deposit, at); err != nil || o.Amount == a.Amount {
				return err
			}
			more = o.Amount - a.Amount
		}
	}
	return s.surplusTx(ctx, tx, i, a, more, o.Amount+undone, at)
}

// setAttemptTx brings an attempt to its end, or further, with what it has received by now.
func (s *Service) setAttemptTx(ctx context.Context, tx *sqlx.Tx, a Attempt, to State, received money.Amount, at time.Time) error {
	_, err := tx.ExecContext(ctx, `
		update payment_attempts set state = $2, ended_at = $3, received_centimes = $4, form = null where id = $1`, a.ID, to, at, received)
	if err != nil {
		return fmt.Errorf("payment: %s: %w", a.Key, err)
	}
	return nil
}

// surplusTx gives back money that came in an attempt without having to; with it the attempt has received so much, with
// what was undone.
func (s *Service) surplusTx(ctx context.Context, tx *sqlx.Tx, i intent, a Attempt, amount, received money.Amount, at time.Time) error {
	if err := s.Payee.SurplusTx(ctx, tx, i.Reference, a.ID, amount, received, a.Provider, at); err != nil {
		return err
	}
	return s.giveBackTx(ctx, tx, Refund{Provider: a.Provider, Amount: amount, Reason: ReasonSurplus}, a.ID,
		fmt.Sprintf("%s:%s:%d", i.Reference, ReasonSurplus, received), at)
}

// feeTx keeps what a provider kept by now of what came in an attempt, if it says so; what it kept for giving it back is
// besides.
func (s *Service) feeTx(ctx context.Context, tx *sqlx.Tx, reference uuid.UUID, a Attempt, before, fee money.Amount, at time.Time) error {
	if fee == 0 {
		return nil
	}
	var back money.Amount
	if err := tx.GetContext(ctx, &back, `select coalesce(sum(fee_centimes), 0) from payment_refunds where attempt_id = $1`, a.ID); err != nil {
		return fmt.Errorf("payment: fee of what %s gives back: %w", a.Key, err)
	}
	if fee += back; fee == before {
		return nil
	}
	if _, err := tx.ExecContext(ctx, `update payment_attempts set fee_centimes = $2 where id = $1`, a.ID, fee); err != nil {
		return fmt.Errorf("payment: fee of %s: %w", a.Key, err)
	}
	return s.Payee.FeeTx(ctx, tx, reference, a.ID, fee-before, a.Provider, at)
}

// refundFeeTx keeps what a provider kept more for its service because of a refund, which is locked, or gave back: no more
// than it has kept by now, nor than it received.
func (s *Service) refundFeeTx(ctx context.Context, tx *sqlx.Tx, r lockedRefund, fee money.Amount, at time.Time) error {
	var known struct{ Attempt, Refund, Received money.Amount }
	err := tx.GetContext(ctx, &known, `
		select a.fee_centimes as attempt, r.fee_centimes as refund, a.received_centimes as received
		from payment_attempts a join payment_refunds r on r.attempt_id = a.id where r.id = $1 for no key update of a`, r.ID)
	if err != nil {
		return fmt.Errorf("payment: fee of refund %s: %w", r.ID, err)
	}
	more := min(max(fee-known.Refund, -known.Attempt), known.Received-known.Attempt)
	if more == 0 {
		return nil
	}
	_, err = tx.ExecContext(ctx, `
		with refund as (update payment_refunds set fee_centimes = fee_centimes + $3 where id = $2)
		update payment_attempts set fee_centimes = fee_centimes + $3 where id = $1`, r.Attempt, r.ID, more)
	if err != nil {
		return fmt.Errorf("payment: fee of refund %s: %w", r.ID, err)
	}
	return s.Payee.FeeTx(ctx, tx, r.Reference, r.Attempt, more, r.Provider, at)
}

// moved is how much an attempt with that outcome has received, or a refund given.
func (o Outcome) moved() money.Amount {
	if o.State != Succeeded {
		return 0
	}
	return o.Amount
}
