package stripe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"time"

	stripego "github.com/stripe/stripe-go/v76"

	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
)

// A payout is a Transfer to a connected account out of the charge that was paid (source_transaction), in the transfer group
// of what was paid for, and what is recalled of it a TransferReversal. Stripe answers both with what it has done: nothing
// is told later.

// Payable asks Stripe whether it transfers to an account, and lets that have the money.
func (p *Provider) Payable(ctx context.Context, account string) error {
	params := &stripego.AccountParams{}
	asks(ctx, &params.Params, "")
	a, err := p.client.Accounts.GetByID(account, params)
	if said := new(stripego.Error); errors.As(err, &said) &&
		(said.HTTPStatusCode == http.StatusNotFound || said.HTTPStatusCode == http.StatusForbidden || said.HTTPStatusCode == http.StatusBadRequest) {
		return payment.ErrNotPayable.Wrap(failure("account", err)) // it is not connected with ours
	}
	if err != nil {
		return failure("account", err)
	}
	if !a.PayoutsEnabled || a.Capabilities == nil || a.Capabilities.Transfers != stripego.AccountCapabilityStatusActive {
		return payment.ErrNotPayable
	}
	return nil
}

// PayOut transfers. Stripe forgets idempotency keys after a day, so that it is asked first whether it has done it.
func (p *Provider) PayOut(ctx context.Context, out payment.Payout) (reference string, err error) {
	if reference, err = p.PaidOut(ctx, out); !errors.Is(err, payment.ErrUnknown) {
		return reference, err
	}
	session, err := p.session(ctx, out.AttemptReference)
	if err != nil {
		return "", failure(out.Key(), err)
	}
	if session.PaymentIntent == nil || session.PaymentIntent.LatestCharge == nil {
		return "", fmt.Errorf("stripe: %s: nothing was paid in %s", out.Key(), session.ID)
	}
	charge := session.PaymentIntent.LatestCharge
	amount, in := settled(out.Amount, charge.BalanceTransaction)
	params := &stripego.TransferParams{
		Amount: &amount, Currency: stripego.String(string(in)), Destination: &out.Account, SourceTransaction: &charge.ID,
		TransferGroup: stripego.String(out.Reference.String()), Metadata: named(out.Key(), out.Reference.String()),
	}
	asks(ctx, &params.Params, out.Key())
	transfer, err := p.client.Transfers.New(params)
	if err != nil {
		return "", refusal(out.Key(), err, forGood(err))
	}
	return transfer.ID, nil
}

// PaidOut finds the transfer of a payout.
func (p *Provider) PaidOut(ctx context.Context, out payment.Payout) (reference string, err error) {
	transfer, err := p.transferOf(ctx, out)
	if err != nil {
		return "", err
	}
	return transfer.ID, nil
}

func (p *Provider) transferOf(ctx context.Context, out payment.Payout) (*stripego.Transfer, error) {
	params := &stripego.TransferListParams{TransferGroup: stripego.String(out.Reference.String())}
	lists(ctx, &params.ListParams)
	list := p.client.Transfers.List(params)
	for list.Next() {
		if transfer := list.Transfer(); transfer.Metadata[metaKey] == out.Key() {
			return transfer, nil
		}
	}
	if err := list.Err(); err != nil {
		return nil, failure("find "+out.Key(), err)
	}
	return nil, payment.ErrUnknown.Wrap(fmt.Errorf("stripe: there is no transfer %s", out.Key()))
}

// Recall reverses as much of a transfer. An account in which there is not enough may have spent it: the market asks no
// more by itself.
func (p *Provider) Recall(ctx context.Context, r payment.Recall) (reference string, err error) {
	if reference, err = p.Recalled(ctx, r); !errors.Is(err, payment.ErrUnknown) {
		return reference, err
	}
	transfer, err := p.transferOf(ctx, r.Payout)
	if err != nil {
		return "", err
	}
	// Of the whole in its own currency, so that parts come to it.
	upto := func(amount money.Amount) int64 {
		return int64(math.Floor(float64(transfer.Amount) * float64(amount) / float64(r.Payout.Amount)))
	}
	amount := upto(r.Before+r.Amount) - upto(r.Before)
	params := &stripego.TransferReversalParams{ID: &transfer.ID, Amount: &amount, Metadata: named(r.Key(), "")}
	asks(ctx, &params.Params, r.Key())
	reversal, err := p.client.TransferReversals.New(params)
	if err != nil {
		said := new(stripego.Error)
		return "", refusal(r.Key(), err, forGood(err) || errors.As(err, &said) && said.Code == stripego.ErrorCodeBalanceInsufficient)
	}
	return reversal.ID, nil
}

// Recalled finds the reversal of a recall.
func (p *Provider) Recalled(ctx context.Context, r payment.Recall) (reference string, err error) {
	transfer, err := p.transferOf(ctx, r.Payout)
	if err != nil {
		return "", err
	}
	params := &stripego.TransferReversalListParams{ID: &transfer.ID}
	lists(ctx, &params.ListParams)
	list := p.client.TransferReversals.List(params)
	for list.Next() {
		if reversal := list.TransferReversal(); reversal.Metadata[metaKey] == r.Key() {
			return reversal.ID, nil
		}
	}
	if err := list.Err(); err != nil {
		return "", failure("find "+r.Key(), err)
	}
	return "", payment.ErrUnknown.Wrap(fmt.Errorf("stripe: there is no reversal %s", r.Key()))
}

// takenBack tells how much of a transfer was reversed otherwise than by Recall, in Stripe's own pages: no news, if nothing.
func (p *Provider) takenBack(ctx context.Context, id string) (payment.Outcome, error) {
	params := &stripego.TransferParams{}
	params.AddExpand("source_transaction.balance_transaction")
	asks(ctx, &params.Params, "")
	transfer, err := p.client.Transfers.Get(id, params)
	if err != nil {
		return payment.Outcome{}, failure("read "+id, err)
	}
	if transfer.Metadata[metaKey] == "" { // nor did the market ask for the transfer
		return payment.Outcome{}, nil
	}
	byHand := int64(0)
	reversed := &stripego.TransferReversalListParams{ID: &id}
	lists(ctx, &reversed.ListParams)
	list := p.client.TransferReversals.List(reversed)
	for list.Next() {
		if reversal := list.TransferReversal(); reversal.Metadata[metaKey] == "" {
			byHand += reversal.Amount
		}
	}
	if err := list.Err(); err != nil {
		return payment.Outcome{}, failure("find what was reversed of "+id, err)
	}
	amount := money.Amount(byHand)
	if transfer.Currency != stripego.CurrencyMAD {
		if transfer.SourceTransaction == nil || transfer.SourceTransaction.BalanceTransaction == nil || transfer.SourceTransaction.BalanceTransaction.ExchangeRate <= 0 {
			return payment.Outcome{}, fmt.Errorf("stripe: what %d %s of %s are in dirhams is not said", byHand, transfer.Currency, id)
		}
		amount = money.Amount(math.Round(float64(byHand) / transfer.SourceTransaction.BalanceTransaction.ExchangeRate))
	}
	if amount == 0 {
		return payment.Outcome{}, nil
	}
	return payment.Outcome{Payout: id, Key: transfer.Metadata[metaKey], State: payment.Succeeded, Amount: amount, Currency: money.Currency}, nil
}

// takenBackIn lists the transfers of which something was reversed so in that time.
func (p *Provider) takenBackIn(ctx context.Context, from, to time.Time) (list []payment.Outcome, err error) {
	params := &stripego.BalanceTransactionListParams{
		CreatedRange: &stripego.RangeQueryParams{GreaterThanOrEqual: from.Unix(), LesserThan: to.Unix()},
		Type:         stripego.String(string(stripego.BalanceTransactionTypeTransferRefund)),
	}
	params.AddExpand("data.source")
	lists(ctx, &params.ListParams)
	moved := p.client.BalanceTransactions.List(params)
	seen := map[string]bool{}
	for moved.Next() {
		source := moved.BalanceTransaction().Source
		if source == nil || source.TransferReversal == nil || source.TransferReversal.Transfer == nil || source.TransferReversal.Metadata[metaKey] != "" {
			continue
		}
		id := source.TransferReversal.Transfer.ID
		if seen[id] {
			continue
		}
		seen[id] = true
		o, err := p.takenBack(ctx, id)
		if err != nil {
			return nil, err
		}
		if o.Payout != "" {
			list = append(list, o)
		}
	}
	if err := moved.Err(); err != nil {
		return nil, failure("list what was reversed", err)
	}
	return list, nil
}

// settled is what dirhams of a charge are in the currency that Stripe keeps it in, in which it has to be transferred.
func settled(amount money.Amount, movement *stripego.BalanceTransaction) (int64, stripego.Currency) {
	if movement == nil || movement.Currency == stripego.CurrencyMAD || movement.ExchangeRate <= 0 {
		return int64(amount), stripego.CurrencyMAD
	}
	return int64(math.Floor(float64(amount) * movement.ExchangeRate)), movement.Currency
}

// refusal is a payment.Refusal, if it is one for good, with Stripe's code for why.
func refusal(what string, err error, good bool) error {
	told := failure(what, err)
	if said := new(stripego.Error); good && errors.As(err, &said) {
		return &payment.Refusal{Reason: cmp.Or(string(said.Code), string(said.Type)), Err: told}
	}
	return told
}
