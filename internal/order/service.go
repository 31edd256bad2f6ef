package order

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/gate"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/postgres"
)

// Service is the use cases of baskets and orders. Every exported field but SecretsBefore has to be set, and
// Payments.OnPaid to the service's PaidTx.
type Service struct {
	DB       *sqlx.DB
	Catalog  *catalog.Service
	Delivery *delivery.Service
	Payments *payment.Service
	Jobs     *job.Client
	Gate     *gate.Gate // see NewGate
	Texts    *i18n.Bundle
	Secret   []byte // makes the tokens of links; at least 32 bytes
	BaseURL  string // of the links in mails, such as «https://souk.example»
	Now      func() time.Time

	// SecretsBefore are those in whose place Secret came. The links that they made go on working; what is
	// counted for networks and mailboxes is counted anew.
	SecretsBefore [][]byte

	tx *sqlx.Tx // see Within
}

// Within gives a service whose Place and moves join tx instead of each committing by itself, so
// that many orders can be loaded at once. What they report has happened once tx is committed;
// after an error tx has to be rolled back. Place takes a second connection for what it asks
// beforehand.
func (s *Service) Within(tx *sqlx.Tx) *Service {
	within := *s
	within.tx = tx
	return &within
}

// inTx runs fn in a transaction of its own when its turn comes; gate.ErrBusy if it does not. person is a mark
// of who asks for it; empty: nobody in particular.
func (s *Service) inTx(ctx context.Context, person string, fn func(tx *sqlx.Tx) error) error {
	if s.tx != nil {
		return fn(s.tx)
	}
	return s.Gate.Do(ctx, person, func() error { return postgres.InTx(ctx, s.DB, fn) })
}

// moment is when something happens: at, or now when at is zero; in the database's precision.
func (s *Service) moment(at time.Time) time.Time {
	if at.IsZero() {
		at = s.Now()
	}
	return at.UTC().Truncate(time.Microsecond)
}

// hashToken is the form in which the tokens of orders and baskets are kept.
func hashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}
