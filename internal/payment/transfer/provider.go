package transfer

import (
	"context"
	"errors"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/settings"
)

// Provider asks buyers to transfer money to the association's bank account; see payment.Provider. It sends no events:
// what came, people say to Service.
type Provider struct {
	db  *sqlx.DB
	now func() time.Time
}

// NewProvider makes one that a market can be told to take; Open joins it to the market.
func NewProvider() *Provider { return new(Provider) }

// Open gives the provider with the market's database and clock.
func (*Provider) Open(db *sqlx.DB, now func() time.Time) *Provider {
	return &Provider{db: db, now: now}
}

// Name is payment.BankTransfer.
func (*Provider) Name() string { return payment.BankTransfer }

// Within is three days, unless the settings say otherwise.
func (*Provider) Within() time.Duration { return 3 * 24 * time.Hour }

// Collects says that parts add up; see payment.Collector.
func (*Provider) Collects() {}

// errNoAccount is for the log: people are told that another means may be had.
var errNoAccount = errors.New("transfer: the settings name no bank account")

// Start gives the buyer a code. There is no page to go to: Service.Due says what she has to transfer. ErrDown as long as
// the association has not said to which account.
func (p *Provider) Start(ctx context.Context, a payment.Attempt) (payment.Started, error) {
	decided, err := settings.Read(ctx, p.db)
	if err != nil {
		return payment.Started{}, err
	}
	if !decided.Taken() {
		return payment.Started{}, payment.ErrDown.Wrap(errNoAccount)
	}
	if _, err := codeOf(ctx, p.db, a.Reference, p.now()); err != nil {
		return payment.Started{}, err
	}
	return payment.Started{Reference: a.Key}, nil // the code is of what is paid for, whichever attempt it is
}
