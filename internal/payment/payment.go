package payment

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
)

// CashOnDelivery is the name of the provider that most buyers choose.
const CashOnDelivery = "cash_on_delivery"

var (
	// ErrUnknownProvider says that nobody takes payments by that means.
	ErrUnknownProvider = fault.New(fault.Invalid, "payment.unknown_provider")
	// ErrNotPending says that the intent was paid or cancelled before, or that there is none.
	ErrNotPending = fault.New(fault.Conflict, "payment.not_pending")
)

// Provider is one means of payment.
type Provider interface {
	Name() string // as kept with each intent and as named in the ledger's account
}

// Cash is paid to whoever brings the goods; the intent is settled when it has been received.
type Cash struct{}

// Name is CashOnDelivery.
func (Cash) Name() string { return CashOnDelivery }

// Service opens, changes and settles intents. What is pending can succeed or be cancelled, once.
type Service struct {
	// OnPaid is told of every payment, once, in the transaction that settles it; its error undoes
	// the settlement. It has to be set before SettleTx is used.
	OnPaid func(ctx context.Context, tx *sqlx.Tx, reference uuid.UUID, amount money.Amount, provider string, at time.Time) error

	providers map[string]Provider
}

// New makes a service that takes payments by these means.
func New(providers ...Provider) *Service {
	s := &Service{providers: make(map[string]Provider, len(providers))}
	for _, p := range providers {
		s.providers[p.Name()] = p
	}
	return s
}

// Takes reports whether payments are taken by that means.
func (s *Service) Takes(provider string) bool { return s.providers[provider] != nil }

// OpenTx opens the intent to pay amount for what reference names; there is one intent for each
// reference.
func (s *Service) OpenTx(ctx context.Context, tx *sqlx.Tx, reference uuid.UUID, provider string, amount money.Amount, at time.Time) error {
	if !s.Takes(provider) {
		return ErrUnknownProvider
	}
	_, err := tx.ExecContext(ctx, `
		insert into payment_intents (id, reference, provider, amount_centimes, state, created_at)
		values ($1, $2, $3, $4, 'pending', $5)`,
		postgres.NewID(), reference, provider, amount, at)
	if err != nil {
		return fmt.Errorf("payment: open intent for %s: %w", reference, err)
	}
	return nil
}

// ChangeTx sets another amount, while the intent is pending.
func (s *Service) ChangeTx(ctx context.Context, tx *sqlx.Tx, reference uuid.UUID, amount money.Amount) error {
	result, err := tx.ExecContext(ctx, `
		update payment_intents set amount_centimes = $2
		where reference = $1 and state = 'pending'`, reference, amount)
	if err != nil {
		return fmt.Errorf("payment: change intent for %s: %w", reference, err)
	}
	return one(result, reference)
}

// CancelTx ends an intent that is pending: it will not be paid.
func (s *Service) CancelTx(ctx context.Context, tx *sqlx.Tx, reference uuid.UUID) error {
	result, err := tx.ExecContext(ctx, `
		update payment_intents set state = 'cancelled'
		where reference = $1 and state = 'pending'`, reference)
	if err != nil {
		return fmt.Errorf("payment: cancel intent for %s: %w", reference, err)
	}
	return one(result, reference)
}

// SettleTx marks a pending intent as paid, tells OnPaid of it and gives the amount. It succeeds
// once; after that it is ErrNotPending.
func (s *Service) SettleTx(ctx context.Context, tx *sqlx.Tx, reference uuid.UUID, at time.Time) (money.Amount, error) {
	var paid struct {
		Amount   money.Amount
		Provider string
	}
	err := tx.GetContext(ctx, &paid, `
		update payment_intents set state = 'succeeded', settled_at = $2
		where reference = $1 and state = 'pending'
		returning amount_centimes as amount, provider`, reference, at)
	if postgres.NoRows(err) {
		return 0, ErrNotPending.Wrap(fmt.Errorf("payment: intent for %s", reference))
	}
	if err != nil {
		return 0, fmt.Errorf("payment: settle intent for %s: %w", reference, err)
	}
	if s.OnPaid == nil {
		return 0, errors.New("payment: OnPaid is not set")
	}
	if err := s.OnPaid(ctx, tx, reference, paid.Amount, paid.Provider, at); err != nil {
		return 0, err
	}
	return paid.Amount, nil
}

func one(result sql.Result, reference uuid.UUID) error {
	n, err := result.RowsAffected()
	if err != nil {
		return fmt.Errorf("payment: intent for %s: %w", reference, err)
	}
	if n == 0 {
		return ErrNotPending.Wrap(fmt.Errorf("payment: intent for %s", reference))
	}
	return nil
}
