package stripe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	stripego "github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
)

// event is what is read of an event: which it is, from where, and what it is about.
type event struct {
	ID       string
	Type     string
	Livemode bool
	Account  string // of somebody else, in whose name we could act; empty: our own
	Data     struct {
		Object struct{ ID, Object string }
	}
}

// Verify checks Stripe's signature over the body, which holds for five minutes; Stripe signs anew whenever it sends
// again. An event of the other mode than our key's, or of another account, is foreign.
func (p *Provider) Verify(header func(name string) string, body []byte) (payment.Event, error) {
	if p.secret == "" { // which anybody could sign with
		return payment.Event{}, payment.ErrForged
	}
	if err := webhook.ValidatePayload(body, header("Stripe-Signature"), p.secret); err != nil {
		return payment.Event{}, payment.ErrForged.Wrap(fmt.Errorf("stripe: %w", err))
	}
	var e event
	if err := json.Unmarshal(body, &e); err != nil {
		return payment.Event{}, payment.ErrForged.Wrap(fmt.Errorf("stripe: a signed body is no event: %w", err))
	}
	return payment.Event{ID: e.ID, Kind: e.Type, Payload: body, Foreign: e.Livemode != p.live || e.Account != ""}, nil
}

// Read asks Stripe how the session, the refund, the transfer or the dispute of an event stands. What this market did not ask Stripe for
// is no news.
func (p *Provider) Read(ctx context.Context, payload []byte) (payment.Outcome, error) {
	var e event
	if err := json.Unmarshal(payload, &e); err != nil {
		return payment.Outcome{}, fmt.Errorf("stripe: event: %w", err)
	}
	id := e.Data.Object.ID
	switch e.Data.Object.Object {
	case "checkout.session":
		session, err := p.session(ctx, id)
		if err != nil {
			return payment.Outcome{Attempt: id}, failure("read "+id, err)
		}
		return ofSession(session), nil
	case "refund":
		refund, err := p.refund(ctx, id)
		if err != nil {
			return payment.Outcome{Refund: id}, failure("read "+id, err)
		}
		return ofRefund(refund), nil
	case "dispute":
		return p.dispute(ctx, id)
	case "transfer":
		return p.takenBack(ctx, id)
	}
	return payment.Outcome{}, nil
}

// Attempted tells how a session stands; one whose name was never told is looked for by its key.
func (p *Provider) Attempted(ctx context.Context, a payment.Attempt) (payment.Outcome, error) {
	if a.ProviderReference != "" {
		session, err := p.session(ctx, a.ProviderReference)
		if err != nil {
			return payment.Outcome{}, failure("read "+a.ProviderReference, err)
		}
		return ofSession(session), nil
	}
	session, err := p.sessionOf(ctx, a)
	if err != nil {
		return payment.Outcome{}, err
	}
	return ofSession(session), nil
}

// sessionOf finds the session of an attempt by its key; payment.ErrUnknown if there is none.
func (p *Provider) sessionOf(ctx context.Context, a payment.Attempt) (*stripego.CheckoutSession, error) {
	begun := &stripego.RangeQueryParams{GreaterThanOrEqual: a.CreatedAt.Add(-slack).Unix()}
	if a.ExpiresAt != nil {
		begun.LesserThanOrEqual = a.ExpiresAt.Add(slack).Unix()
	}
	params := &stripego.CheckoutSessionListParams{CreatedRange: begun}
	params.AddExpand("data." + paidIn)
	lists(ctx, &params.ListParams)
	list := p.client.CheckoutSessions.List(params)
	for list.Next() {
		if session := list.CheckoutSession(); session.ClientReferenceID == a.Key {
			return session, nil
		}
	}
	if err := list.Err(); err != nil {
		return nil, failure("find "+a.Key, err)
	}
	return nil, payment.ErrUnknown.Wrap(fmt.Errorf("stripe: there is no session %s", a.Key))
}

// Refunded tells how a refund stands; one whose name was never told is looked for by its key.
func (p *Provider) Refunded(ctx context.Context, r payment.Refund) (payment.Outcome, error) {
	if r.ProviderReference != "" {
		refund, err := p.refund(ctx, r.ProviderReference)
		if err != nil {
			return payment.Outcome{}, failure("read "+r.ProviderReference, err)
		}
		return ofRefund(refund), nil
	}
	session, err := p.session(ctx, r.AttemptReference)
	if err != nil {
		err = failure("read "+r.AttemptReference, err)
		if errors.Is(err, payment.ErrUnknown) { // another account is asked than was paid, which knows nothing of its refunds
			err = fmt.Errorf("stripe: what %s is of is not known: %s", r.Key, err)
		}
		return payment.Outcome{}, err
	}
	if session.PaymentIntent == nil {
		return payment.Outcome{}, payment.ErrUnknown.Wrap(fmt.Errorf("stripe: nothing was paid in %s", session.ID))
	}
	refund, err := p.refundOf(ctx, session.PaymentIntent.ID, r.Key)
	if err != nil {
		return payment.Outcome{}, err
	}
	refund.PaymentIntent = session.PaymentIntent
	return ofRefund(refund), nil
}

// Moved lists what was charged and given back in that time, of what this market asked for. What was charged stands with
// its session, which may have been opened a day before.
func (p *Provider) Moved(ctx context.Context, from, to time.Time) ([]payment.Outcome, error) {
	var moved []payment.Outcome
	opened := &stripego.CheckoutSessionListParams{
		CreatedRange: &stripego.RangeQueryParams{GreaterThanOrEqual: from.Add(-mostOpen).Unix(), LesserThan: to.Unix()},
		Status:       stripego.String(string(stripego.CheckoutSessionStatusComplete)),
	}
	opened.AddExpand("data." + paidIn)
	lists(ctx, &opened.ListParams)
	sessions := p.client.CheckoutSessions.List(opened)
	for sessions.Next() {
		s := sessions.CheckoutSession()
		o := ofSession(s)
		if o.State == payment.Succeeded && s.PaymentIntent.LatestCharge != nil && between(s.PaymentIntent.LatestCharge.Created, from, to) {
			moved = append(moved, o)
		}
	}
	if err := sessions.Err(); err != nil {
		return nil, failure("list sessions", err)
	}
	given := &stripego.RefundListParams{
		CreatedRange: &stripego.RangeQueryParams{GreaterThanOrEqual: from.Unix(), LesserThan: to.Unix()},
	}
	given.AddExpand("data.payment_intent")
	given.AddExpand("data." + refundMoved)
	given.AddExpand("data." + refundFailed)
	lists(ctx, &given.ListParams)
	refunds := p.client.Refunds.List(given)
	for refunds.Next() {
		if o := ofRefund(refunds.Refund()); o.State == payment.Succeeded {
			moved = append(moved, o)
		}
	}
	if err := refunds.Err(); err != nil {
		return nil, failure("list refunds", err)
	}
	back, err := p.takenBackIn(ctx, from, to)
	return append(moved, back...), err
}

// between reports whether a moment of Stripe's lies in [from, to).
func between(moment int64, from, to time.Time) bool {
	at := time.Unix(moment, 0)
	return !at.Before(from) && at.Before(to)
}

// ofSession is the outcome of a session that has its payment with it.
func ofSession(s *stripego.CheckoutSession) payment.Outcome {
	if s.Metadata[metaKey] == "" {
		return payment.Outcome{}
	}
	o := payment.Outcome{Attempt: s.ID, Key: s.Metadata[metaKey], State: payment.Waiting}
	paid := s.PaymentIntent
	switch {
	case s.PaymentStatus == stripego.CheckoutSessionPaymentStatusPaid && paid != nil:
		o.State, o.Amount, o.Currency = payment.Succeeded, money.Amount(paid.AmountReceived), currency(paid.Currency)
		if paid.LatestCharge != nil {
			o.Fee = fees(paid.LatestCharge.BalanceTransaction)
		}
	case s.Status == stripego.CheckoutSessionStatusExpired:
		o.State = payment.Expired
	case s.Status == stripego.CheckoutSessionStatusComplete && paid != nil && (paid.Status == stripego.PaymentIntentStatusCanceled ||
		paid.Status == stripego.PaymentIntentStatusRequiresPaymentMethod): // a bank said no after the page was closed
		o.State = payment.Failed
	}
	return o
}

// Where a refund tells what it moved, and what came back when it failed, each with the fee for it.
const (
	refundMoved  = "balance_transaction"
	refundFailed = "failure_balance_transaction"
)

// refund reads a refund as it stands, with whose money it gives back.
func (p *Provider) refund(ctx context.Context, id string) (*stripego.Refund, error) {
	params := &stripego.RefundParams{}
	params.AddExpand("payment_intent")
	params.AddExpand(refundMoved)
	params.AddExpand(refundFailed)
	asks(ctx, &params.Params, "")
	return p.client.Refunds.Get(id, params)
}

// ofRefund is the outcome of a refund that has its payment with it. One without a key was made by hand at Stripe.
func ofRefund(r *stripego.Refund) payment.Outcome {
	if r.PaymentIntent == nil || r.PaymentIntent.Metadata[metaKey] == "" {
		return payment.Outcome{}
	}
	o := payment.Outcome{Refund: r.ID, Key: r.Metadata[metaKey], State: payment.Waiting, Fee: fees(r.BalanceTransaction, r.FailureBalanceTransaction)}
	switch r.Status {
	case stripego.RefundStatusSucceeded:
		o.State, o.Amount, o.Currency = payment.Succeeded, money.Amount(r.Amount), currency(r.Currency)
	case stripego.RefundStatusFailed, stripego.RefundStatusCanceled:
		o.State = payment.Failed
	}
	return o
}

// disputeStates are those of a dispute: a bank that asks (an inquiry) takes no money, and what it asked is over without.
var disputeStates = map[stripego.DisputeStatus]payment.DisputeState{
	stripego.DisputeStatusWarningNeedsResponse: payment.DisputeAsked,
	stripego.DisputeStatusWarningUnderReview:   payment.DisputeAsked,
	stripego.DisputeStatusWarningClosed:        payment.DisputeWon,
	stripego.DisputeStatusNeedsResponse:        payment.DisputeOpen,
	stripego.DisputeStatusUnderReview:          payment.DisputeOpen,
	stripego.DisputeStatusWon:                  payment.DisputeWon,
	stripego.DisputeStatusLost:                 payment.DisputeLost,
}

// dispute tells how a dispute of a session's payment stands, and that payment.
func (p *Provider) dispute(ctx context.Context, id string) (payment.Outcome, error) {
	params := &stripego.DisputeParams{}
	params.AddExpand("payment_intent")
	asks(ctx, &params.Params, "")
	d, err := p.client.Disputes.Get(id, params)
	if err != nil {
		return payment.Outcome{}, failure("read "+id, err)
	}
	stands, known := disputeStates[d.Status]
	if !known || d.PaymentIntent == nil || d.PaymentIntent.Metadata[metaKey] == "" {
		return payment.Outcome{}, nil
	}
	if currency(d.Currency) != money.Currency {
		return payment.Outcome{}, fmt.Errorf("stripe: %s is of %d %s", id, d.Amount, d.Currency)
	}
	of := &stripego.CheckoutSessionListParams{PaymentIntent: &d.PaymentIntent.ID}
	of.AddExpand("data." + paidIn)
	lists(ctx, &of.ListParams)
	sessions := p.client.CheckoutSessions.List(of)
	if !sessions.Next() {
		if err := sessions.Err(); err != nil {
			return payment.Outcome{}, failure("find the session of "+id, err)
		}
		return payment.Outcome{}, payment.ErrUnknown.Wrap(fmt.Errorf("stripe: %s is of no session", id))
	}
	o := ofSession(sessions.CheckoutSession())
	o.Dispute = &payment.Dispute{Reference: d.ID, State: stands, Amount: money.Amount(d.Amount), Fee: max(fees(d.BalanceTransactions...), 0)}
	if details := d.EvidenceDetails; details != nil && details.DueBy > 0 && stands != payment.DisputeWon && stands != payment.DisputeLost {
		o.Dispute.DueBy = new(time.Unix(details.DueBy, 0).UTC())
	}
	return o, nil
}

// fees are what Stripe kept for its service, in dirhams. It keeps them in the currency of the association's account, and
// says how many of that it gave for a dirham; what it says nothing of is not known.
func fees(movements ...*stripego.BalanceTransaction) (sum money.Amount) {
	for _, m := range movements {
		switch {
		case m == nil:
		case m.Currency == stripego.CurrencyMAD:
			sum += money.Amount(m.Fee)
		case m.ExchangeRate > 0:
			sum += money.Amount(math.Round(float64(m.Fee) / m.ExchangeRate))
		}
	}
	return sum
}

// currency is a code of ISO 4217 as we write it.
func currency(c stripego.Currency) string { return strings.ToUpper(string(c)) }
