// Package stripe takes payments by card through Stripe's hosted page (Checkout). Start at New.
//
// An attempt is a Checkout Session, a refund is a Refund on its PaymentIntent. Both carry our key in their metadata, so
// that each is found by it whatever happened to the answer, and are made under it as their idempotency key. Whatever an
// event says, Read asks Stripe how its object stands now.
//
// The endpoint of the webhooks needs the events checkout.session.*, refund.*, charge.dispute.* and, if cooperatives have
// accounts with Stripe, transfer.reversed. Which version of the
// API they are written in does not matter: only the name of what they are about is read of them.
package stripe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	stripego "github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/client"

	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
)

// Name is what the provider is called.
const Name = "stripe"

// Where Stripe keeps our names of what it was asked for.
const (
	metaKey       = "key"       // of an attempt or a refund
	metaReference = "reference" // of what is paid for
)

// Stripe closes a page by itself between these times after it was made, and not sooner or later.
const (
	leastOpen = 30 * time.Minute
	mostOpen  = 24 * time.Hour
	slack     = 2 * time.Minute // between its clock and ours
)

// A request that is not answered within timeout is sent once more, under the same key: both together are done before a
// buyer's own request is over.
const (
	timeout = 6 * time.Second
	retries = 1
)

// Config is how Stripe is reached.
type Config struct {
	SecretKey     string // sk_… or rk_…
	WebhookSecret string // whsec_…, of the endpoint that Stripe sends its events to
	URL           string // of another server that speaks as Stripe does; empty: Stripe's
}

// Provider takes payments by card.
type Provider struct {
	client *client.API
	secret string
	live   bool // real money moves
}

// New makes the provider; it asks Stripe nothing.
func New(c Config) *Provider {
	config := &stripego.BackendConfig{
		EnableTelemetry:   stripego.Bool(false),
		HTTPClient:        &http.Client{Timeout: timeout},
		LeveledLogger:     &stripego.LeveledLogger{Level: stripego.LevelNull}, // errors are given back
		MaxNetworkRetries: stripego.Int64(retries),
	}
	if c.URL != "" {
		config.URL = stripego.String(c.URL)
	}
	backends := &stripego.Backends{API: stripego.GetBackendWithConfig(stripego.APIBackend, config)}
	return &Provider{client: client.New(c.SecretKey, backends), secret: c.WebhookSecret, live: Live(c.SecretKey)}
}

// Live reports whether real money moves by a key.
func Live(secretKey string) bool {
	return strings.HasPrefix(secretKey, "sk_live_") || strings.HasPrefix(secretKey, "rk_live_")
}

// Name is Name.
func (*Provider) Name() string { return Name }

// Means is payment.Card.
func (*Provider) Means() string { return payment.Card }

// DisputeURL is on Stripe's pages for the association.
func (p *Provider) DisputeURL(name string) string {
	if p.live {
		return "https://dashboard.stripe.com/disputes/" + url.PathEscape(name)
	}
	return "https://dashboard.stripe.com/test/disputes/" + url.PathEscape(name)
}

// Within is as long as Stripe keeps a page open at least.
func (*Provider) Within() time.Duration { return leastOpen }

// Start makes a page for the attempt. Whatever keeps Stripe from it is payment.ErrDown: the buyer pays otherwise.
func (p *Provider) Start(ctx context.Context, a payment.Attempt) (payment.Started, error) {
	params := &stripego.CheckoutSessionParams{
		Mode:               stripego.String(string(stripego.CheckoutSessionModePayment)),
		PaymentMethodTypes: stripego.StringSlice([]string{"card"}),
		SubmitType:         stripego.String("pay"),
		ClientReferenceID:  &a.Key,
		Locale:             stripego.String(locale(a.Description.Locale)),
		SuccessURL:         &a.Description.Back,
		CancelURL:          stripego.String(a.Description.Back + "?cancelled=1"),
		ExpiresAt:          stripego.Int64(closes(a, time.Now()).Unix()),
		Metadata:           named(a.Key, a.Reference.String()),
		PaymentIntentData: &stripego.CheckoutSessionPaymentIntentDataParams{
			Description:   &a.Description.Text,
			Metadata:      named(a.Key, a.Reference.String()),
			TransferGroup: stripego.String(a.Reference.String()),
		},
	}
	if a.Description.Email != "" {
		params.CustomerEmail = &a.Description.Email
	}
	sum := money.Amount(0)
	for _, item := range a.Description.Items {
		sum += item.Amount
		params.LineItems = append(params.LineItems, &stripego.CheckoutSessionLineItemParams{
			Quantity: stripego.Int64(1),
			PriceData: &stripego.CheckoutSessionLineItemPriceDataParams{
				Currency:    stripego.String(string(stripego.CurrencyMAD)),
				UnitAmount:  stripego.Int64(int64(item.Amount)),
				ProductData: &stripego.CheckoutSessionLineItemPriceDataProductDataParams{Name: stripego.String(item.Text)},
			},
		})
	}
	if sum != a.Amount {
		return payment.Started{}, fmt.Errorf("stripe: items of %s come to %s, not %s", a.Key, sum, a.Amount)
	}
	asks(ctx, &params.Params, a.Key)
	session, err := p.client.CheckoutSessions.New(params)
	if said := new(stripego.Error); errors.As(err, &said) && said.Param == "customer_email" { // one that Stripe knows no mailbox for
		params.CustomerEmail = nil
		asks(ctx, &params.Params, a.Key+":anonymous")
		session, err = p.client.CheckoutSessions.New(params)
	}
	if said := new(stripego.Error); errors.As(err, &said) && said.Type == stripego.ErrorTypeIdempotency {
		session, err = p.sessionOf(ctx, a) // which was made at another moment, to be closed at another
	}
	if err != nil {
		return payment.Started{}, payment.ErrDown.Wrap(failure("start "+a.Key, err))
	}
	return payment.Started{Reference: session.ID, URL: session.URL}, nil
}

// closes is when Stripe is to close the page of an attempt by itself: when the attempt ends, unless that is sooner than it
// closes any, or later. Asked for again within the minute it is the same.
func closes(a payment.Attempt, now time.Time) time.Time {
	at, most := now.Add(leastOpen+slack).Truncate(time.Minute), now.Add(mostOpen-slack).Truncate(time.Minute)
	if a.ExpiresAt != nil && a.ExpiresAt.After(at) {
		at = *a.ExpiresAt
	}
	if at.After(most) {
		return most
	}
	return at
}

// locale is a language of Stripe's pages; it has no Arabic.
func locale(language string) string {
	switch language {
	case "fr", "en":
		return language
	}
	return "auto"
}

// named is the metadata under which something is found again; a refund has no reference of its own.
func named(key, reference string) map[string]string {
	m := map[string]string{metaKey: key}
	if reference != "" {
		m[metaReference] = reference
	}
	return m
}

// asks has a request end with its context, and done once under a key; an empty key: it only reads.
func asks(ctx context.Context, params *stripego.Params, key string) {
	params.Context = ctx
	if key != "" {
		params.SetIdempotencyKey(key)
	}
}

// lists is asks for a list of the largest pages.
func lists(ctx context.Context, params *stripego.ListParams) {
	params.Context = ctx
	params.Limit = stripego.Int64(100)
}

// Close closes the attempt's page.
func (p *Provider) Close(ctx context.Context, a payment.Attempt) error {
	params := &stripego.CheckoutSessionExpireParams{}
	asks(ctx, &params.Params, "")
	_, err := p.client.CheckoutSessions.Expire(a.ProviderReference, params)
	if err == nil {
		return nil
	}
	if session, readErr := p.session(ctx, a.ProviderReference); readErr == nil && session.Status != stripego.CheckoutSessionStatusOpen {
		return nil // it was paid or closed meanwhile
	}
	return failure("close "+a.Key, err)
}

// Refund gives back what was paid in a session. Stripe forgets idempotency keys after a day, so that it is asked first
// whether it has done it.
func (p *Provider) Refund(ctx context.Context, r payment.Refund) (reference string, err error) {
	session, err := p.session(ctx, r.AttemptReference)
	if err != nil {
		return "", failure("refund "+r.Key, err)
	}
	if session.PaymentIntent == nil {
		return "", fmt.Errorf("stripe: refund %s: nothing was paid in %s", r.Key, session.ID)
	}
	done, err := p.refundOf(ctx, session.PaymentIntent.ID, r.Key)
	if err == nil {
		return done.ID, nil
	}
	if !errors.Is(err, payment.ErrUnknown) {
		return "", err
	}
	params := &stripego.RefundParams{
		PaymentIntent: &session.PaymentIntent.ID, Amount: stripego.Int64(int64(r.Amount)), Metadata: named(r.Key, ""),
	}
	asks(ctx, &params.Params, r.Key)
	refund, err := p.client.Refunds.New(params)
	if err == nil {
		return refund.ID, nil
	}
	told := failure("refund "+r.Key, err)
	switch said := new(stripego.Error); {
	case errors.As(err, &said) && said.Code == stripego.ErrorCodeBalanceInsufficient:
		return "", fmt.Errorf("%w: %w", payment.ErrNotNow, told)
	case forGood(err):
		return "", fmt.Errorf("%w: %w", payment.ErrRefused, told)
	}
	return "", told
}

// forGood reports whether Stripe will not give back, as of a payment that is disputed or was given back by hand.
func forGood(err error) bool {
	var said *stripego.Error
	return errors.As(err, &said) && (said.Type == stripego.ErrorTypeInvalidRequest || said.Type == stripego.ErrorTypeCard) &&
		(said.HTTPStatusCode == http.StatusBadRequest || said.HTTPStatusCode == http.StatusPaymentRequired)
}

// refundOf finds the refund of a payment under a key; payment.ErrUnknown if there is none.
func (p *Provider) refundOf(ctx context.Context, intent, key string) (*stripego.Refund, error) {
	params := &stripego.RefundListParams{PaymentIntent: &intent}
	params.AddExpand("data." + refundMoved)
	params.AddExpand("data." + refundFailed)
	lists(ctx, &params.ListParams)
	list := p.client.Refunds.List(params)
	for list.Next() {
		if refund := list.Refund(); refund.Metadata[metaKey] == key {
			return refund, nil
		}
	}
	if err := list.Err(); err != nil {
		return nil, failure("find refund "+key, err)
	}
	return nil, payment.ErrUnknown.Wrap(fmt.Errorf("stripe: there is no refund %s of %s", key, intent))
}

// session reads a session as it stands, with what was paid in it.
func (p *Provider) session(ctx context.Context, id string) (*stripego.CheckoutSession, error) {
	params := &stripego.CheckoutSessionParams{}
	params.AddExpand(paidIn)
	asks(ctx, &params.Params, "")
	return p.client.CheckoutSessions.Get(id, params)
}

// paidIn is where a session tells of its payment, and of the fee for it.
const paidIn = "payment_intent.latest_charge.balance_transaction"

// errNotStripe stands for what a machine on the way answers.
var errNotStripe = errors.New("the answer is not one of Stripe's")

// failure is payment.ErrDown or payment.ErrUnknown where that is what Stripe's answer means. Of what Stripe says, which may
// repeat what a buyer entered, only what is no text comes along.
func failure(what string, err error) error {
	var said *stripego.Error
	if !errors.As(err, &said) {
		if network := new(url.Error); !errors.As(err, &network) {
			err = errNotStripe
		}
		return payment.ErrDown.Wrap(fmt.Errorf("stripe: %s: %w", what, err))
	}
	err = fmt.Errorf("stripe: %s: %d %s %s %s (%s)", what, said.HTTPStatusCode, said.Type, said.Code, said.Param, said.RequestID)
	switch {
	case said.HTTPStatusCode == http.StatusNotFound:
		return payment.ErrUnknown.Wrap(err)
	case said.HTTPStatusCode == http.StatusTooManyRequests, said.HTTPStatusCode >= http.StatusInternalServerError:
		return payment.ErrDown.Wrap(err)
	}
	return err
}
