package settlement

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
)

// Service reads and settles what is owed; make one with New.
type Service struct {
	Sample   bool             // what is recorded is invented, and nobody is told of it
	Payments *payment.Service // has providers pay out; nil: none does
	// OwedAgain is told that a cooperative is owed again what it was paid, or was to be paid, of an order; nil: nobody.
	OwedAgain func(ctx context.Context, tx *sqlx.Tx, orderID, cooperativeID uuid.UUID, at time.Time) error
	// Disputed locks the orders of a cooperative whose payment is disputed, before the cooperative is; nil: there are none.
	Disputed func(ctx context.Context, tx *sqlx.Tx, cooperativeID uuid.UUID) ([]uuid.UUID, error)

	db      *sqlx.DB
	jobs    *job.Client
	texts   *i18n.Bundle
	baseURL string
	now     func() time.Time
}

// New makes a Service. baseURL is that of links in mails, such as «https://souk.example»; now is its clock.
func New(db *sqlx.DB, jobs *job.Client, texts *i18n.Bundle, baseURL string, now func() time.Time) *Service {
	return &Service{db: db, jobs: jobs, texts: texts, baseURL: baseURL, now: now}
}

// Owed is where the association and one cooperative stand: Due = Sales − Commission − PaidOut − Netted. What the cooperative
// owes stands beside it, and is set off with its next payout (see Transferable).
type Owed struct {
	CooperativeID uuid.UUID    `db:"id"`
	Slug          string       `db:"slug"`
	Name          i18n.Text    `db:"name"`
	CommuneName   i18n.Text    `db:"commune_name"`
	WomenOnly     bool         `db:"women_only"`
	RIB           string       `db:"rib"`        // empty while the cooperative has not given it
	Sales         money.Amount `db:"sales"`      // earned: buyers have paid, have the goods and cannot send them back any more
	Commission    money.Amount `db:"commission"` // the association's, of those sales
	PaidOut       money.Amount `db:"paid_out"`
	Netted        money.Amount `db:"netted"` // set off against what the cooperative owed; less what it came to owe of sales that buyers had back
	Due           money.Amount `db:"due"`
	Owes          money.Amount `db:"owes"`        // by the cooperative, such as cash that it took from buyers and kept
	Held          money.Amount `db:"held"`        // paid by buyers who do not have the goods yet or may send them back, commission included
	Pending       money.Amount `db:"pending"`     // ordered, confirmed and not yet paid, commission included
	Unconfirmed   money.Amount `db:"unconfirmed"` // ordered and not in Pending yet, since it waits to be confirmed or paid; of one cooperative
}

// Transferable is how much can be paid out: what is due less what the next payout sets off against what the cooperative
// owes.
func (o Owed) Transferable() money.Amount { return o.Due - o.SetOff() }

// SetOff is how much the next payout sets off.
func (o Owed) SetOff() money.Amount { return min(o.Due, o.Owes) }
