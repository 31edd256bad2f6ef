package stripe_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	stripego "github.com/stripe/stripe-go/v76"

	"github.com/souk-taawon/souk/internal/child"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/paymenttest"
	"github.com/souk-taawon/souk/internal/payment/stripe"
	"github.com/souk-taawon/souk/internal/payment/stripe/stripetest"
)

// mock starts Stripe's own stripe-mock, which knows every parameter of its API and keeps nothing, and gives its address.
func mock(t *testing.T) string {
	t.Helper()
	path, err := exec.Command("go", "tool", "-n", "stripe-mock").Output()
	if err != nil {
		t.Skipf("SKIPPED: stripe-mock cannot be had: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	// Without -https-addr it opens a port on every address of the machine.
	c := exec.CommandContext(ctx, strings.TrimSpace(string(path)), "-http-addr", "127.0.0.1:0", "-https-addr", "127.0.0.1:0")
	c.Env = child.Environment()
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatalf("stripe-mock: %v", err)
	}
	t.Cleanup(func() {
		cancel()
		_ = c.Wait() // it was killed
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, address, ok := strings.Cut(lines.Text(), "HTTP at address: "); ok {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return "http://" + address
		}
	}
	t.Fatalf("stripe-mock ended: %v", lines.Err())
	return ""
}

// beside passes every request on to a server of ours, after stripe-mock has said whether Stripe would take it; counted
// are those that it took, by method and path.
func beside(t *testing.T, server *stripetest.Server, mock string) (address string, counted func() map[string]int) {
	t.Helper()
	to, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	ours := httputil.NewSingleHostReverseProxy(to)
	ours.ErrorHandler = func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }
	var mu sync.Mutex
	taken := map[string]int{}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		asked, err := http.NewRequestWithContext(r.Context(), r.Method, mock+r.URL.RequestURI(), bytes.NewReader(body))
		if err != nil {
			t.Error(err)
			return
		}
		asked.Header = r.Header.Clone()
		answer, err := http.DefaultClient.Do(asked)
		if err != nil {
			t.Errorf("stripe-mock: %v", err)
			return
		}
		said, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close() // read to its end
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Errorf("stripe-mock takes no %s %s %s: %s, %v", r.Method, r.URL, body, said, err)
		}
		mu.Lock()
		taken[r.Method+" "+strings.SplitN(r.URL.Path, "_", 2)[0]]++
		mu.Unlock()
		ours.ServeHTTP(w, r)
	}))
	t.Cleanup(proxy.Close)
	return proxy.URL, func() map[string]int {
		mu.Lock()
		defer mu.Unlock()
		return taken
	}
}

// Stripe's own stand-in looks at the names, the types and the values of every parameter that is sent.
func TestStripeMockTakesEveryRequest(t *testing.T) {
	t.Parallel()
	server := stripetest.New(t)
	address, taken := beside(t, server, mock(t))
	p := stripe.New(stripe.Config{SecretKey: stripetest.SecretKey, WebhookSecret: stripetest.WebhookSecret, URL: address})
	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	var paid payment.Attempt
	for _, language := range []string{"ar", "fr", "en"} {
		a := paymenttest.NewAttempt()
		if a.Description.Locale = language; language == "ar" {
			a.Description.Email = ""
		}
		started, err := p.Start(t.Context(), a)
		must("start", err)
		a.ProviderReference = started.Reference
		paid = a
	}
	must("close", p.Close(t.Context(), started(t, p)))
	server.Pay(paid.ProviderReference, paid.Amount)
	r := payment.Refund{Key: paid.Key + ":back", AttemptReference: paid.ProviderReference, Amount: 100_00, CreatedAt: time.Now()}
	name, err := p.Refund(t.Context(), r)
	must("refund", err)
	dispute := server.Dispute(paid.ProviderReference, money.Amount(100_00))
	for _, id := range []string{paid.ProviderReference, name, dispute} {
		_, err := p.Read(t.Context(), server.Event("test", id).Body)
		must("read "+id, err)
	}
	server.Decide(dispute, stripego.DisputeStatusWon)
	for _, reference := range []string{paid.ProviderReference, ""} {
		paid.ProviderReference = reference
		_, err := p.Attempted(t.Context(), paid)
		must("attempted", err)
	}
	for _, reference := range []string{name, ""} {
		r.ProviderReference = reference
		_, err := p.Refunded(t.Context(), r)
		must("refunded", err)
	}
	server.Connect(account)
	must("payable", p.Payable(t.Context(), account))
	out := payment.Payout{ID: uuid.New(), Reference: paid.Reference, AttemptReference: r.AttemptReference, Account: account, Amount: 10_00}
	_, err = p.PayOut(t.Context(), out)
	must("pay out", err)
	_, err = p.Recall(t.Context(), payment.Recall{ID: uuid.New(), Payout: out, Tries: 1, Amount: 5_00})
	must("recall", err)
	transfer, err := p.PaidOut(t.Context(), out)
	must("paid out", err)
	_, err = p.Read(t.Context(), server.Reverse(transfer, 1_00).Body)
	must("read what was reversed", err)
	_, err = p.Moved(t.Context(), time.Now().Add(-24*time.Hour), time.Now().Add(time.Hour))
	must("moved", err)
	for _, call := range []string{
		"POST /v1/checkout/sessions", "POST /v1/checkout/sessions/cs", "GET /v1/checkout/sessions", "GET /v1/checkout/sessions/cs",
		"GET /v1/accounts/acct", "POST /v1/transfers", "GET /v1/transfers", "POST /v1/transfers/tr", "GET /v1/transfers/tr", "GET /v1/balance",
		"POST /v1/refunds", "GET /v1/refunds", "GET /v1/refunds/re", "GET /v1/disputes/du",
	} {
		if taken()[call] == 0 {
			t.Errorf("%s was not tried: %v", call, taken())
		}
	}
}
