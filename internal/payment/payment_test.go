package payment_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/paymenttest"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var noon = time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)

// till is a payment service that notes what it is told of.
type till struct {
	*payment.Service
	db     *sqlx.DB
	card   *paymenttest.Provider
	broken error

	mu       sync.Mutex
	now      time.Time
	again    bool // what comes late is taken
	fees     []money.Amount
	taken    []money.Amount // by disputes; below zero: back again
	banked   []money.Amount // given by a buyer's bank, of what was due to her
	lost     []money.Amount // beyond that
	deposits []money.Amount // below zero: not any more
	paid     []money.Amount
	surplus  []money.Amount
	back     []money.Amount
	failed   []money.Amount // refunds
}

func newTill(t *testing.T) *till {
	t.Helper()
	c := &till{db: pgtest.New(t), card: paymenttest.New(), now: noon}
	jobs, err := job.New(c.db, nil, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	c.Service = payment.New(c.db, jobs, c.clock, payment.Cash{}, c.card)
	c.Payee = c
	return c
}

func (c *till) clock() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *till) later(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func (c *till) note(list *[]money.Amount, amount money.Amount) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.broken == nil {
		*list = append(*list, amount)
	}
	return c.broken
}

func (c *till) LockTx(context.Context, *sqlx.Tx, uuid.UUID) error { return nil }

func (c *till) Describe(_ context.Context, reference uuid.UUID) (payment.Description, error) {
	return payment.Description{Text: "Order " + reference.String(), Locale: "en", Back: "https://souk.example/back"}, nil
}

func (c *till) AgainTx(context.Context, *sqlx.Tx, uuid.UUID, time.Time) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.again, nil
}

func (c *till) FeeTx(_ context.Context, _ *sqlx.Tx, _, _ uuid.UUID, more money.Amount, _ string, _ time.Time) error {
	return c.note(&c.fees, more)
}

func (c *till) DepositTx(_ context.Context, _ *sqlx.Tx, _, _ uuid.UUID, more, _ money.Amount, _ string, _ time.Time) error {
	return c.note(&c.deposits, more)
}

func (c *till) DepositUndoneTx(_ context.Context, _ *sqlx.Tx, _, _ uuid.UUID, amount, _ money.Amount, _ string, _ time.Time) error {
	return c.note(&c.deposits, -amount)
}

func (c *till) DepositBackTx(_ context.Context, _ *sqlx.Tx, _, _ uuid.UUID, amount money.Amount, _ time.Time) error {
	return c.note(&c.deposits, -amount)
}

func (*till) ByHandTx(context.Context, *sqlx.Tx, uuid.UUID, money.Amount, string) error { return nil }

func (c *till) PaidTx(_ context.Context, _ *sqlx.Tx, _, _ uuid.UUID, amount, _ money.Amount, _ string, _ time.Time) error {
	return c.note(&c.paid, amount)
}

func (c *till) SurplusTx(_ context.Context, _ *sqlx.Tx, _, _ uuid.UUID, amount, _ money.Amount, _ string, _ time.Time) error {
	return c.note(&c.surplus, amount)
}

func (c *till) RefundedTx(_ context.Context, _ *sqlx.Tx, _, _, _ uuid.UUID, amount money.Amount, _ string, _ time.Time) error {
	return c.note(&c.back, amount)
}

func (c *till) RefundUndoneTx(_ context.Context, _ *sqlx.Tx, _, _, _ uuid.UUID, amount money.Amount, _ string, _ time.Time) error {
	return c.note(&c.back, -amount)
}

func (c *till) RefundFailedTx(_ context.Context, _ *sqlx.Tx, _ uuid.UUID, amount money.Amount) error {
	return c.note(&c.failed, amount)
}

func (c *till) DisputedTx(_ context.Context, _ *sqlx.Tx, _ uuid.UUID, news payment.DisputeNews, _ time.Time) error {
	return c.note(&c.taken, news.Taken)
}

func (c *till) RefundAccountTx(context.Context, *sqlx.Tx, uuid.UUID, string) error { return nil }

func (c *till) BankGaveTx(_ context.Context, _ *sqlx.Tx, _, _, _ uuid.UUID, amount, writtenOff money.Amount, _ string, _ time.Time) error {
	if err := c.note(&c.lost, -writtenOff); err != nil {
		return err
	}
	return c.note(&c.banked, amount)
}

func (c *till) WrittenOffTx(_ context.Context, _ *sqlx.Tx, _, _, _ uuid.UUID, amount money.Amount, _ string, _ time.Time) error {
	return c.note(&c.lost, amount)
}

func (c *till) open(t *testing.T, amount money.Amount) uuid.UUID {
	t.Helper()
	return c.openBy(t, payment.CashOnDelivery, amount)
}

func (c *till) openBy(t *testing.T, provider string, amount money.Amount) uuid.UUID {
	t.Helper()
	reference := postgres.NewID()
	err := postgres.InTx(t.Context(), c.db, func(tx *sqlx.Tx) error {
		return c.OpenTx(t.Context(), tx, reference, provider, amount, noon, noon.Add(c.Within(provider)))
	})
	if err != nil {
		t.Fatal(err)
	}
	return reference
}

func (c *till) settle(t *testing.T, reference uuid.UUID) (amount money.Amount, err error) {
	t.Helper()
	err = postgres.InTx(t.Context(), c.db, func(tx *sqlx.Tx) (err error) {
		amount, err = c.SettleTx(t.Context(), tx, reference, noon)
		return err
	})
	return amount, err
}

func (c *till) change(t *testing.T, reference uuid.UUID, amount money.Amount) error {
	t.Helper()
	return postgres.InTx(t.Context(), c.db, func(tx *sqlx.Tx) error { return c.ChangeTx(t.Context(), tx, reference, amount) })
}

func (c *till) cancel(t *testing.T, reference uuid.UUID) error {
	t.Helper()
	return postgres.InTx(t.Context(), c.db, func(tx *sqlx.Tx) error { return c.CancelTx(t.Context(), tx, reference) })
}

func (c *till) state(t *testing.T, reference uuid.UUID) (state string) {
	t.Helper()
	if err := c.db.Get(&state, `select state from payment_intents where reference = $1`, reference); err != nil {
		t.Fatal(err)
	}
	return state
}

func TestCashIsReceivedOnce(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	order := c.open(t, 238_00)
	if err := c.change(t, order, 128_00); err != nil { // one cooperative declined its part
		t.Fatal(err)
	}
	amount, err := c.settle(t, order)
	if err != nil || amount != 128_00 {
		t.Fatalf("settled %s: %v", amount, err)
	}
	if _, err := c.settle(t, order); !errors.Is(err, payment.ErrNotPending) {
		t.Errorf("settled twice: %v", err)
	}
	if err := c.change(t, order, 1); !errors.Is(err, payment.ErrNotPending) {
		t.Errorf("changed after it was paid: %v", err)
	}
	if err := c.cancel(t, order); !errors.Is(err, payment.ErrNotPending) {
		t.Errorf("cancelled after it was paid: %v", err)
	}
	if len(c.paid) != 1 || c.paid[0] != 128_00 || c.state(t, order) != "succeeded" {
		t.Errorf("told of %v, state %s", c.paid, c.state(t, order))
	}
}

func TestWhatIsCancelledIsNotPaid(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	order := c.open(t, 238_00)
	if err := c.cancel(t, order); err != nil {
		t.Fatal(err)
	}
	if _, err := c.settle(t, order); !errors.Is(err, payment.ErrNotPending) || len(c.paid) > 0 {
		t.Errorf("settled after it was cancelled: %v, told of %v", err, c.paid)
	}
	if _, err := c.settle(t, postgres.NewID()); !errors.Is(err, payment.ErrNotPending) {
		t.Errorf("settled what was never opened: %v", err)
	}
}

func TestAPaymentThatCannotBeRecordedIsNotMade(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	order := c.open(t, 238_00)
	broken := errors.New("the ledger is closed")
	c.broken = broken
	if _, err := c.settle(t, order); !errors.Is(err, broken) || c.state(t, order) != "pending" {
		t.Errorf("%v, state %s", err, c.state(t, order))
	}
}

func TestOnlyKnownMeansOfPaymentAreTaken(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	err := postgres.InTx(t.Context(), c.db, func(tx *sqlx.Tx) error {
		return c.OpenTx(t.Context(), tx, postgres.NewID(), "shells", 1, noon, noon)
	})
	if !errors.Is(err, payment.ErrUnknownProvider) || c.Takes("shells") || !c.Takes(payment.CashOnDelivery) {
		t.Errorf("shells: %v", err)
	}
}

func TestTheDatabaseDefendsPayments(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	order := c.open(t, 238_00)
	for constraint, statement := range map[string]string{
		"payment_intents_reference_key": `insert into payment_intents (id, reference, provider, amount_centimes, state, created_at)
			select gen_random_uuid(), reference, provider, 1, 'pending', now() from payment_intents`,
		"payment_intents_state_known":         `update payment_intents set state = 'lost'`,
		"payment_intents_amount_not_negative": `update payment_intents set amount_centimes = -1`,
		"payment_intents_settled_when_paid":   `update payment_intents set state = 'succeeded'`,
	} {
		if _, err := c.db.Exec(statement); !postgres.Violates(err, constraint) {
			t.Errorf("%s: %v", constraint, err)
		}
	}
	if c.state(t, order) != "pending" {
		t.Error("something was changed")
	}
}
