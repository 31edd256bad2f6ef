package payment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
)

// Payer is whoever has money paid out. It is told once, in the transaction in which it happens.
type Payer interface {
	// PaidOutTx says that what a payout asks for was paid.
	PaidOutTx(ctx context.Context, tx *sqlx.Tx, payout uuid.UUID, at time.Time) error

	// NotPaidOutTx says that the provider refused it, in its word for why.
	NotPaidOutTx(ctx context.Context, tx *sqlx.Tx, payout uuid.UUID, reason string, at time.Time) error

	// RecalledTx says that so much of it was taken back; recall tells that from other money.
	RecalledTx(ctx context.Context, tx *sqlx.Tx, payout, recall uuid.UUID, amount money.Amount, at time.Time) error
}

// Source is what a PayerOut received for a reference.
type Source struct {
	Attempt  uuid.UUID
	Provider string
	Left     money.Amount // neither given back nor paid out
}

// SourceTx is the source of a reference, which is locked by it; without a provider: no PayerOut was paid for it.
func (s *Service) SourceTx(ctx context.Context, tx *sqlx.Tx, reference uuid.UUID) (from Source, err error) {
	if err := s.Payee.LockTx(ctx, tx, reference); err != nil {
		return from, err
	}
	err = tx.GetContext(ctx, &from, `
		select a.id as attempt, a.provider, a.received_centimes - a.refunded_centimes - (
		           select coalesce(sum(amount_centimes - recalled_centimes), 0) from payment_payouts_now where attempt_id = a.id and state <> 'failed') as left
		from payment_intents i join payment_attempts a on a.id = i.paid_by
		where i.reference = $1 and i.state = 'succeeded' and a.received_centimes > 0`, reference)
	if err != nil && !postgres.NoRows(err) {
		return from, fmt.Errorf("payment: what was received for %s: %w", reference, err)
	}
	if !s.PaysOutBy(from.Provider) {
		return Source{}, nil
	}
	return from, nil
}

// PaysOutBy reports whether that provider pays out.
func (s *Service) PaysOutBy(provider string) bool {
	_, pays := s.providers[provider].(PayerOut)
	return pays
}

// PaysOut reports whether a provider pays out.
func (s *Service) PaysOut() bool { return s.payerOut() != nil }

func (s *Service) payerOut() PayerOut {
	for _, name := range s.names {
		if p, ok := s.providers[name].(PayerOut); ok {
			return p
		}
	}
	return nil
}

// Payable asks the provider that pays out whether it pays to an account; ErrNotPayable if it does not, or there is none.
func (s *Service) Payable(ctx context.Context, account string) error {
	p := s.payerOut()
	if p == nil {
		return ErrNotPayable
	}
	return p.Payable(ctx, account)
}

// PayOutTx has so much paid out of a source, which SourceTx gave in the same transaction, into an account. id names it to
// Payer, too.
func (s *Service) PayOutTx(ctx context.Context, tx *sqlx.Tx, id uuid.UUID, from Source, account string, amount money.Amount, at time.Time) error {
	if amount > from.Left {
		return ErrTooMuch
	}
	_, err := tx.ExecContext(ctx, `
		insert into payment_payouts (id, attempt_id, account, amount_centimes, state, created_at) values ($1, $2, $3, $4, $5, $6)`,
		id, from.Attempt, account, amount, Pending, at)
	if err != nil {
		return fmt.Errorf("payment: pay out %s: %w", id, err)
	}
	return s.jobs.InsertTx(ctx, tx, PayoutArgs{PayoutID: id}, nil)
}

// RecallTx has so much of a payout that was paid taken back. ErrTooMuch if not so much is left of it.
func (s *Service) RecallTx(ctx context.Context, tx *sqlx.Tx, payout uuid.UUID, amount money.Amount, at time.Time) error {
	id := postgres.NewID()
	result, err := tx.ExecContext(ctx, `
		insert into payment_recalls (id, payout_id, amount_centimes, state, created_at)
		select $1, id, $3, $4, $5 from payment_payouts_now where id = $2 and state = 'succeeded' and recall_centimes + $3 <= amount_centimes`,
		id, payout, amount, Pending, at)
	if err != nil {
		return fmt.Errorf("payment: take back from %s: %w", payout, err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return ErrTooMuch.Wrap(err)
	}
	return s.jobs.InsertTx(ctx, tx, RecallArgs{RecallID: id}, nil)
}

// RecallAgainTx asks again for all that was refused to be taken back of a payout, and gives how much that is.
func (s *Service) RecallAgainTx(ctx context.Context, tx *sqlx.Tx, payout uuid.UUID) (sum money.Amount, err error) {
	var again []struct {
		ID     uuid.UUID
		Amount money.Amount
	}
	err = tx.SelectContext(ctx, &again, `
		update payment_recalls set state = $2, tries = tries + 1, reason = '', ended_at = null
		where payout_id = $1 and state = $3 returning id, amount_centimes as amount`, payout, Pending, Failed)
	if err != nil {
		return 0, fmt.Errorf("payment: take back from %s again: %w", payout, err)
	}
	for _, t := range again {
		if err := s.jobs.InsertTx(ctx, tx, RecallArgs{RecallID: t.ID}, nil); err != nil {
			return 0, err
		}
		sum += t.Amount
	}
	return sum, nil
}

const selectPayout = `
	select p.id, i.reference, a.provider, coalesce(a.provider_reference, '') as attempt_reference, p.account, coalesce(p.provider_reference, '') as provider_reference,
	       p.amount_centimes as amount, p.state
	from payment_payouts p join payment_attempts a on a.id = p.attempt_id join payment_intents i on i.id = a.intent_id`

const selectRecall = `
	select t.id, t.tries, t.amount_centimes as amount, t.state,
	       coalesce((select sum(amount_centimes) from payment_recalls where payout_id = t.payout_id and id < t.id), 0) as before,
	       p.id as "payout.id", i.reference as "payout.reference", a.provider as "payout.provider", coalesce(a.provider_reference, '') as "payout.attempt_reference",
	       p.account as "payout.account", coalesce(p.provider_reference, '') as "payout.provider_reference", p.amount_centimes as "payout.amount", p.state as "payout.state"
	from payment_recalls t
	join payment_payouts p on p.id = t.payout_id join payment_attempts a on a.id = p.attempt_id join payment_intents i on i.id = a.intent_id`

// endTx brings a payout or a recall about a reference to its end, by that statement, and reports whether it had none before.
func (s *Service) endTx(ctx context.Context, tx *sqlx.Tx, update string, reference, id uuid.UUID, to State, name, reason string, at time.Time) (ended bool, err error) {
	if err := s.Payee.LockTx(ctx, tx, reference); err != nil {
		return false, err
	}
	result, err := tx.ExecContext(ctx, update+` set state = $2, provider_reference = nullif($3, ''), reason = $4, ended_at = $5 where id = $1 and state = 'pending'`,
		id, to, name, reason, at)
	if err != nil {
		return false, fmt.Errorf("payment: end of %s: %w", id, err)
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

// paidOut does what a provider answered to a payout.
func (s *Service) paidOut(ctx context.Context, p Payout, name string, refused error) error {
	return postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		at, to, reason := s.now(), Succeeded, ""
		if refused != nil {
			to, reason = Failed, refusal(refused)
		}
		ended, err := s.endTx(ctx, tx, `update payment_payouts`, p.Reference, p.ID, to, name, reason, at)
		switch {
		case err != nil || !ended:
			return err
		case to == Failed:
			return s.Payer.NotPaidOutTx(ctx, tx, p.ID, reason, at)
		}
		return s.Payer.PaidOutTx(ctx, tx, p.ID, at)
	})
}

// recalled does what a provider answered to what was to be taken back.
func (s *Service) recalled(ctx context.Context, t Recall, name string, refused error) error {
	return postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		at, to, reason := s.now(), Succeeded, ""
		if refused != nil {
			to, reason = Failed, refusal(refused)
		}
		ended, err := s.endTx(ctx, tx, `update payment_recalls`, t.Payout.Reference, t.ID, to, name, reason, at)
		if err != nil || !ended || to == Failed {
			return err
		}
		return s.Payer.RecalledTx(ctx, tx, t.Payout.ID, t.ID, t.Amount, at)
	})
}

// takenBackTx keeps that something of a payout was taken back by hand at its provider. What the cooperative is owed does not
// change by it: people know why it was done, and whether it is to have the money otherwise. What they have settled comes
// again only if more is taken back.
func takenBackTx(ctx context.Context, tx *sqlx.Tx, provider string, o Outcome, at time.Time) error {
	var known struct{ Paid, Settled bool }
	err := tx.GetContext(ctx, &known, `
		select exists (
		           select from payment_payouts p join payment_attempts a on a.id = p.attempt_id
		           where a.provider = $1 and (p.provider_reference = $2 or 'payout:' || p.id = $3)) as paid,
		       exists (
		           select from payment_differences
		           where provider = $1 and name = $2 and reason = $4 and theirs_centimes >= $5 and settled_at is not null) as settled`,
		provider, o.Payout, o.Key, TakenBack, o.Amount)
	switch {
	case err != nil:
		return fmt.Errorf("payment: what was taken back of %s: %w", o.Payout, err)
	case !known.Paid:
		return errNotHere
	case known.Settled || o.State != Succeeded:
		return nil
	}
	return differTx(ctx, tx, Difference{Provider: provider, Subject: PayingOut, Name: o.Payout, Reason: TakenBack, Theirs: o.Amount}, at)
}

// Refusal is ErrRefused with the provider's word for why.
type Refusal struct {
	Reason string // its code, such as «account_closed»
	Err    error
}

// Error is for whoever runs the market.
func (r *Refusal) Error() string { return fmt.Sprintf("%v: %s: %v", ErrRefused, r.Reason, r.Err) }

// Unwrap makes it ErrRefused.
func (r *Refusal) Unwrap() []error { return []error{ErrRefused, r.Err} }

// refusal is the provider's word for why it refused.
func refusal(err error) string {
	if r, ok := errors.AsType[*Refusal](err); ok {
		return r.Reason
	}
	return ""
}

// PayoutArgs is the job that asks a provider to pay out.
type PayoutArgs struct {
	PayoutID uuid.UUID `json:"payout_id"`
}

// Kind names the job.
func (PayoutArgs) Kind() string { return "payment_payout" }

// InsertOpts put it where money is not kept waiting.
func (PayoutArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: job.Money} }

// PayoutWorker works PayoutArgs.
type PayoutWorker struct {
	river.WorkerDefaults[PayoutArgs]
	Payments *Service
}

// waitsForDispute is how long after a payout was not asked for, since what it is of is disputed, that is looked at again.
const waitsForDispute = time.Hour

// Work asks under the payout's own key, so that it may ask again; not while what the buyer paid is disputed, or lost and
// nobody has said who bears that.
func (w *PayoutWorker) Work(ctx context.Context, j *river.Job[PayoutArgs]) error {
	s := w.Payments
	var p Payout
	if err := s.db.GetContext(ctx, &p, selectPayout+` where p.id = $1`, j.Args.PayoutID); err != nil {
		return fmt.Errorf("payment: payout %s: %w", j.Args.PayoutID, err)
	}
	if p.State != Pending {
		return nil
	}
	var waits bool
	err := s.db.GetContext(ctx, &waits, `
		select exists (
		    select from payment_payouts p join payment_disputes_now d on d.attempt_id = p.attempt_id where p.id = $1 and d.left_centimes > 0)`, p.ID)
	if err != nil {
		return fmt.Errorf("payment: is what payout %s is of disputed: %w", p.ID, err)
	}
	if waits {
		return river.JobSnooze(waitsForDispute)
	}
	provider, ok := s.providers[p.Provider].(PayerOut)
	if !ok {
		return ErrUnknownProvider
	}
	name, err := provider.PayOut(ctx, p)
	if err != nil && !errors.Is(err, ErrRefused) {
		return fmt.Errorf("payment: pay out %s: %w", p.ID, err)
	}
	return s.paidOut(ctx, p, name, err)
}

// RecallArgs is the job that asks a provider to take back what it paid out.
type RecallArgs struct {
	RecallID uuid.UUID `json:"recall_id"`
}

// Kind names the job.
func (RecallArgs) Kind() string { return "payment_recall" }

// InsertOpts put it where money is not kept waiting.
func (RecallArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: job.Money} }

// RecallWorker works RecallArgs.
type RecallWorker struct {
	river.WorkerDefaults[RecallArgs]
	Payments *Service
}

// Work is that of PayoutWorker.
func (w *RecallWorker) Work(ctx context.Context, j *river.Job[RecallArgs]) error {
	s := w.Payments
	var t Recall
	if err := s.db.GetContext(ctx, &t, selectRecall+` where t.id = $1`, j.Args.RecallID); err != nil {
		return fmt.Errorf("payment: take back %s: %w", j.Args.RecallID, err)
	}
	if t.State != Pending {
		return nil
	}
	provider, ok := s.providers[t.Payout.Provider].(PayerOut)
	if !ok {
		return ErrUnknownProvider
	}
	name, err := provider.Recall(ctx, t)
	if err != nil && !errors.Is(err, ErrRefused) {
		return fmt.Errorf("payment: take back %s: %w", t.ID, err)
	}
	return s.recalled(ctx, t, name, err)
}

// askPayouts asks after payouts, and what is to be taken back of them, whose provider gave no answer.
func (s *Service) askPayouts(ctx context.Context) error {
	at := s.now()
	var paying []Payout
	err := s.db.SelectContext(ctx, &paying, `
		with asked as (
		    update payment_payouts set asked_at = $1
		    where id in (select id from payment_payouts where state = 'pending' and coalesce(asked_at, created_at) <= $2
		                 order by coalesce(asked_at, created_at) limit $3 for update skip locked)
		    returning id)`+selectPayout+` where p.id in (select id from asked)`, at, at.Add(-askedAfter), askedAtOnce)
	if err != nil {
		return fmt.Errorf("payment: payouts to ask after: %w", err)
	}
	var failed []error
	for _, p := range paying {
		provider, ok := s.providers[p.Provider].(PayerOut)
		if !ok {
			continue
		}
		name, err := provider.PaidOut(ctx, p)
		if err == nil {
			err = s.paidOut(ctx, p, name, nil)
		}
		if err != nil && !errors.Is(err, ErrUnknown) { // its own job asks for it
			failed = append(failed, fmt.Errorf("payment: ask after payout %s: %w", p.ID, err))
		}
	}
	var taking []Recall
	err = s.db.SelectContext(ctx, &taking, `
		with asked as (
		    update payment_recalls set asked_at = $1
		    where id in (select id from payment_recalls where state = 'pending' and coalesce(asked_at, created_at) <= $2
		                 order by coalesce(asked_at, created_at) limit $3 for update skip locked)
		    returning id)`+selectRecall+` where t.id in (select id from asked)`, at, at.Add(-askedAfter), askedAtOnce)
	if err != nil {
		return errors.Join(append(failed, fmt.Errorf("payment: what is to be taken back, to ask after: %w", err))...)
	}
	for _, t := range taking {
		provider, ok := s.providers[t.Payout.Provider].(PayerOut)
		if !ok {
			continue
		}
		name, err := provider.Recalled(ctx, t)
		if err == nil {
			err = s.recalled(ctx, t, name, nil)
		}
		if err != nil && !errors.Is(err, ErrUnknown) {
			failed = append(failed, fmt.Errorf("payment: ask after take back %s: %w", t.ID, err))
		}
	}
	return errors.Join(failed...)
}
