package paymenttest

import (
	"context"

	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
)

// Account is one with the provider.
type Account struct {
	Closed  bool         // nothing is paid to it any more
	Balance money.Amount // what it has of what was paid to it
}

// Account changes an account, which is there from then on, and gives it.
func (p *Provider) Account(name string, change func(*Account)) Account {
	p.mu.Lock()
	defer p.mu.Unlock()
	a := p.accounts[name]
	change(&a)
	p.accounts[name] = a
	return a
}

// Payable is nil for an account that is open.
func (p *Provider) Payable(_ context.Context, account string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if a, known := p.accounts[account]; p.refuses == nil && (!known || a.Closed) {
		return payment.ErrNotPayable
	}
	return p.refuses
}

// PayOut pays once under one key; a closed account is refused.
func (p *Provider) PayOut(_ context.Context, out payment.Payout) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a := p.accounts[out.Account]
	switch {
	case p.refuses != nil:
		return "", p.refuses
	case p.paid[out.Key()]:
	case a.Closed:
		return "", &payment.Refusal{Reason: "account_closed"}
	default:
		a.Balance += out.Amount
		p.accounts[out.Account], p.paid[out.Key()] = a, true
	}
	return "out-" + out.Key(), nil
}

// Recall takes back once under one key what an account has; no more is refused.
func (p *Provider) Recall(_ context.Context, r payment.Recall) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a := p.accounts[r.Payout.Account]
	switch {
	case p.refuses != nil:
		return "", p.refuses
	case p.paid[r.Key()]:
	case a.Balance < r.Amount:
		return "", &payment.Refusal{Reason: "balance_insufficient"}
	default:
		a.Balance -= r.Amount
		p.accounts[r.Payout.Account], p.paid[r.Key()] = a, true
	}
	return "back-" + r.Key(), nil
}

// PaidOut finds what was paid.
func (p *Provider) PaidOut(_ context.Context, out payment.Payout) (string, error) {
	return p.done("out-", out.Key())
}

// Recalled finds what was taken back.
func (p *Provider) Recalled(_ context.Context, r payment.Recall) (string, error) {
	return p.done("back-", r.Key())
}

func (p *Provider) done(prefix, key string) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refuses == nil && !p.paid[key] {
		return "", payment.ErrUnknown
	}
	return prefix + key, p.refuses
}
