package payment

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
)

// CashOnDelivery is the name of the provider that most buyers choose.
const CashOnDelivery = "cash_on_delivery"

// BankTransfer is the name of the provider that buyers transfer money by, from their bank to the association's.
const BankTransfer = "bank_transfer"

// Card is the means of whoever takes cards, whichever provider that is.
const Card = "card"

// Provider is one means of payment. One that is no Advance is paid to whoever brings the goods.
type Provider interface {
	Name() string // of small letters and «_»: as kept with each intent, and as named in the ledger's account
}

// Advance is a provider that takes the money before anything is prepared. Its methods ask it over the
// network, so none is called within a transaction; each may be called again under the same key, and then has
// to do nothing twice. What else a provider can do it says by having the methods of Teller, Refunder, Closer or
// Reconciled; what it cannot, people do by hand.
type Advance interface {
	Provider

	// Within is how long a buyer has to pay, as long as nobody decided otherwise.
	Within() time.Duration

	// Start tells the provider of an attempt, and where the buyer pays it.
	Start(ctx context.Context, a Attempt) (Started, error)
}

// Named is a provider whose buyers call it otherwise than its Name: Card.
type Named interface{ Means() string }

// Teller is a provider that tells of payments, refunds and disputes by sending events.
type Teller interface {
	Advance

	// Verify reads what came to the provider's address, and is ErrForged if it does not come from the provider.
	// header gives what a header of the request says.
	Verify(header func(name string) string, body []byte) (Event, error)

	// Read tells what became of the attempt, the refund or the dispute that an event is about, as it stands now,
	// whatever the event says of it. An Outcome without a name is no news; with ErrUnknown it may name what is not known.
	Read(ctx context.Context, payload []byte) (Outcome, error)
}

// DisputeTeller is a Teller that tells of disputes, too. Of others people say how their disputes stand.
type DisputeTeller interface {
	Teller

	// DisputeURL is where the association answers about the dispute that the provider calls so; empty: nowhere in particular.
	DisputeURL(name string) string
}

// Reserver is a Teller that only reserves a buyer's money until what it tells is answered: then it is taken, or not.
type Reserver interface {
	Teller

	// Answer is what it is answered, word for word, to an event of which that is the verdict; empty: it told of no
	// reservation, and the event is kept.
	Answer(v Verdict) string
}

// Verdict is what becomes of money that a provider has reserved.
type Verdict string

// The verdicts.
const (
	Taken   Verdict = "taken"
	Left    Verdict = "left"    // it is not needed, or not any more
	Refused Verdict = "refused" // it fits nothing that was asked for; or the event could not be kept
)

// Reconciled is a provider that can be asked how an attempt or a refund stands that it has not told of.
type Reconciled interface {
	Advance

	// Attempted tells how an attempt stands; ErrUnknown if the provider knows of none under its key.
	Attempted(ctx context.Context, a Attempt) (Outcome, error)

	// Refunded tells how a refund stands; ErrUnknown likewise.
	Refunded(ctx context.Context, r Refund) (Outcome, error)

	// Moved lists the payments and the refunds that it says changed hands in [from, to), for a comparison by days, and the
	// payouts of which something was taken back then otherwise than by Recall.
	Moved(ctx context.Context, from, to time.Time) ([]Outcome, error)
}

// Refunder is a provider that gives back by itself.
type Refunder interface {
	Advance

	// Refund asks it to give back, and gives its own name of that. An Outcome tells when it has. ErrRefused if it will
	// not, however often it is asked; ErrNotNow if it has not, and may later.
	Refund(ctx context.Context, r Refund) (reference string, err error)
}

// PayerOut is a provider that pays out of what it received to those who have an account with it, and takes back. Asked
// again under the same key, it does nothing twice.
type PayerOut interface {
	Advance

	// Payable is nil if it pays to an account; ErrNotPayable if it does not.
	Payable(ctx context.Context, account string) error

	// PayOut asks it to pay, and gives its own name of that once it has. ErrRefused, by a Refusal, if it will not, however
	// often it is asked.
	PayOut(ctx context.Context, p Payout) (reference string, err error)

	// Recall asks it to take back, likewise.
	Recall(ctx context.Context, t Recall) (reference string, err error)

	// PaidOut gives its name of what it has paid; ErrUnknown if it has not.
	PaidOut(ctx context.Context, p Payout) (reference string, err error)

	// Recalled likewise, of what it has taken back.
	Recalled(ctx context.Context, t Recall) (reference string, err error)
}

// Closer is a provider that can be told that an attempt is not to be paid any more.
type Closer interface {
	Advance

	// Close ends an attempt that is not paid; it is no error if that is over.
	Close(ctx context.Context, a Attempt) error
}

// Collector is a provider whose attempts may be paid in several payments, which are given back together if they do not
// come to what an attempt asks for before it is over.
type Collector interface {
	Advance
	Collects()
}

// What a provider answers with.
var (
	// ErrForged says that an event does not come from the provider, or was changed or sent again too late.
	ErrForged = fault.New(fault.Invalid, "payment.forged")
	// ErrUnknown says that the provider knows of nothing under a key.
	ErrUnknown = fault.New(fault.NotFound, "payment.unknown")
	// ErrDown says that the provider does not answer, or cannot now: another means may be had.
	ErrDown = fault.New(fault.Unavailable, "payment.provider_down")
)

// ErrNotPayable says that a provider pays nothing to an account.
var ErrNotPayable = fault.New(fault.Invalid, "payment.not_payable")

// ErrRefused says that a provider will not do what it is asked for. It is the provider's word, and told to nobody.
var ErrRefused = errors.New("payment: refused by the provider")

// ErrNotNow says that a provider has not done what it was asked for, and may do it later. It is told to nobody, either.
var ErrNotNow = errors.New("payment: not now, says the provider")

// Event is what a provider sent, verified.
type Event struct {
	ID      string // the provider's: the same comes again under it
	Kind    string // the provider's word for what it is about
	Payload []byte // what is kept and later read
	Foreign bool   // of another environment or account: it is kept and counted, and never read
	Seal    []byte // of what was signed, which is no other event's: where that covers values without their names; else nil

	Reserved *Reservation // by a Reserver, which takes it if it is answered so; nil: nothing is
}

// Reservation is money that a provider has reserved for an attempt and not taken.
type Reservation struct {
	Attempt  string // the provider's name of the attempt
	Amount   money.Amount
	Currency string
}

// Form is what a browser posts, field by field; nil: nothing.
type Form map[string]string

// Value is the form as the database has it.
func (f Form) Value() (driver.Value, error) {
	if f == nil {
		return nil, nil
	}
	return json.Marshal(f)
}

// Scan reads what Value wrote.
func (f *Form) Scan(from any) error {
	*f = nil
	if from == nil {
		return nil
	}
	written, ok := from.([]byte)
	if !ok {
		return fmt.Errorf("payment: a form is no %T", from)
	}
	return json.Unmarshal(written, f)
}

// Attempt is one try to have an intent paid.
type Attempt struct {
	ID                uuid.UUID
	Reference         uuid.UUID // what is paid for; attempts for the same belong together
	Key               string    // names it to the provider
	Provider          string
	ProviderReference string `db:"provider_reference"` // empty until the provider knows of it
	URL               string // where the buyer pays; empty until then
	Form              Form   // what her browser posts there; none: she just goes there
	Amount            money.Amount
	State             State
	CreatedAt         time.Time   `db:"created_at"`
	ExpiresAt         *time.Time  `db:"expires_at"`
	Description       Description `db:"-"` // what the buyer reads; only where it is started
}

// Description is what a buyer reads of what she pays.
type Description struct {
	Text   string // in one line
	Locale string // her language
	Email  string // may be empty
	Back   string // the page that she comes back to, whether she has paid or not
	Items  []Item // what the amount is made of; they sum to it
}

// Item is a piece of what is paid.
type Item struct {
	Text   string
	Amount money.Amount // above zero
}

// Started is what a provider says of an attempt that it knows of now.
type Started struct {
	Reference string // its own name of the attempt
	URL       string // where the buyer pays
	Form      Form   // what her browser has to post there
}

// Refund is money that goes back to a buyer.
type Refund struct {
	ID                uuid.UUID
	Key               string // names it to the provider
	Provider          string // by which it was paid
	Means             string // by which somebody gives it back by hand; empty: as it was paid
	AttemptReference  string `db:"attempt_reference"`  // the provider's name of what was paid
	ProviderReference string `db:"provider_reference"` // empty until the provider knows of it
	Amount            money.Amount
	Reason            string
	State             State
	CreatedAt         time.Time `db:"created_at"`
}

// Payout is money that a provider pays out of what it received in an attempt.
type Payout struct {
	ID                uuid.UUID
	Reference         uuid.UUID // what was paid for
	Provider          string
	AttemptReference  string `db:"attempt_reference"` // the provider's name of what was paid
	Account           string // with the provider
	ProviderReference string `db:"provider_reference"` // empty until it is paid
	Amount            money.Amount
	State             State // Pending, Succeeded or Failed
}

// Key names it to the provider.
func (p Payout) Key() string { return "payout:" + p.ID.String() }

// Recall is money that a provider takes back of a payout.
type Recall struct {
	ID     uuid.UUID
	Payout Payout
	Tries  int          // how often it was asked for, 1 being the first
	Before money.Amount // of the payout, that was asked for before
	Amount money.Amount
	State  State // as of a payout
}

// Key names it to the provider; when it is asked for again after a refusal, by another name.
func (t Recall) Key() string { return fmt.Sprintf("recall:%s:%d", t.ID, t.Tries) }

// Outcome is what became of an attempt, of a refund, of a payout or of a dispute.
type Outcome struct {
	Attempt string       // the provider's name of an attempt; or
	Refund  string       // of a refund; or
	Payout  string       // of a payout, of which something was taken back otherwise than by Recall
	Key     string       // under which the provider was asked for it, where it says so: it is found by that too
	State   State        // Succeeded, Failed or, of an attempt, Expired; another is no news
	Amount  money.Amount // of a success: all that was received by now, what was given back, or all that was taken back so by now; above zero
	Fee     money.Amount // of a payment: all that the provider kept of it for its service by now; zero: none, or not known. Of a refund: what it has kept more because of it; below zero: given back

	Currency string // of a success: money.Currency; another one pays nothing, and of a refund is malformed

	Dispute *Dispute // of the attempt's payment, of which the rest tells; nil: there is no news of one
}

// Dispute is a buyer's word to her bank that a payment was not right, which takes the money away until it is
// decided.
type Dispute struct {
	Reference string       // the provider's name of it
	State     DisputeState // as it stands
	Amount    money.Amount // that is disputed
	Fee       money.Amount // that the provider has kept for it by now
	DueBy     *time.Time   // until when the bank is to be answered; nil: nobody says
}

// DisputeState is how a dispute stands.
type DisputeState string

// The states of a dispute.
const (
	DisputeAsked DisputeState = "asked" // the bank asks, and has taken nothing
	DisputeOpen  DisputeState = "open"  // it has taken the money until it decides
	DisputeWon   DisputeState = "won"   // the money comes back, or was never taken
	DisputeLost  DisputeState = "lost"  // the buyer has it from her bank
)

// Cash is paid to whoever brings the goods; the intent is settled when it has been received.
type Cash struct{}

// Name is CashOnDelivery.
func (Cash) Name() string { return CashOnDelivery }
