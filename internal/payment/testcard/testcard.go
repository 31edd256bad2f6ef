package testcard

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/postgres"
)

// Name is what the provider is called.
const Name = "test_card"

// ErrDecided says that something was chosen for a payment before, or that it is not to be paid any more.
var ErrDecided = fault.New(fault.Conflict, "demo.card.decided")

// What its names begin with.
const (
	paymentPrefix = "card_"
	refundPrefix  = "back_"
)

// within is how long a buyer has to pay: as long as card pages elsewhere give at least.
const within = 30 * time.Minute

// laterBy is how much later a payment comes that was to come later.
const laterBy = time.Minute

// Provider takes cards on which there is no money.
type Provider struct {
	db      *sqlx.DB
	jobs    *job.Client
	key     []byte // of the signatures of its events
	baseURL string
	now     func() time.Time
}

// New makes a provider that belongs to no market yet, and is of no use before it does.
func New() *Provider { return new(Provider) }

// Open gives the provider of a market: it keeps what it knows in the market's database, tells of it by the market's
// jobs, and signs with a key that follows from the market's secret. Its pages stand below baseURL.
func (p *Provider) Open(db *sqlx.DB, jobs *job.Client, secret []byte, baseURL string, now func() time.Time) *Provider {
	return &Provider{db: db, jobs: jobs, key: sign(secret, []byte(Name)), baseURL: baseURL, now: now}
}

// Name is Name.
func (p *Provider) Name() string { return Name }

// Means is payment.Card.
func (p *Provider) Means() string { return payment.Card }

// Within is half an hour.
func (p *Provider) Within() time.Duration { return within }

// Payment is an attempt as the provider knows it.
type Payment struct {
	Reference string
	Key       string
	Amount    money.Amount
	Text      string `db:"description"` // what is paid for
	Back      string // where the buyer goes on
	State     State
	DecidedAt *time.Time `db:"decided_at"`
}

// State is how a payment stands.
type State string

// The states of a payment.
const (
	Open    State = "open"
	Later   State = "later" // it will be paid in a minute, also if it is to be closed meanwhile
	Paid    State = "paid"
	Refused State = "refused"
	Closed  State = "closed"
)

const paymentColumns = `reference, key, amount_centimes as amount, description, back, state, decided_at`

// Start knows of an attempt once, by its key.
func (p *Provider) Start(ctx context.Context, a payment.Attempt) (payment.Started, error) {
	var known struct{ Reference, Locale string }
	err := p.db.GetContext(ctx, &known, `
		insert into test_card_payments (reference, key, amount_centimes, description, locale, back, created_at)
		values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (key) do update set key = excluded.key
		returning reference, locale`,
		paymentPrefix+rand.Text(), a.Key, a.Amount, a.Description.Text, a.Description.Locale, a.Description.Back, p.now())
	if err != nil {
		return payment.Started{}, fmt.Errorf("testcard: start %s: %w", a.Key, err)
	}
	return payment.Started{Reference: known.Reference, URL: p.baseURL + "/" + known.Locale + "/demo/card/" + known.Reference}, nil
}

// Payment is the one of that name; payment.ErrUnknown.
func (p *Provider) Payment(ctx context.Context, reference string) (Payment, error) {
	return paymentWhere(ctx, p.db, `reference = $1`, reference)
}

func paymentWhere(ctx context.Context, q sqlx.QueryerContext, where, name string) (Payment, error) {
	var found Payment
	err := sqlx.GetContext(ctx, q, &found, `select `+paymentColumns+` from test_card_payments where `+where, name)
	if postgres.NoRows(err) {
		return found, payment.ErrUnknown.Wrap(fmt.Errorf("testcard: no payment %q", name))
	}
	if err != nil {
		return found, fmt.Errorf("testcard: payment %q: %w", name, err)
	}
	return found, nil
}

// Choose decides what becomes of a payment that is open: Paid, Refused or Later. It gives where the buyer goes on.
// payment.ErrUnknown, ErrDecided.
func (p *Provider) Choose(ctx context.Context, reference string, to State) (back string, err error) {
	at := p.now()
	decided, tells := &at, time.Time{}
	if to == Later {
		decided, tells = nil, at.Add(laterBy)
	}
	err = postgres.InTx(ctx, p.db, func(tx *sqlx.Tx) error {
		err := tx.GetContext(ctx, &back, `
			update test_card_payments set state = $2, decided_at = $3 where reference = $1 and state = $4 returning back`,
			reference, to, decided, Open)
		if postgres.NoRows(err) {
			_, err := paymentWhere(ctx, tx, `reference = $1`, reference)
			return cmp.Or(err, error(ErrDecided))
		}
		if err != nil {
			return fmt.Errorf("testcard: %s is to be %s: %w", reference, to, err)
		}
		return p.tellTx(ctx, tx, reference, tells)
	})
	return back, err
}

// Close ends a payment that is open.
func (p *Provider) Close(ctx context.Context, a payment.Attempt) error {
	_, err := p.db.ExecContext(ctx, `
		update test_card_payments set state = $2, decided_at = $3 where key = $1 and state = $4`, a.Key, Closed, p.now(), Open)
	if err != nil {
		return fmt.Errorf("testcard: close %s: %w", a.Key, err)
	}
	return nil
}

// Refund gives back once under one key, as much as was paid at most.
func (p *Provider) Refund(ctx context.Context, r payment.Refund) (reference string, err error) {
	err = postgres.InTx(ctx, p.db, func(tx *sqlx.Tx) error {
		var left money.Amount
		err := tx.GetContext(ctx, &left, `
			select amount_centimes from test_card_payments where reference = $1 and state = $2 for no key update`, r.AttemptReference, Paid)
		if postgres.NoRows(err) {
			return payment.ErrUnknown.Wrap(fmt.Errorf("testcard: nothing was paid as %q", r.AttemptReference))
		}
		if err != nil {
			return fmt.Errorf("testcard: refund %s: %w", r.Key, err)
		}
		err = tx.GetContext(ctx, &reference, `select reference from test_card_refunds where key = $1`, r.Key)
		if !postgres.NoRows(err) {
			return err
		}
		reference = refundPrefix + rand.Text()
		result, err := tx.ExecContext(ctx, `
			insert into test_card_refunds (reference, key, payment, amount_centimes, at)
			select $1, $2, $3, $4::bigint, $5
			where $4::bigint + coalesce((select sum(amount_centimes) from test_card_refunds where payment = $3), 0) <= $6`,
			reference, r.Key, r.AttemptReference, r.Amount, p.now(), left)
		if err != nil {
			return fmt.Errorf("testcard: refund %s: %w", r.Key, err)
		}
		if n, err := result.RowsAffected(); err != nil {
			return fmt.Errorf("testcard: refund %s: %w", r.Key, err)
		} else if n == 0 {
			return fmt.Errorf("%w: testcard: refund %s is more than was paid and is not given back yet", payment.ErrRefused, r.Key)
		}
		return p.tellTx(ctx, tx, reference, time.Time{})
	})
	return reference, err
}

// Attempted tells how the payment of an attempt stands.
func (p *Provider) Attempted(ctx context.Context, a payment.Attempt) (payment.Outcome, error) {
	found, err := paymentWhere(ctx, p.db, `key = $1`, a.Key)
	return found.outcome(), err
}

// Refunded tells whether a refund was given.
func (p *Provider) Refunded(ctx context.Context, r payment.Refund) (payment.Outcome, error) {
	return p.refundWhere(ctx, `key = $1`, r.Key)
}

func (p *Provider) refundWhere(ctx context.Context, where, name string) (payment.Outcome, error) {
	o := payment.Outcome{State: payment.Succeeded, Currency: money.Currency}
	err := p.db.GetContext(ctx, &o, `select reference as refund, key, amount_centimes as amount from test_card_refunds where `+where, name)
	if postgres.NoRows(err) {
		return payment.Outcome{}, payment.ErrUnknown.Wrap(fmt.Errorf("testcard: no refund %q", name))
	}
	if err != nil {
		return payment.Outcome{}, fmt.Errorf("testcard: refund %q: %w", name, err)
	}
	return o, nil
}

// Moved lists what was paid and what was given back in that time.
func (p *Provider) Moved(ctx context.Context, from, to time.Time) ([]payment.Outcome, error) {
	var moved []payment.Outcome
	err := p.db.SelectContext(ctx, &moved, `
		select reference as attempt, '' as refund, key, amount_centimes as amount, $3 as state, $4 as currency
		from test_card_payments where state = 'paid' and decided_at >= $1 and decided_at < $2
		union all
		select '', reference, key, amount_centimes, $3, $4 from test_card_refunds where at >= $1 and at < $2`,
		from, to, payment.Succeeded, money.Currency)
	if err != nil {
		return nil, fmt.Errorf("testcard: what moved: %w", err)
	}
	return moved, nil
}

// outcome is what the market is told of a payment.
func (m Payment) outcome() payment.Outcome {
	o := payment.Outcome{Attempt: m.Reference, Key: m.Key}
	switch m.State {
	case Paid:
		o.State, o.Amount, o.Currency = payment.Succeeded, m.Amount, money.Currency
	case Refused:
		o.State = payment.Failed
	case Closed:
		o.State = payment.Expired
	case Open, Later: // no news
		o.State = payment.Waiting
	}
	return o
}
