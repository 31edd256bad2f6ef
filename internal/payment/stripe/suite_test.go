package stripe_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/paymenttest"
	"github.com/souk-taawon/souk/internal/payment/stripe"
	"github.com/souk-taawon/souk/internal/payment/stripe/stripetest"
)

// at is a provider that asks a server of ours.
func at(s *stripetest.Server) *stripe.Provider {
	return stripe.New(stripe.Config{SecretKey: stripetest.SecretKey, WebhookSecret: stripetest.WebhookSecret, URL: s.URL})
}

func TestStripeKeepsWhatEveryProviderPromises(t *testing.T) {
	t.Parallel()
	paymenttest.Suite(t, func(t *testing.T) *paymenttest.Subject {
		s := stripetest.New(t)
		return &paymenttest.Subject{
			Provider: at(s),
			Shown: func(_ *testing.T, started payment.Started) payment.Description {
				page := s.Page(started.Reference)
				shown := payment.Description{Email: page.Email}
				for _, item := range page.Items {
					shown.Items = append(shown.Items, payment.Item{Text: item.Name, Amount: item.Amount})
				}
				return shown
			},
			Pay:    func(_ *testing.T, started payment.Started, amount money.Amount) { s.Pay(started.Reference, amount) },
			Fail:   func(_ *testing.T, started payment.Started) { s.Fail(started.Reference) },
			Expire: func(_ *testing.T, started payment.Started) { s.Expire(started.Reference) },
			Event: func(_ *testing.T, reference string) (http.Header, []byte) {
				kind := "checkout.session.completed"
				if strings.HasPrefix(reference, "re_") {
					kind = "refund.updated"
				}
				e := s.Event(kind, reference)
				return e.Header, e.Body
			},
			Given: func(_ *testing.T, started payment.Started) money.Amount { return s.Given(started.Reference) },
			Down:  func(_ *testing.T, down bool) { s.Down(down) },
			Lost:  func(*testing.T) { s.Lose(2) }, // the request is sent again by itself, once
			PayIn: func(_ *testing.T, started payment.Started, amount money.Amount, currency string) {
				s.PayIn(started.Reference, amount, strings.ToLower(currency))
			},
			Foreign: func(_ *testing.T, started payment.Started) []paymenttest.Sent {
				about := map[string]any{"object": map[string]any{"id": started.Reference, "object": "checkout.session"}}
				return []paymenttest.Sent{
					sent(s.Send(map[string]any{"type": "checkout.session.completed", "livemode": true, "data": about})),
					sent(s.Send(map[string]any{"type": "checkout.session.completed", "account": "acct_other", "data": about})),
				}
			},
			Odd: func(*testing.T) []paymenttest.Sent {
				return []paymenttest.Sent{
					sent(s.Send(map[string]any{"type": "customer.created", "data": map[string]any{"object": map[string]any{"id": "cus_1", "object": "customer"}}})),
					sent(s.Send(map[string]any{"type": "checkout.session.of_tomorrow"})),
				}
			},
			Connect: func(_ *testing.T, account string) { s.Connect(account) },
			Has:     func(_ *testing.T, account string) money.Amount { return s.Balance(account) },
		}
	})
}

func sent(e stripetest.Event) paymenttest.Sent {
	return paymenttest.Sent{Header: e.Header, Body: e.Body}
}
