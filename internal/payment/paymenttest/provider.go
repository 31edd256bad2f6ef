// Package paymenttest has a means of payment that exists in tests only. Start at Provider.
package paymenttest

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
)

// Name is what the provider is called.
const Name = "test_advance"

// Provider takes the money before, and says of it what the test has it say.
type Provider struct {
	As     string                                            // what buyers call it; empty: Name
	Giving func(give func() (string, error)) (string, error) // what happens when it is asked to give back; nil: it gives

	mu       sync.Mutex
	outcomes map[string]payment.Outcome
	attempts map[string]bool
	refunds  map[string]money.Amount
	refuses  error
	moved    []movement
	accounts map[string]Account
	paid     map[string]bool // out or back, by key
}

// movement is what changed hands at a time.
type movement struct {
	at time.Time
	payment.Outcome
}

// New makes a provider that nobody has paid anything.
func New() *Provider {
	return &Provider{outcomes: map[string]payment.Outcome{}, attempts: map[string]bool{}, refunds: map[string]money.Amount{}, accounts: map[string]Account{}, paid: map[string]bool{}}
}

// Name is Name.
func (p *Provider) Name() string { return Name }

// Means is As.
func (p *Provider) Means() string { return cmp.Or(p.As, Name) }

// DisputeURL is nowhere.
func (p *Provider) DisputeURL(string) string { return "" }

// Within is half an hour.
func (p *Provider) Within() time.Duration { return 30 * time.Minute }

// Refuse has every request fail with err, until it is nil.
func (p *Provider) Refuse(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuses = err
}

// Start knows an attempt by its key.
func (p *Provider) Start(_ context.Context, a payment.Attempt) (payment.Started, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refuses != nil {
		return payment.Started{}, p.refuses
	}
	p.attempts[a.Key] = true
	return payment.Started{Reference: "try-" + a.Key, URL: "https://card.example/" + a.Key}, nil
}

// Verify takes what is named in the header «Event» as its event's id, and believes everything but what says «Forged». What
// is «Foreign», or what is «Reserved», of which «Amount» and «Currency», the headers say as well.
func (p *Provider) Verify(header func(name string) string, body []byte) (payment.Event, error) {
	if header("Forged") != "" {
		return payment.Event{}, payment.ErrForged
	}
	e := payment.Event{ID: header("Event"), Kind: cmp.Or(header("Kind"), "test"), Payload: body, Foreign: header("Foreign") != ""}
	if name := header("Reserved"); name != "" {
		amount, err := money.Parse(header("Amount"))
		if err != nil {
			return e, err
		}
		e.Reserved = &payment.Reservation{Attempt: name, Amount: amount, Currency: header("Currency")}
	}
	return e, nil
}

// Answer is the verdict itself.
func (p *Provider) Answer(v payment.Verdict) string { return string(v) }

// Refund gives back once under one key.
func (p *Provider) Refund(_ context.Context, r payment.Refund) (string, error) {
	if p.Giving != nil {
		return p.Giving(func() (string, error) { return p.give(r) })
	}
	return p.give(r)
}

func (p *Provider) give(r payment.Refund) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refuses != nil {
		return "", p.refuses
	}
	p.refunds[r.Key] = r.Amount
	return "back-" + r.Key, nil
}

// Read tells what Say said last of the name that the payload is.
func (p *Provider) Read(_ context.Context, payload []byte) (payment.Outcome, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	o, known := p.outcomes[string(payload)]
	if !known {
		return o, fmt.Errorf("paymenttest: nothing is known of %q", payload)
	}
	return o, p.refuses
}

// Say decides what became of the attempt, the refund or the dispute of that name, in dirhams unless it says otherwise, and
// gives an event that is about it.
func (p *Provider) Say(o payment.Outcome) (event []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	name := o.Attempt + o.Refund + o.Payout
	if o.Dispute != nil {
		name = o.Dispute.Reference
	}
	o.Currency = cmp.Or(o.Currency, money.Currency)
	p.outcomes[name] = o
	return []byte(name)
}

// Asked counts the attempts that it knows of, and sums what it was asked to give back.
func (p *Provider) Asked() (attempts int, back money.Amount) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, amount := range p.refunds {
		back += amount
	}
	return len(p.attempts), back
}

// Attempted tells what Say said last of an attempt; ErrUnknown if it was not started.
func (p *Provider) Attempted(_ context.Context, a payment.Attempt) (payment.Outcome, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refuses == nil && !p.attempts[a.Key] {
		return payment.Outcome{}, payment.ErrUnknown
	}
	o := p.outcomes["try-"+a.Key]
	o.Attempt, o.Key = "try-"+a.Key, a.Key
	return o, p.refuses
}

// Refunded tells what Say said last of a refund; ErrUnknown if it was not asked for.
func (p *Provider) Refunded(_ context.Context, r payment.Refund) (payment.Outcome, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, asked := p.refunds[r.Key]; p.refuses == nil && !asked {
		return payment.Outcome{}, payment.ErrUnknown
	}
	o := p.outcomes["back-"+r.Key]
	o.Refund, o.Key = "back-"+r.Key, r.Key
	return o, p.refuses
}

// Move decides what more it lists of a time, in dirhams.
func (p *Provider) Move(at time.Time, all ...payment.Outcome) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, o := range all {
		o.State, o.Currency = payment.Succeeded, money.Currency
		p.moved = append(p.moved, movement{at, o})
	}
}

// Moved lists what Move said of [from, to).
func (p *Provider) Moved(_ context.Context, from, to time.Time) (list []payment.Outcome, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.moved {
		if !m.at.Before(from) && m.at.Before(to) {
			list = append(list, m.Outcome)
		}
	}
	return list, p.refuses
}
