package testcard

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/payment"
)

// SignatureHeader is where an event's signature stands, in hexadecimal digits.
const SignatureHeader = "Test-Card-Signature"

// event is what the provider tells: that something of that name has changed. How it stands has to be asked for.
type event struct {
	ID   string `json:"id"`
	Kind string `json:"kind"`
	Name string `json:"name"`
}

// The kinds of events.
const (
	kindPayment = "payment"
	kindRefund  = "refund"
)

func sign(key, body []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write(body)
	return mac.Sum(nil)
}

// Verify holds the signature against the body, byte by byte.
func (p *Provider) Verify(header func(name string) string, body []byte) (payment.Event, error) {
	signature, err := hex.DecodeString(header(SignatureHeader))
	if err != nil || !hmac.Equal(signature, sign(p.key, body)) {
		return payment.Event{}, payment.ErrForged.Wrap(err)
	}
	var e event
	if err := json.Unmarshal(body, &e); err != nil {
		return payment.Event{}, payment.ErrForged.Wrap(err)
	}
	return payment.Event{ID: e.ID, Kind: e.Kind, Payload: body}, nil
}

// Read tells how what an event names stands now. What it has never heard of is no news.
func (p *Provider) Read(ctx context.Context, payload []byte) (payment.Outcome, error) {
	var e event
	if err := json.Unmarshal(payload, &e); err != nil {
		return payment.Outcome{}, fmt.Errorf("testcard: event: %w", err)
	}
	switch e.Kind {
	case kindRefund:
		return p.refundWhere(ctx, `reference = $1`, e.Name)
	case kindPayment:
		found, err := p.Payment(ctx, e.Name)
		return found.outcome(), err
	}
	return payment.Outcome{}, nil
}

// TellArgs is the job that tells the market of a payment or a refund.
type TellArgs struct {
	Name string `json:"name"` // the provider's
}

// Kind names the job.
func (TellArgs) Kind() string { return "test_card_tell" }

// InsertOpts put it where money is not kept waiting.
func (TellArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: job.Money} }

// tellTx has the market told at that time; zero: at once.
func (p *Provider) tellTx(ctx context.Context, tx *sqlx.Tx, name string, at time.Time) error {
	return p.jobs.InsertTx(ctx, tx, TellArgs{Name: name}, &river.InsertOpts{ScheduledAt: at})
}

// TellWorker works TellArgs.
type TellWorker struct {
	river.WorkerDefaults[TellArgs]
	Card     *Provider // nil where there is none
	Payments *payment.Service
}

// Work makes the event and hands it over as if it had come from elsewhere. What was to be paid later is paid now.
func (w *TellWorker) Work(ctx context.Context, j *river.Job[TellArgs]) error {
	if w.Card == nil {
		return river.JobCancel(errors.New("testcard: this market takes none"))
	}
	body, signature, err := w.Card.tell(ctx, j.Args.Name)
	if err != nil {
		return err
	}
	_, err = w.Payments.Hear(ctx, Name, func(string) string { return signature }, body)
	return err
}

// tell makes the event of a payment or a refund, with its signature. Made again it is the same one.
func (p *Provider) tell(ctx context.Context, name string) (body []byte, signature string, err error) {
	e := event{ID: name, Kind: kindRefund, Name: name}
	if !strings.HasPrefix(name, refundPrefix) {
		e.Kind = kindPayment
		_, err = p.db.ExecContext(ctx, `
			update test_card_payments set state = $2, decided_at = $3 where reference = $1 and state = $4`, name, Paid, p.now(), Later)
		if err != nil {
			return nil, "", fmt.Errorf("testcard: %s is paid: %w", name, err)
		}
	}
	if body, err = json.Marshal(e); err != nil {
		return nil, "", err
	}
	return body, hex.EncodeToString(sign(p.key, body)), nil
}
