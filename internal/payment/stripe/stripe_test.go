package stripe_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	stripego "github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/paymenttest"
	"github.com/souk-taawon/souk/internal/payment/stripe"
	"github.com/souk-taawon/souk/internal/payment/stripe/stripetest"
)

// started is an attempt that Stripe knows of.
func started(t *testing.T, p *stripe.Provider) payment.Attempt {
	t.Helper()
	a := paymenttest.NewAttempt()
	s, err := p.Start(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	a.ProviderReference = s.Reference
	return a
}

// reads has the provider read an event.
func reads(t *testing.T, p *stripe.Provider, e stripetest.Event) payment.Outcome {
	t.Helper()
	o, err := p.Read(t.Context(), e.Body)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// Stripe takes no page that would be closed within half an hour, or after more than a day: else it is closed when the
// attempt ends.
func TestAPageIsOpenAsLongAsItsAttempt(t *testing.T) {
	t.Parallel()
	for _, within := range []time.Duration{time.Minute, 30 * time.Minute, 45 * time.Minute, 23 * time.Hour, 24 * time.Hour, 72 * time.Hour} {
		for _, late := range []time.Duration{0, within - time.Second} {
			s := stripetest.New(t)
			p := at(s)
			a := paymenttest.NewAttempt()
			a.CreatedAt = time.Now().Add(-late)
			until := a.CreatedAt.Add(within)
			a.ExpiresAt = &until
			begun, err := p.Start(t.Context(), a)
			if err != nil {
				t.Errorf("%s, begun after %s: %v", within, late, err)
				continue
			}
			want := min(max(within-late, 32*time.Minute), 24*time.Hour-2*time.Minute)
			if open := time.Until(s.Page(begun.Reference).Expires); open > want || open < want-time.Minute-2*time.Second {
				t.Errorf("%s, begun after %s: open for %s, want %s", within, late, open, want)
			}
		}
	}
}

// Asked again a minute later Stripe would be asked for a page that is closed a minute later.
func TestAPageIsMadeOnceWheneverItIsAskedFor(t *testing.T) {
	t.Parallel()
	s := stripetest.New(t)
	p := at(s)
	a := paymenttest.NewAttempt()
	first, err := p.Start(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	later := a.ExpiresAt.Add(10 * time.Minute)
	a.ExpiresAt = &later
	if again, err := p.Start(t.Context(), a); err != nil || again.Reference != first.Reference || again.URL != first.URL {
		t.Errorf("made again: %+v after %+v, %v", again, first, err)
	}
}

func TestAPageSpeaksTheBuyersLanguageWhereStripeDoes(t *testing.T) {
	t.Parallel()
	s := stripetest.New(t)
	p := at(s)
	for language, want := range map[string]string{"ar": "auto", "fr": "fr", "en": "en", "zgh": "auto"} {
		a := paymenttest.NewAttempt()
		a.Description.Locale = language
		begun, err := p.Start(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		if page := s.Page(begun.Reference); page.Locale != want || page.TransferGroup != a.Reference.String() {
			t.Errorf("%s: %+v", language, page)
		}
	}
}

func TestItemsThatDoNotComeToTheAmountAreNotSent(t *testing.T) {
	t.Parallel()
	a := paymenttest.NewAttempt()
	a.Amount++
	if _, err := at(stripetest.New(t)).Start(t.Context(), a); err == nil || errors.Is(err, payment.ErrDown) {
		t.Errorf("begun with items of another sum: %v", err)
	}
}

func TestAnAddressThatStripeDoesNotTakeKeepsNobodyFromPaying(t *testing.T) {
	t.Parallel()
	s := stripetest.New(t)
	p := at(s)
	a := paymenttest.NewAttempt()
	a.Description.Email = "amal"
	first, err := p.Start(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	if page := s.Page(first.Reference); page.Email != "" || page.Amount != a.Amount {
		t.Errorf("she pays at %+v", page)
	}
	if again, err := p.Start(t.Context(), a); err != nil || again.Reference != first.Reference {
		t.Errorf("begun again: %+v, %v", again, err)
	}
}

func TestEventsOfAnotherEnvironmentAreForeign(t *testing.T) {
	t.Parallel()
	s := stripetest.New(t)
	p := at(s)
	for name, c := range map[string]struct {
		event   map[string]any
		foreign bool
	}{
		"ours":                        {map[string]any{"type": "checkout.session.completed"}, false},
		"of live mode":                {map[string]any{"type": "checkout.session.completed", "livemode": true}, true},
		"of another account":          {map[string]any{"type": "checkout.session.completed", "account": "acct_1"}, true},
		"of another version":          {map[string]any{"type": "checkout.session.completed", "api_version": "2030-01-01"}, false},
		"of a kind that is not known": {map[string]any{"type": "moon.risen", "data": map[string]any{"object": map[string]any{"id": "moon", "object": "moon"}}}, false},
	} {
		e := s.Send(c.event)
		got, err := p.Verify(e.Header.Get, e.Body)
		if err != nil || got.Foreign != c.foreign || got.Kind != c.event["type"] || got.ID != e.ID {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		if o := reads(t, p, e); o != (payment.Outcome{}) {
			t.Errorf("%s: news: %+v", name, o)
		}
	}
	live := stripe.New(stripe.Config{SecretKey: "rk_live_4eC39HqLyjWDarjtT1zdp7dc", WebhookSecret: stripetest.WebhookSecret, URL: s.URL})
	e := s.Send(map[string]any{"type": "checkout.session.completed"})
	if got, err := live.Verify(e.Header.Get, e.Body); err != nil || !got.Foreign {
		t.Errorf("a test's event in live mode: %+v, %v", got, err)
	}
}

func TestAnEventThatIsSentAgainByAnotherIsForged(t *testing.T) {
	t.Parallel()
	s := stripetest.New(t)
	e := s.Send(map[string]any{"type": "checkout.session.completed"})
	for age, forged := range map[time.Duration]bool{time.Minute: false, 6 * time.Minute: true} {
		signed := webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{Payload: e.Body, Secret: stripetest.WebhookSecret, Timestamp: time.Now().Add(-age)})
		_, err := at(s).Verify(func(string) string { return signed.Header }, e.Body)
		if errors.Is(err, payment.ErrForged) != forged {
			t.Errorf("signed %s ago: %v", age, err)
		}
	}
	e = s.Send(map[string]any{"type": "checkout.session.completed"})
	signed := webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{Payload: e.Body})
	_, err := stripe.New(stripe.Config{SecretKey: stripetest.SecretKey}).Verify(func(string) string { return signed.Header }, e.Body)
	if !errors.Is(err, payment.ErrForged) {
		t.Errorf("signed with nothing, where nothing is agreed: %v", err)
	}
	e = s.Forge(map[string]any{"type": "checkout.session.completed"})
	if _, err := at(s).Verify(e.Header.Get, e.Body); !errors.Is(err, payment.ErrForged) {
		t.Errorf("signed by somebody else: %v", err)
	}
}

// An association may sell other things by the same account.
func TestWhatTheMarketDidNotAskForIsNoNews(t *testing.T) {
	t.Parallel()
	s := stripetest.New(t)
	p := at(s)
	api := stripego.GetBackendWithConfig(stripego.APIBackend, &stripego.BackendConfig{URL: &s.URL})
	other := &stripego.CheckoutSession{}
	err := api.Call(http.MethodPost, "/v1/checkout/sessions", stripetest.SecretKey, &stripego.CheckoutSessionParams{
		SuccessURL: stripego.String("https://shop.example"), CancelURL: stripego.String("https://shop.example"), ExpiresAt: stripego.Int64(time.Now().Add(time.Hour).Unix()),
		LineItems: []*stripego.CheckoutSessionLineItemParams{{Quantity: stripego.Int64(1), PriceData: &stripego.CheckoutSessionLineItemPriceDataParams{
			Currency: stripego.String("mad"), UnitAmount: stripego.Int64(20_00), ProductData: &stripego.CheckoutSessionLineItemPriceDataProductDataParams{Name: stripego.String("T-shirt")},
		}}},
	}, other)
	if err != nil {
		t.Fatal(err)
	}
	s.Pay(other.ID, 20_00)
	for _, id := range []string{other.ID, s.Dispute(other.ID, 20_00)} {
		if o := reads(t, p, s.Event("test", id)); o != (payment.Outcome{}) {
			t.Errorf("of another page: %+v", o)
		}
	}
	if moved, err := p.Moved(t.Context(), time.Now().Add(-time.Hour), time.Now().Add(time.Hour)); err != nil || len(moved) > 0 {
		t.Errorf("what moved: %+v, %v", moved, err)
	}
}

func TestARefundIsAskedForOnceAlsoWhenStripeHasForgottenItsKey(t *testing.T) {
	t.Parallel()
	s := stripetest.New(t)
	p := at(s)
	a := started(t, p)
	s.Pay(a.ProviderReference, a.Amount)
	r := payment.Refund{Key: "back", AttemptReference: a.ProviderReference, Amount: 50_00}
	first, err := p.Refund(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	s.Forget()
	if second, err := p.Refund(t.Context(), r); err != nil || second != first || s.Given(a.ProviderReference) != 50_00 {
		t.Errorf("asked again a day later: %s after %s, %v; %s given", second, first, err, s.Given(a.ProviderReference))
	}
}

func TestARefundIsGivenWhenStripeSaysSo(t *testing.T) {
	t.Parallel()
	s := stripetest.New(t)
	p := at(s)
	a := started(t, p)
	s.Pay(a.ProviderReference, a.Amount)
	name, err := p.Refund(t.Context(), payment.Refund{Key: "back", AttemptReference: a.ProviderReference, Amount: 50_00})
	if err != nil {
		t.Fatal(err)
	}
	for status, want := range map[stripego.RefundStatus]payment.Outcome{
		stripego.RefundStatusPending:        {State: payment.Waiting},
		stripego.RefundStatusRequiresAction: {State: payment.Waiting},
		stripego.RefundStatusFailed:         {State: payment.Failed},
		stripego.RefundStatusCanceled:       {State: payment.Failed},
		stripego.RefundStatusSucceeded:      {State: payment.Succeeded, Amount: 50_00, Currency: money.Currency},
	} {
		s.SetRefund(name, status)
		want.Refund, want.Key = name, "back"
		if got := reads(t, p, s.Event("refund.updated", name)); got != want {
			t.Errorf("%s: %+v", status, got)
		}
	}
}

func TestStripeRefusesForGoodOrForNow(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status  int
		body    string
		forGood bool
	}{
		"disputed":            {http.StatusBadRequest, `{"error":{"type":"invalid_request_error","code":"charge_disputed"}}`, true},
		"given back by hand":  {http.StatusBadRequest, `{"error":{"type":"invalid_request_error","code":"charge_already_refunded"}}`, true},
		"too little is there": {http.StatusBadRequest, `{"error":{"type":"invalid_request_error","code":"balance_insufficient"}}`, false},
		"another under a key": {http.StatusBadRequest, `{"error":{"type":"idempotency_error"}}`, false},
		"a key that is none":  {http.StatusUnauthorized, `{"error":{"type":"invalid_request_error"}}`, false},
		"too many requests":   {http.StatusTooManyRequests, `{"error":{"type":"invalid_request_error","code":"rate_limit"}}`, false},
		"trouble":             {http.StatusInternalServerError, `{"error":{"type":"api_error"}}`, false},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			answer := `{"id":"cs_1","object":"checkout.session","payment_intent":{"id":"pi_1"}}`
			switch {
			case r.Method == http.MethodPost:
				w.Header().Set("Stripe-Should-Retry", "false")
				w.WriteHeader(c.status)
				answer = c.body
			case r.URL.Path == "/v1/refunds":
				answer = `{"object":"list","data":[]}`
			}
			_, _ = w.Write([]byte(answer)) // whoever asked is there
		}))
		t.Cleanup(server.Close)
		p := stripe.New(stripe.Config{SecretKey: stripetest.SecretKey, URL: server.URL})
		_, err := p.Refund(t.Context(), payment.Refund{Key: "back", AttemptReference: "cs_1", Amount: 1})
		if err == nil || errors.Is(err, payment.ErrRefused) != c.forGood || errors.Is(err, payment.ErrNotNow) != (name == "too little is there") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatStripeDoesNotKnowIsNamed(t *testing.T) {
	t.Parallel()
	p := at(stripetest.New(t))
	for object, want := range map[string]payment.Outcome{
		"checkout.session": {Attempt: "cs_test_unknown"},
		"refund":           {Refund: "cs_test_unknown"},
	} {
		o, err := p.Read(t.Context(), []byte(`{"data":{"object":{"object":"`+object+`","id":"cs_test_unknown"}}}`))
		if !errors.Is(err, payment.ErrUnknown) || o != want {
			t.Errorf("an unknown %s: %+v, %v", object, o, err)
		}
	}
}

func TestAnUnpaidPageGivesNothingBack(t *testing.T) {
	t.Parallel()
	s := stripetest.New(t)
	p := at(s)
	a := started(t, p)
	r := payment.Refund{Key: "back", AttemptReference: a.ProviderReference, Amount: 50_00}
	if name, err := p.Refund(t.Context(), r); err == nil {
		t.Errorf("given back: %s", name)
	}
	if o, err := p.Refunded(t.Context(), r); !errors.Is(err, payment.ErrUnknown) {
		t.Errorf("given back: %+v, %v", o, err)
	}
}

func TestADisputeIsToldWithWhatItTakes(t *testing.T) {
	t.Parallel()
	s := stripetest.New(t)
	p := at(s)
	a := started(t, p)
	s.Pay(a.ProviderReference, a.Amount)
	name := s.Ask(a.ProviderReference, 100_00)
	for _, step := range []struct {
		status stripego.DisputeStatus
		want   payment.DisputeState
		fee    money.Amount
	}{
		{stripego.DisputeStatusWarningNeedsResponse, payment.DisputeAsked, 0},
		{stripego.DisputeStatusWarningUnderReview, payment.DisputeAsked, 0},
		{stripego.DisputeStatusWarningClosed, payment.DisputeWon, 0}, // nothing was taken
		{stripego.DisputeStatusNeedsResponse, payment.DisputeOpen, stripetest.DisputeFee},
		{stripego.DisputeStatusUnderReview, payment.DisputeOpen, stripetest.DisputeFee},
		{stripego.DisputeStatusLost, payment.DisputeLost, stripetest.DisputeFee},
		{stripego.DisputeStatusWon, payment.DisputeWon, stripetest.DisputeFee},
	} {
		s.Decide(name, step.status)
		got := reads(t, p, s.Event("charge.dispute.updated", name))
		if over := step.want == payment.DisputeWon || step.want == payment.DisputeLost; got.Dispute == nil || over != (got.Dispute.DueBy == nil) {
			t.Fatalf("%s: to be answered by %+v", step.status, got.Dispute)
		}
		got.Dispute.DueBy = nil
		told := payment.Outcome{
			Attempt: a.ProviderReference, Key: a.Key, State: payment.Succeeded, Amount: a.Amount, Currency: money.Currency, Fee: stripetest.FeeOf(a.Amount),
			Dispute: &payment.Dispute{Reference: name, State: step.want, Amount: 100_00, Fee: step.fee},
		}
		if diff := cmp.Diff(told, got); diff != "" {
			t.Errorf("%s (+): %s", step.status, diff)
		}
	}
}

func TestFeesAreInDirhamsWhateverStripeKeepsThemIn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		movement *stripego.BalanceTransaction
		want     money.Amount
	}{
		"none":                    {nil, 0},
		"dirhams":                 {&stripego.BalanceTransaction{Currency: "mad", Fee: 9_91}, 9_91},
		"euros, at 0.0925":        {&stripego.BalanceTransaction{Currency: "eur", Fee: 92, ExchangeRate: 0.0925}, 9_95},
		"euros, at a rate unsaid": {&stripego.BalanceTransaction{Currency: "eur", Fee: 92}, 0},
	} {
		if got := stripe.Fees(c.movement); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// There are more of them than one page of Stripe's lists has.
func TestAnAttemptIsFoundAmongMany(t *testing.T) {
	t.Parallel()
	s := stripetest.New(t)
	p := at(s)
	first := started(t, p)
	s.Pay(first.ProviderReference, first.Amount)
	for range 120 {
		a := started(t, p)
		s.Pay(a.ProviderReference, a.Amount)
	}
	first.ProviderReference = ""
	if o, err := p.Attempted(t.Context(), first); err != nil || o.Key != first.Key || o.State != payment.Succeeded || o.Fee != stripetest.FeeOf(first.Amount) {
		t.Errorf("the first of 121: %+v, %v", o, err)
	}
	if moved, err := p.Moved(t.Context(), time.Now().Add(-time.Hour), time.Now().Add(time.Hour)); err != nil || len(moved) != 121 {
		t.Errorf("%d moved of 121: %v", len(moved), err)
	}
}

// What Stripe says may repeat what a buyer entered, and errors are kept.
func TestStripesAnswersAreToldApartAndNotRepeated(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status  int
		body    string
		unknown bool
		down    bool
	}{
		"nobody there":           {http.StatusBadGateway, "<html>amal@exemple.invalid", false, true},
		"trouble":                {http.StatusInternalServerError, `{"error":{"type":"api_error","message":"amal@exemple.invalid"}}`, false, true},
		"too many requests":      {http.StatusTooManyRequests, `{"error":{"type":"invalid_request_error","code":"rate_limit"}}`, false, true},
		"no such thing":          {http.StatusNotFound, `{"error":{"type":"invalid_request_error","code":"resource_missing","message":"amal@exemple.invalid"}}`, true, false},
		"a key that is none":     {http.StatusUnauthorized, `{"error":{"type":"invalid_request_error","message":"amal@exemple.invalid"}}`, false, false},
		"parameters refused":     {http.StatusBadRequest, `{"error":{"type":"invalid_request_error","code":"email_invalid","param":"customer_email","message":"amal@exemple.invalid"}}`, false, false},
		"another under a key":    {http.StatusBadRequest, `{"error":{"type":"idempotency_error","message":"amal@exemple.invalid"}}`, false, false},
		"not enough to give":     {http.StatusBadRequest, `{"error":{"type":"invalid_request_error","code":"balance_insufficient"}}`, false, false},
		"a card that is no good": {http.StatusPaymentRequired, `{"error":{"type":"card_error","code":"card_declined"}}`, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Stripe-Should-Retry", "false")
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body)) // whoever asked is there
			}))
			t.Cleanup(server.Close)
			p := stripe.New(stripe.Config{SecretKey: stripetest.SecretKey, URL: server.URL})
			_, err := p.Refund(t.Context(), payment.Refund{Key: "back", AttemptReference: "cs_1", Amount: 1})
			if err == nil || errors.Is(err, payment.ErrDown) != c.down || errors.Is(err, payment.ErrUnknown) != c.unknown {
				t.Errorf("it is %v", err)
			}
			_, startErr := p.Start(t.Context(), paymenttest.NewAttempt())
			if !errors.Is(startErr, payment.ErrDown) { // whatever it is, she pays otherwise
				t.Errorf("a buyer is told %v", startErr)
			}
			if told := fmt.Sprint(err, startErr, errors.Unwrap(startErr)); strings.Contains(told, "amal@") {
				t.Errorf("it repeats %s", told)
			}
		})
	}
}

func TestABuyerWhoGivesUpComesBackAndIsKnownToHave(t *testing.T) {
	t.Parallel()
	var cancels string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cancels = r.FormValue("cancel_url")
		_, _ = w.Write([]byte(`{"id":"cs_1","object":"checkout.session","url":"https://checkout.example"}`)) // whoever asked is there
	}))
	t.Cleanup(server.Close)
	a := paymenttest.NewAttempt()
	if _, err := stripe.New(stripe.Config{SecretKey: stripetest.SecretKey, URL: server.URL}).Start(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if to, err := url.Parse(cancels); err != nil || to.Query().Get("cancelled") != "1" || !strings.HasPrefix(cancels, a.Description.Back) {
		t.Errorf("back by %q", cancels)
	}
}

// A key of another account than was paid knows nothing of the payment, and so nothing of whether it was given back.
func TestAnotherAccountDoesNotSayThatNothingWasGivenBack(t *testing.T) {
	t.Parallel()
	s := stripetest.New(t)
	r := payment.Refund{Key: "cs_elsewhere:a", AttemptReference: "cs_elsewhere", Amount: 1_00}
	if o, err := at(s).Refunded(t.Context(), r); err == nil || errors.Is(err, payment.ErrUnknown) {
		t.Errorf("of a payment that it has not it says %+v, %v", o, err)
	}
}
