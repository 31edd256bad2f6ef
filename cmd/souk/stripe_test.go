package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/stripe"
	"github.com/souk-taawon/souk/internal/payment/stripe/stripetest"
	"github.com/souk-taawon/souk/internal/payment/testcard"
)

// A card with no money on it is for demonstrations only.
func TestACardIsOfferedByWhoeverTakesItsMoney(t *testing.T) {
	t.Parallel()
	with := config{StripeSecretKey: stripetest.SecretKey, StripeWebhookSecret: stripetest.WebhookSecret}
	for name, c := range map[string]struct {
		means                []payment.Provider
		stripe, withoutMoney bool
	}{
		"serve":           {config{}.means(), false, false},
		"serve with keys": {with.means(), true, false},
		"demo":            {config{}.demoMeans(), false, true},
		"demo with keys":  {with.demoMeans(), true, false},
	} {
		offered := map[string]bool{}
		for _, m := range c.means {
			offered[m.Name()] = true
		}
		if !offered[payment.CashOnDelivery] || offered[stripe.Name] != c.stripe || offered[testcard.Name] != c.withoutMoney {
			t.Errorf("%s takes %v", name, offered)
		}
	}
}

// A buyer tells the means apart by their words, also where two take cards.
func TestNoTwoMeansAreCalledTheSame(t *testing.T) {
	t.Parallel()
	c := config{StripeSecretKey: stripetest.SecretKey, StripeWebhookSecret: stripetest.WebhookSecret, CMIClientID: "600001234"}
	languages, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range languages.Codes() {
		l := languages.Locale(code)
		for _, word := range []string{"choice", "name"} {
			called := map[string]string{}
			for _, m := range append(c.means(), testcard.New()) {
				words := l.T("means." + m.Name() + "." + word)
				if other := called[words]; other != "" {
					t.Errorf("%s: %s and %s are both «%s»", code, other, m.Name(), words)
				}
				called[words] = m.Name()
			}
		}
	}
}

// The whole way of a payment by card: the order waits, the buyer is led to Stripe's page, and what Stripe says at the
// market's address brings the order on; what somebody else says there does not.
func TestAnOrderIsPaidAtStripe(t *testing.T) {
	t.Parallel()
	server := stripetest.New(t)
	p := openProgram(t, newFolder(t),
		"STRIPE_SECRET_KEY="+stripetest.SecretKey, "STRIPE_WEBHOOK_SECRET="+stripetest.WebhookSecret, "STRIPE_API_URL="+server.URL)
	c := newAPIClient(p.url)
	body, err := json.Marshal(map[string]any{
		"lines":    []map[string]any{{"product_id": c.product(t, "savon").ID, "quantity": 2}},
		"buyer":    map[string]string{"name": "ليلى بنعلي", "phone": "0661234567", "commune": "berkane", "address": "حي السلام، رقم 12"},
		"delivery": "home", "payment": "card",
	})
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequest(http.MethodPost, c.base+"/api/v1/orders", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", "paid-at-stripe")
	answer := c.do(t, request)
	var placed apiOrder
	if err := json.Unmarshal([]byte(answer.Body), &placed); err != nil || answer.Status != http.StatusCreated {
		t.Fatalf("ordered: %d %s, %v", answer.Status, answer.Body, err)
	}
	link := token(placed.TrackingURL)
	state := func() string {
		var o struct {
			State string
			Paid  bool
		}
		if err := json.Unmarshal([]byte(c.get(t, "/api/v1/orders/"+link).Body), &o); err != nil {
			t.Fatal(err)
		}
		if o.Paid {
			return o.State + ", paid"
		}
		return o.State
	}
	_, page := p.get("/fr/orders/" + link + "/pay")
	session := regexp.MustCompile(`https://checkout\.stripe\.com/c/pay/(\w+)`).FindStringSubmatch(page)
	if session == nil || state() != "awaiting_payment" {
		t.Fatalf("it is %s, and she is led to no page of Stripe's:\n%s", state(), page)
	}
	tells := func(e stripetest.Event) int {
		t.Helper()
		request, err := http.NewRequest(http.MethodPost, p.url+"/webhooks/stripe", bytes.NewReader(e.Body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header = e.Header
		return c.do(t, request).Status
	}
	paid := map[string]any{
		"type": "checkout.session.completed", "data": map[string]any{"object": map[string]any{"id": session[1], "object": "checkout.session", "payment_status": "paid"}},
	}
	if status := tells(server.Forge(paid)); status != http.StatusBadRequest {
		t.Errorf("somebody else says that it is paid: %d", status)
	}
	if status := tells(server.Send(paid)); status != http.StatusOK { // before it is so
		t.Errorf("Stripe tells: %d", status)
	}
	shown := server.Page(session[1])
	server.Pay(session[1], shown.Amount)
	events := server.Events()
	for range 2 {
		if status := tells(events[len(events)-1]); status != http.StatusOK {
			t.Errorf("Stripe tells: %d", status)
		}
	}
	eventually(t, "the order is paid", func() bool { return strings.HasSuffix(state(), ", paid") })
	if got := state(); got != "confirmed, paid" {
		t.Errorf("it is %s", got)
	}
}
