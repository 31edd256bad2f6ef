package payment

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/money"
)

// CashOnDelivery is the name of the provider that most buyers choose.
const CashOnDelivery = "cash_on_delivery"

// Provider is one means of payment. One that is no Advance is paid to whoever brings the goods.
type Provider interface {
	Name() string // of small letters and «_»: as kept with each intent, and as named in the ledger's account
}

// Advance is a provider that takes the money before anything is prepared. Its methods ask it over the
// network, so none is called within a transaction; each may be called again under the same key, and then has
// to do nothing twice.
type Advance interface {
	Provider

	// Within is how long a buyer has to pay.
	Within() time.Duration

	// Start tells the provider of an attempt, and where the buyer pays it.
	Start(ctx context.Context, a Attempt) (Started, error)

	// Refund asks it to give back, and gives its own name of that. An Outcome tells when it has.
	Refund(ctx context.Context, r Refund) (reference string, err error)

	// Read tells what became of the attempt or the refund that an event is about, as it stands now, whatever
	// the event says of it.
	Read(ctx context.Context, payload []byte) (Outcome, error)
}

// Attempt is one try to have an intent paid.
type Attempt struct {
	ID                uuid.UUID
	Key               string // names it to the provider
	Provider          string
	ProviderReference string `db:"provider_reference"` // empty until the provider knows of it
	URL               string // where the buyer pays; empty until then
	Amount            money.Amount
	State             State
	ExpiresAt         *time.Time `db:"expires_at"`
}

// Started is what a provider says of an attempt that it knows of now.
type Started struct {
	Reference string // its own name of the attempt
	URL       string // where the buyer pays
}

// Refund is money that goes back to a buyer.
type Refund struct {
	ID                uuid.UUID
	Key               string // names it to the provider
	Provider          string
	AttemptReference  string `db:"attempt_reference"`  // the provider's name of what was paid
	ProviderReference string `db:"provider_reference"` // empty until the provider knows of it
	Amount            money.Amount
	Reason            string
	State             State
}

// Outcome is what became of an attempt or of a refund.
type Outcome struct {
	Attempt string       // the provider's name of an attempt; or
	Refund  string       // of a refund
	State   State        // Succeeded, Failed or, of an attempt, Expired; another is no news
	Amount  money.Amount // of a success: all that was received by now, or what was given back; above zero

	Currency string // of a success: money.Currency, or the outcome is malformed
}

// Cash is paid to whoever brings the goods; the intent is settled when it has been received.
type Cash struct{}

// Name is CashOnDelivery.
func (Cash) Name() string { return CashOnDelivery }
