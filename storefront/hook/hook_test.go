package hook_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/cmi"
	"github.com/souk-taawon/souk/internal/payment/cmi/cmitest"
	"github.com/souk-taawon/souk/internal/payment/paymenttest"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
	"github.com/souk-taawon/souk/storefront/storetest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const address = "/webhooks/" + paymenttest.Name

func header(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

func TestWhatAProviderTellsIsAnsweredAtOnce(t *testing.T) {
	t.Parallel()
	m := storetest.NewTaking(t, []payment.Provider{payment.Cash{}, paymenttest.New()})
	provider := m.Visitor().Stay()
	elsewhere := func(pairs ...string) http.Header { return header(append(pairs, "Sec-Fetch-Site", "cross-site")...) }
	for _, try := range []struct {
		path   string
		header http.Header
		body   []byte
		status int
		answer string
	}{
		{address, elsewhere("Event", "evt_1"), []byte("try-1"), http.StatusOK, ""},
		{address, elsewhere("Event", "evt_1"), []byte("try-1"), http.StatusOK, ""},
		{address, elsewhere("Event", "evt_2", "Foreign", "yes"), []byte("try-1"), http.StatusOK, ""},
		{address, elsewhere("Event", "evt_3", "Reserved", "try-1", "Amount", "10", "Currency", "MAD"), nil, http.StatusOK, "refused"},
		{address, elsewhere("Event", "evt_4", "Forged", "yes"), []byte("try-1"), http.StatusBadRequest, "refused"},
		{address, elsewhere("Event", "evt_5"), make([]byte, payment.MaxEvent+1), http.StatusRequestEntityTooLarge, "refused"},
		{address, elsewhere("Event", strings.Repeat("x", 201)), []byte("try-1"), http.StatusRequestEntityTooLarge, "refused"},
	} {
		page := provider.Do(http.MethodPost, try.path, try.body, try.header).Want(try.status)
		if got := string(page.Body); got != try.answer {
			t.Errorf("%v is answered %q, want %q", try.header, got, try.answer)
		}
		if len(page.Header.Values("Set-Cookie")) > 0 {
			t.Errorf("%v is given a cookie", try.header)
		}
	}
	for _, nobody := range []string{"/webhooks/nobody", "/webhooks/" + payment.CashOnDelivery} {
		provider.Do(http.MethodPost, nobody, []byte("try-1"), elsewhere("Event", "evt_1")).Want(http.StatusNotFound)
	}
	provider.Do(http.MethodGet, address, nil, nil).Want(http.StatusMethodNotAllowed)

	counts, err := m.Payments.EventCounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if counts[payment.EventWaiting] != 1 || counts[payment.EventForeign] != 1 || counts[payment.EventDone] != 1 {
		t.Errorf("kept: %v", counts)
	}
	figures := httptest.NewRecorder()
	m.Server.Metrics().ServeHTTP(figures, httptest.NewRequest(http.MethodGet, "/", nil))
	for what, n := range map[string]int{"kept": 2, "again": 1, "foreign": 1, "forged": 1} {
		line := fmt.Sprintf(`souk_payment_events_total{provider=%q,what=%q} %d`, paymenttest.Name, what, n)
		if !strings.Contains(figures.Body.String(), line) {
			t.Errorf("the figures lack %s", line)
		}
	}
}

// A provider may tell of everything at once, and strangers as much beside it: ten thousand that come as fast as they can.
func TestAFloodOfEventsLosesNoneAndKeepsNobodyOut(t *testing.T) {
	t.Parallel()
	m := storetest.NewTaking(t, []payment.Provider{payment.Cash{}, paymenttest.New()})
	const real, workers = 3_334, 16
	var all errgroup.Group
	all.SetLimit(workers)
	send := func(h http.Header, want int) {
		all.Go(func() error {
			request, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodPost, m.URL+address, strings.NewReader("try-1"))
			if err != nil {
				return err
			}
			request.Header = h
			answer, err := http.DefaultClient.Do(request)
			if err != nil {
				return err
			}
			_ = answer.Body.Close() // there is nothing to read
			if answer.StatusCode != want {
				return fmt.Errorf("%v is answered %d, want %d", h, answer.StatusCode, want)
			}
			return nil
		})
	}
	for n := range real {
		send(header("Event", fmt.Sprint("evt_", n)), http.StatusOK)
		send(header("Event", fmt.Sprint("evt_", n/2)), http.StatusOK)
		send(header("Event", fmt.Sprint("evt_", n), "Forged", "yes"), http.StatusBadRequest)
	}
	m.Visitor().Get("/fr").Want(http.StatusOK)
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	counts, err := m.Payments.EventCounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if counts[payment.EventWaiting] != real {
		t.Errorf("%v are kept, want %d", counts, real)
	}
	var told, jobs int
	if err := m.DB.Get(&told, `select sum(times) from payment_events`); err != nil {
		t.Fatal(err)
	}
	if err := m.DB.Get(&jobs, `select count(*) from river_job where kind = 'payment_event'`); err != nil {
		t.Fatal(err)
	}
	if told != 2*real || jobs != real {
		t.Errorf("told %d times, with %d jobs; want %d and %d", told, jobs, 2*real, real)
	}
}

func TestABuyerWhoIsSentBackByAFormReadsHerOwnPage(t *testing.T) {
	t.Parallel()
	m := storetest.NewTaking(t, []payment.Provider{payment.Cash{}, paymenttest.New()})
	token := uuid.NewString()
	page := m.Visitor().Stay().Do(http.MethodPost, "/ar/orders/"+token+"/paid", []byte("ProcReturnCode=00&next=//elsewhere.example"), header(
		"Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "cross-site", "Origin", "https://gateway.example")).Want(http.StatusSeeOther)
	if to := page.Header.Get("Location"); to != "/ar/orders/"+token+"/paid" {
		t.Errorf("she is sent to %s", to)
	}
	if page.Header.Get("Cache-Control") != "no-store" {
		t.Error("the answer may be kept")
	}
	m.Visitor().Do(http.MethodPost, "/ar/orders/"+token+"/cancel", nil, header("Sec-Fetch-Site", "cross-site")).Want(http.StatusForbidden)
}

func TestTheGatewayTakesMoneyOnceAndOnlyWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	config := cmi.Config{ClientID: "600001234", StoreKey: "qsdfghjklm-2026", GatewayURL: "https://gateway.example/fim/est3Dgate", BaseURL: "https://souk.example"}
	m := storetest.NewTaking(t, []payment.Provider{payment.Cash{}, cmi.New(config)})
	place := func(phone string) order.Placed {
		t.Helper()
		placed, err := m.Orders.Place(t.Context(), order.PlaceInput{
			Lines:    []order.Line{{ProductID: m.Honey.Products[0].ID, Quantity: 2}},
			Buyer:    order.Buyer{Name: "نادية", Phone: phone, Place: "berkane", Address: "حي السلام، زنقة 4"},
			Delivery: delivery.Home, Payment: cmi.Name, Locale: "ar", Source: order.Shop,
		})
		if err != nil {
			t.Fatal(err)
		}
		return placed
	}
	placed, another := place("0661234567"), place("0661234568")
	page := m.Visitor().Get("/ar/orders/" + placed.Token + "/pay").Want(http.StatusOK)
	if policy := page.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "form-action 'self' https://gateway.example") {
		t.Errorf("her form may not be sent to the gateway: %s", policy)
	}
	to, shown := page.Form("form[action^='https://gateway.example']")
	a, err := m.Payments.Start(t.Context(), placed.Order.ID)
	if err != nil {
		t.Fatal(err)
	}
	if to != a.URL || len(shown) != len(a.Form) || shown.Get("HASH") != a.Form["HASH"] {
		t.Errorf("she is shown %v for %s", shown, to)
	}
	g := cmitest.New(config.StoreKey)
	fields, err := g.Open(a.Form)
	if err != nil {
		t.Fatal(err)
	}
	gateway := m.Visitor().Stay()
	form := header("Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "cross-site")
	answer := func(status int, body []byte) string {
		t.Helper()
		return string(gateway.Do(http.MethodPost, "/webhooks/cmi", body, form).Want(status).Body)
	}
	if got := answer(http.StatusOK, g.Say(fields, cmitest.Declined)); got != "APPROVED" {
		t.Errorf("a refusal is answered %q", got)
	}
	for _, less := range []money.Amount{a.Amount - 1, a.Amount + 1} {
		if got := answer(http.StatusOK, g.Say(fields, cmitest.Approved(less, "T-"+less.String()))); got != "FAILURE" {
			t.Errorf("%s instead of %s is answered %q", less, a.Amount, got)
		}
	}
	approved := g.Say(fields, cmitest.Approved(a.Amount, "T-1"))
	for range 3 {
		if got := answer(http.StatusOK, approved); got != "ACTION=POSTAUTH" {
			t.Errorf("an approval is answered %q", got)
		}
	}
	if got := answer(http.StatusOK, g.Say(fields, cmitest.Approved(a.Amount, "T-2"))); got != "APPROVED" {
		t.Errorf("approved once more it is answered %q", got)
	}

	// What she typed as the name on her card, under another name, is the name of another order of hers.
	other, err := m.Payments.Start(t.Context(), another.Order.ID)
	if err != nil {
		t.Fatal(err)
	}
	typed := cmitest.Approved(a.Amount, "T-3")
	typed["nameOnCard"] = other.Form["oid"]
	genuine := g.Say(fields, typed)
	renamed := strings.NewReplacer("nameOnCard=", "oid=", "&oid=", "&oidx=").Replace(string(genuine))
	if got := answer(http.StatusOK, genuine); got != "APPROVED" {
		t.Errorf("approved a third time it is answered %q", got)
	}
	if got := answer(http.StatusBadRequest, []byte(renamed)); got != "FAILURE" {
		t.Errorf("for another order it is answered %q", got)
	}
	if got := answer(http.StatusBadRequest, approved[:len(approved)-9]); got != "FAILURE" {
		t.Errorf("half of it is answered %q", got)
	}
	m.WorkJobs()
	var received money.Amount
	m.Eventually("it is paid", func() bool {
		return m.DB.Get(&received, `select received_centimes from payments where reference = $1 and state = 'succeeded'`, placed.Order.ID) == nil
	})
	if received != a.Amount {
		t.Errorf("received %s", received)
	}
}
