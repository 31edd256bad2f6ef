package order

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/gate"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/postgres"
)

// Service is the use cases of baskets and orders; make one with New. Its exported fields may be changed before
// it is used.
type Service struct {
	Gate *gate.Gate       // of what changes orders, at first as newGate makes it
	Now  func() time.Time // what is past by it has no jobs any more; moves may be told another time
	// SecretsBefore are those in whose place the secret came. The links that they made go on working; what is
	// counted for networks and mailboxes is counted anew.
	SecretsBefore [][]byte
	// Forget takes off what others keep of the buyers of orders which are being erased; nil: nobody keeps anything.
	Forget func(ctx context.Context, tx *sqlx.Tx, orders []uuid.UUID) error
	// Shared is told when cooperatives have earned something by an order whose provider pays out; back: when its buyer has
	// some of that back. nil: nobody is.
	Shared func(ctx context.Context, tx *sqlx.Tx, orderID uuid.UUID, back bool) error
	// Unpaid is how much of what each of these cooperatives has of an order is not paid out yet, and stays so until tx ends.
	// It has to be set before anything is disputed.
	Unpaid func(ctx context.Context, tx *sqlx.Tx, orderID uuid.UUID, cooperatives ...uuid.UUID) (map[uuid.UUID]money.Amount, error)

	db       *sqlx.DB
	catalog  *catalog.Service
	delivery *delivery.Service
	payments *payment.Service
	jobs     *job.Client
	texts    *i18n.Bundle
	secret   []byte
	baseURL  string

	tx *sqlx.Tx // see Within
}

// New makes a Service, which payments has to have as its Payee. secret, of 32 bytes at least, makes the
// tokens of links; baseURL is that of links in mails, such as «https://souk.example»; now is its clock.
func New(db *sqlx.DB, catalog *catalog.Service, delivery *delivery.Service, payments *payment.Service, jobs *job.Client, texts *i18n.Bundle, secret []byte, baseURL string, now func() time.Time) *Service {
	return &Service{
		Gate: newGate(db), Now: now,
		db: db, catalog: catalog, delivery: delivery, payments: payments, jobs: jobs, texts: texts, secret: secret, baseURL: baseURL,
	}
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
	return s.Gate.Do(ctx, person, func() error { return postgres.InTx(ctx, s.db, fn) })
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
