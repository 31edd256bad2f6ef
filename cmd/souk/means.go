package main

import (
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/cmi"
	"github.com/souk-taawon/souk/internal/payment/stripe"
	"github.com/souk-taawon/souk/internal/payment/testcard"
	"github.com/souk-taawon/souk/internal/payment/transfer"
)

// means are the means of payment that the configuration has what it takes for, in the order in which they are offered.
// A transfer needs the association's bank account, which stands in the settings.
func (c config) means() []payment.Provider {
	return slices.Concat([]payment.Provider{payment.Cash{}}, c.cards(), []payment.Provider{transfer.NewProvider()})
}

// demoMeans are those of a demonstration: where nobody takes cards, a card with no money on it is taken too.
func (c config) demoMeans() []payment.Provider {
	means := c.means()
	if len(c.cards()) == 0 {
		means = slices.Insert(means, 1, payment.Provider(testcard.New()))
	}
	return means
}

// cards are those who take cards.
func (c config) cards() (means []payment.Provider) {
	if c.StripeSecretKey != "" {
		means = append(means, c.stripe())
	}
	if c.CMIClientID != "" {
		means = append(means, cmi.New(cmi.Config{ClientID: c.CMIClientID, StoreKey: c.CMIStoreKey, GatewayURL: c.CMIGatewayURL, BaseURL: c.BaseURL}))
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

// cmiKeyLength is the least number of characters in CMI_STORE_KEY: each buyer is handed a hash under it, and could try keys
// at home.
const cmiKeyLength = 12

// checkCMI tells what is wrong with how the gateway is to be reached. The key is never shown.
func (c config) checkCMI(wrong func(name, format string, args ...any)) {
	given := map[string]string{"CMI_CLIENT_ID": c.CMIClientID, "CMI_STORE_KEY": c.CMIStoreKey, "CMI_GATEWAY_URL": c.CMIGatewayURL}
	if c.CMIClientID == "" && c.CMIStoreKey == "" && c.CMIGatewayURL == "" {
		return
	}
	for name, value := range given {
		if value == "" {
			wrong(name, "is missing: CMI_CLIENT_ID, CMI_STORE_KEY and CMI_GATEWAY_URL go together")
		}
	}
	if strings.ContainsFunc(c.CMIClientID, func(r rune) bool { return r < '0' || r > '9' }) {
		wrong("CMI_CLIENT_ID", "%q has more than digits", c.CMIClientID)
	}
	switch {
	case c.CMIStoreKey == "":
	case len(c.CMIStoreKey) < cmiKeyLength:
		wrong("CMI_STORE_KEY", "has %d characters, at least %d are needed", len(c.CMIStoreKey), cmiKeyLength)
	case strings.ContainsFunc(c.CMIStoreKey, unicode.IsSpace):
		wrong("CMI_STORE_KEY", "has a space")
	case weak(c.CMIStoreKey):
		wrong("CMI_STORE_KEY", "looks like an example: choose another in the gateway's pages")
	}
	page, err := url.Parse(c.CMIGatewayURL)
	switch {
	case c.CMIGatewayURL == "":
	case err != nil || page.Host == "" || page.Scheme != "https" && page.Scheme != "http" || page.User != nil || page.Fragment != "":
		wrong("CMI_GATEWAY_URL", "%q is not like https://payment.cmi.co.ma/fim/est3Dgate", c.CMIGatewayURL)
	case page.Scheme == "http" && !loopback(page.Hostname()):
		wrong("CMI_GATEWAY_URL", "%q must be https: buyers type their cards there", c.CMIGatewayURL)
	}
}
