package main

import (
	"net/url"
	"slices"
	"strings"

	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/stripe"
	"github.com/souk-taawon/souk/internal/payment/testcard"
)

// means are the means of payment that the configuration has what it takes for, in the order in which they are offered.
func (c config) means() []payment.Provider {
	means := []payment.Provider{payment.Cash{}}
	if c.StripeSecretKey != "" {
		means = append(means, c.stripe())
	}
	return means
}

// demoMeans are those of a demonstration: where nobody takes cards, a card with no money on it is taken too.
func (c config) demoMeans() []payment.Provider {
	means := c.means()
	if !slices.ContainsFunc(means, func(p payment.Provider) bool {
		named, ok := p.(payment.Named)
		return ok && named.Means() == payment.Card
	}) {
		means = append(means, testcard.New())
	}
	return means
}

func (c config) stripe() *stripe.Provider {
	return stripe.New(stripe.Config{SecretKey: c.StripeSecretKey, WebhookSecret: c.StripeWebhookSecret, URL: c.StripeAPIURL})
}

// checkStripe tells what is wrong with how Stripe is to be reached. A key is never shown.
func (c config) checkStripe(wrong func(name, format string, args ...any)) {
	switch {
	case c.StripeSecretKey == "" && c.StripeWebhookSecret != "":
		wrong("STRIPE_SECRET_KEY", "is missing, beside STRIPE_WEBHOOK_SECRET")
	case c.StripeSecretKey == "":
	case !slices.ContainsFunc([]string{"sk_live_", "sk_test_", "rk_live_", "rk_test_"}, func(kind string) bool { return strings.HasPrefix(c.StripeSecretKey, kind) }):
		wrong("STRIPE_SECRET_KEY", "is not like sk_live_… or rk_live_…")
	case weak(c.StripeSecretKey):
		wrong("STRIPE_SECRET_KEY", "looks like an example")
	}
	switch {
	case c.StripeWebhookSecret == "" && c.StripeSecretKey != "":
		wrong("STRIPE_WEBHOOK_SECRET", "is missing: without it nobody would know that an order was paid")
	case c.StripeWebhookSecret == "":
	case !strings.HasPrefix(c.StripeWebhookSecret, "whsec_"):
		wrong("STRIPE_WEBHOOK_SECRET", "is not like whsec_…: it is the signing secret of the endpoint")
	case weak(c.StripeWebhookSecret):
		wrong("STRIPE_WEBHOOK_SECRET", "looks like an example")
	}
	server, err := url.Parse(c.StripeAPIURL)
	switch {
	case c.StripeAPIURL == "":
	case err != nil || server.Host == "" || server.Scheme != "https" && server.Scheme != "http" || server.RawQuery != "" || server.User != nil:
		wrong("STRIPE_API_URL", "%q is not like https://stripe.example", c.StripeAPIURL)
	case server.Scheme == "http" && !loopback(server.Hostname()):
		wrong("STRIPE_API_URL", "%q must be https: the key and what buyers pay would travel in the clear", c.StripeAPIURL)
	}
}
