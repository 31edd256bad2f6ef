package payment

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
)

var (
	// ErrUnknownProvider says that nobody takes payments by that means.
	ErrUnknownProvider = fault.New(fault.Invalid, "payment.unknown_provider")
	// ErrNotPending says that the intent was paid or cancelled before, or that there is none.
	ErrNotPending = fault.New(fault.Conflict, "payment.not_pending")
	// ErrTooMuch says that more was to be given back than was received and is not given back yet.
	ErrTooMuch = fault.New(fault.Conflict, "payment.refund_too_much")
	// ErrKeyUsed says that another refund was asked for under the same key.
	ErrKeyUsed = fault.New(fault.Conflict, "payment.refund_key_used")
	// ErrNoRefund says that there is no such refund.
	ErrNoRefund = fault.New(fault.NotFound, "payment.no_refund")
	// ErrGiven says that something is wrong with what is said of a refund that was given by hand; Fields say where.
	ErrGiven = fault.New(fault.Invalid, "payment.given_invalid")
	// ErrGivenBefore says that a refund was given before, and not with the reference that it is said to have been given with now.
	ErrGivenBefore = fault.New(fault.Conflict, "payment.given_before")
	// ErrRefundChanged says that a refund does not stand any more as it was shown.
	ErrRefundChanged = fault.New(fault.Conflict, "payment.refund_changed")
)

// Payee is whoever opened the intents. What it is told it is told once, in the transaction in which it
// happens; its error undoes that.
type Payee interface {
	// LockTx is called before anything else of a payment is locked by what a provider tells, so that the payee
	// and the payment are locked in the same order as when the payee itself begins.
	LockTx(ctx context.Context, tx *sqlx.Tx, reference uuid.UUID) error

	// Describe says what the buyer reads of what she pays where she pays it.
	Describe(ctx context.Context, reference uuid.UUID) (Description, error)

	// AgainTx asks, when the money comes for what was given up meanwhile, whether it is taken up again: then it is paid,
	// of which PaidTx tells next; otherwise the money is given back, of which SurplusTx tells.
	AgainTx(ctx context.Context, tx *sqlx.Tx, reference uuid.UUID, at time.Time) (again bool, err error)

	// FeeTx says that the provider kept more of what came in an attempt for its service or, below zero, gave back of that.
	FeeTx(ctx context.Context, tx *sqlx.Tx, reference, attempt uuid.UUID, more money.Amount, provider string, at time.Time) error

	// DepositTx says that a part of what has to be paid came in an attempt, which has received so much by now, with what
	// DepositUndoneTx told of.
	DepositTx(ctx context.Context, tx *sqlx.Tx, reference, attempt uuid.UUID, more, received money.Amount, provider string, at time.Time) error

	// DepositUndoneTx says that amount of a part was never for this reference; undone is all that was found so by now.
	DepositUndoneTx(ctx context.Context, tx *sqlx.Tx, reference, attempt uuid.UUID, amount, undone money.Amount, provider string, at time.Time) error

	// DepositBackTx says that the rest will not come any more: what has is about to be given back.
	DepositBackTx(ctx context.Context, tx *sqlx.Tx, reference, attempt uuid.UUID, amount money.Amount, at time.Time) error

	// ByHandTx says that somebody is to give back so much by hand, by that means.
	ByHandTx(ctx context.Context, tx *sqlx.Tx, reference uuid.UUID, amount money.Amount, means string) error

	// RefundAccountTx says that money goes back into an account that ends in last from now on.
	RefundAccountTx(ctx context.Context, tx *sqlx.Tx, reference uuid.UUID, last string) error

	// PaidTx says that what has to be paid was paid, in an attempt, by a provider which need not be the one that was
	// chosen last. Of amount so much is what DepositTx told of.
	PaidTx(ctx context.Context, tx *sqlx.Tx, reference, attempt uuid.UUID, amount, deposit money.Amount, provider string, at time.Time) error

	// SurplusTx says that money came that did not have to be paid, or not any more; it is about to be given back.
	// attempt, and received, which is all that came in it by now, tell it from other money.
	SurplusTx(ctx context.Context, tx *sqlx.Tx, reference, attempt uuid.UUID, amount, received money.Amount, provider string, at time.Time) error

	// RefundedTx says that money which came in an attempt was given back, by that means; refund tells it from other
	// money.
	RefundedTx(ctx context.Context, tx *sqlx.Tx, reference, attempt, refund uuid.UUID, amount money.Amount, means string, at time.Time) error

	// RefundUndoneTx says that money of which RefundedTx told last has come back; RefundFailedTx tells next that it is due,
	// or BankGaveTx that the buyer has it.
	RefundUndoneTx(ctx context.Context, tx *sqlx.Tx, reference, attempt, refund uuid.UUID, amount money.Amount, means string, at time.Time) error

	// RefundFailedTx says that money was not given back: it is still due, and nobody gives it until it is asked for
	// again, see Service.RefundAgainTx.
	RefundFailedTx(ctx context.Context, tx *sqlx.Tx, reference uuid.UUID, amount money.Amount) error

	// DisputedTx tells what has happened to a dispute of what was paid.
	DisputedTx(ctx context.Context, tx *sqlx.Tx, reference uuid.UUID, news DisputeNews, at time.Time) error

	// BankGaveTx says that the buyer has from her bank what she was to have back of an attempt, by a dispute that was
	// lost; refund tells it from other money. Of amount so much is what WrittenOffTx told of, and is no loss any more.
	BankGaveTx(ctx context.Context, tx *sqlx.Tx, reference, attempt, refund uuid.UUID, amount, writtenOff money.Amount, provider string, at time.Time) error

	// WrittenOffTx says that her bank gave the buyer so much more than she was to have back.
	WrittenOffTx(ctx context.Context, tx *sqlx.Tx, reference, attempt, dispute uuid.UUID, amount money.Amount, provider string, at time.Time) error
}

// Service opens, changes and settles intents. What is pending can succeed or be cancelled, once.
type Service struct {
	// Payee has to be set before any money comes, and Payer before any is paid out.
	Payee Payee
	Payer Payer

	db        *sqlx.DB
	jobs      *job.Client
	now       func() time.Time
	names     []string
	providers map[string]Provider
	forged    *forged
}

// New makes a service that takes payments by these means, in the order in which people are offered them.
func New(db *sqlx.DB, jobs *job.Client, now func() time.Time, providers ...Provider) *Service {
	s := &Service{db: db, jobs: jobs, now: now, providers: make(map[string]Provider, len(providers)), forged: newForged(db, now)}
	for _, p := range providers {
		s.names = append(s.names, p.Name())
		s.providers[p.Name()] = p
	}
	return s
}

// Means are the names of the means of payment that are taken.
func (s *Service) Means() []string { return s.names }

// Takes reports whether payments are taken by that means.
func (s *Service) Takes(provider string) bool { return s.providers[provider] != nil }

// Within is how long a buyer has to pay by that means before anything is prepared; zero: it is paid to whoever
// brings the goods.
func (s *Service) Within(provider string) time.Duration {
	if a, ok := s.providers[provider].(Advance); ok {
		return a.Within()
	}
	return 0
}

// MeansOf is what buyers call the means of a provider: its name, or Card, which all are that were taken once and are not
// configured any more.
func (s *Service) MeansOf(provider string) string {
	switch p := s.providers[provider].(type) {
	case Named:
		return p.Means()
	case nil:
		if provider != CashOnDelivery && provider != BankTransfer {
			return Card
		}
	}
	return provider
}

// ByMeans is the name of the first provider of a means, or of the provider that is called so; empty: there is none.
func (s *Service) ByMeans(means string) string {
	if s.Takes(means) {
		return means
	}
	i := slices.IndexFunc(s.names, func(name string) bool { return s.MeansOf(name) == means })
	if i < 0 {
		return ""
	}
	return s.names[i]
}

// ChooseTx has an intent that is pending paid by another means, or by the same in another attempt, until the last
// moment given, which counts for an Advance only. It comes to amount then. ErrNotPending, ErrUnknownProvider.
func (s *Service) ChooseTx(ctx context.Context, tx *sqlx.Tx, reference uuid.UUID, provider string, amount money.Amount, at, until time.Time) error {
	if !s.Takes(provider) {
		return ErrUnknownProvider
	}
	i, err := pendingTx(ctx, tx, reference)
	if err != nil {
		return err
	}
	if err := s.closeTx(ctx, tx, i, cancelsAttempt, at); err != nil {
		return err
	}
	i.Provider, i.Amount = provider, amount
	_, err = tx.ExecContext(ctx, `
		update payment_intents set provider = $2, amount_centimes = $3 where id = $1`, i.ID, i.Provider, i.Amount)
	if err != nil {
		return fmt.Errorf("payment: choose %s for %s: %w", provider, reference, err)
	}
	if s.Within(provider) == 0 {
		return nil
	}
	number, err := i.nextTx(ctx, tx)
	if err == nil {
		_, err = i.attemptTx(ctx, tx, attempt{Number: number, State: Pending, CreatedAt: at, ExpiresAt: &until})
	}
	return err
}

// AttemptsTx counts how often it was tried to have a reference paid.
func (s *Service) AttemptsTx(ctx context.Context, tx *sqlx.Tx, reference uuid.UUID) (int, error) {
	var n int
	err := tx.GetContext(ctx, &n, `
		select count(*) from payment_attempts where intent_id = (select id from payment_intents where reference = $1)`, reference)
	if err != nil {
		return 0, fmt.Errorf("payment: attempts for %s: %w", reference, err)
	}
	return n, nil
}

// OpenTx opens the intent to pay amount for what reference names; there is one intent for each
// reference. By an Advance it is to be paid until the last moment given, which counts for no other.
func (s *Service) OpenTx(ctx context.Context, tx *sqlx.Tx, reference uuid.UUID, provider string, amount money.Amount, at, until time.Time) error {
	if !s.Takes(provider) {
		return ErrUnknownProvider
	}
	id := postgres.NewID()
	_, err := tx.ExecContext(ctx, `
		insert into payment_intents (id, reference, provider, amount_centimes, state, created_at)
		values ($1, $2, $3, $4, $5, $6)`,
		id, reference, provider, amount, Pending, at)
	if err != nil {
		return fmt.Errorf("payment: open intent for %s: %w", reference, err)
	}
	if s.Within(provider) == 0 {
		return nil
	}
	i := intent{ID: id, Reference: reference, Provider: provider, Amount: amount, State: Pending}
	_, err = i.attemptTx(ctx, tx, attempt{Number: 1, State: Pending, CreatedAt: at, ExpiresAt: &until})
	return err
}

// intent is a row of payment_intents, locked.
type intent struct {
	ID        uuid.UUID
	Reference uuid.UUID
	Provider  string
	Amount    money.Amount
	State     State
}

// lockTx locks the intent of a reference; ErrNotPending if there is none.
func lockTx(ctx context.Context, tx *sqlx.Tx, reference uuid.UUID) (intent, error) {
	var i intent
	err := tx.GetContext(ctx, &i, `
		select id, reference, provider, amount_centimes as amount, state
		from payment_intents where reference = $1 for no key update`, reference)
	if postgres.NoRows(err) {
		return i, ErrNotPending.Wrap(fmt.Errorf("payment: no intent for %s", reference))
	}
	if err != nil {
		return i, fmt.Errorf("payment: intent for %s: %w", reference, err)
	}
	return i, nil
}

// pendingTx is lockTx for one that can still be paid; ErrNotPending otherwise.
func pendingTx(ctx context.Context, tx *sqlx.Tx, reference uuid.UUID) (intent, error) {
	i, err := lockTx(ctx, tx, reference)
	if err == nil && i.State != Pending {
		err = ErrNotPending.Wrap(fmt.Errorf("payment: intent for %s is %s", reference, i.State))
	}
	return i, err
}

// ChangeTx sets another amount, while the intent is pending. An attempt that asks for the former amount is
// over.
func (s *Service) ChangeTx(ctx context.Context, tx *sqlx.Tx, reference uuid.UUID, amount money.Amount) error {
	i, err := pendingTx(ctx, tx, reference)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `update payment_intents set amount_centimes = $2 where id = $1`, i.ID, amount); err != nil {
		return fmt.Errorf("payment: change intent for %s: %w", reference, err)
	}
	return s.closeTx(ctx, tx, i, cancelsAttempt, s.now())
}

// CancelTx ends an intent that is pending, and its attempt: it does not have to be paid.
func (s *Service) CancelTx(ctx context.Context, tx *sqlx.Tx, reference uuid.UUID) error {
	return s.overTx(ctx, tx, reference, cancelsAttempt)
}

// ExpireTx is CancelTx because the time to pay is over.
func (s *Service) ExpireTx(ctx context.Context, tx *sqlx.Tx, reference uuid.UUID) error {
	return s.overTx(ctx, tx, reference, expiresAttempt)
}

func (s *Service) overTx(ctx context.Context, tx *sqlx.Tx, reference uuid.UUID, ends edge) error {
	i, err := pendingTx(ctx, tx, reference)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `update payment_intents set state = $2 where id = $1`, i.ID, cancelsIntent.to); err != nil {
		return fmt.Errorf("payment: cancel intent for %s: %w", reference, err)
	}
	return s.closeTx(ctx, tx, i, ends, s.now())
}

// SettleTx marks a pending intent as paid to whoever brought the goods, tells the payee of it and gives the
// amount. It succeeds once; after that it is ErrNotPending.
func (s *Service) SettleTx(ctx context.Context, tx *sqlx.Tx, reference uuid.UUID, at time.Time) (money.Amount, error) {
	i, err := pendingTx(ctx, tx, reference)
	if err != nil {
		return 0, err
	}
	var paid uuid.UUID // the attempt; none where nothing has to be paid
	if i.Amount > 0 {
		if err := s.closeTx(ctx, tx, i, cancelsAttempt, at); err != nil {
			return 0, err
		}
		number, err := i.nextTx(ctx, tx)
		if err != nil {
			return 0, err
		}
		paid, err = i.attemptTx(ctx, tx, attempt{Number: number, State: Succeeded, CreatedAt: at, EndedAt: &at})
		if err != nil {
			return 0, err
		}
	}
	return i.Amount, s.paidTx(ctx, tx, i, paid, 0, at)
}

// paidTx says that an intent was paid, in an attempt that had received a part of it before; uuid.Nil: nothing was to be
// paid.
func (s *Service) paidTx(ctx context.Context, tx *sqlx.Tx, i intent, attempt uuid.UUID, deposit money.Amount, at time.Time) error {
	_, err := tx.ExecContext(ctx, `
		update payment_intents set state = $2, settled_at = $3, provider = $4, paid_by = $5 where id = $1`,
		i.ID, paysIntent.to, at, i.Provider, postgres.NullID(attempt))
	if err != nil {
		return fmt.Errorf("payment: settle intent for %s: %w", i.Reference, err)
	}
	return s.Payee.PaidTx(ctx, tx, i.Reference, attempt, i.Amount, deposit, i.Provider, at)
}
