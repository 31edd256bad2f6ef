package association_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/paymenttest"
	"github.com/souk-taawon/souk/internal/payment/testcard"
	"github.com/souk-taawon/souk/storefront/storetest"
)

func TestTheAssociationSeesWhatProvidersTellAndWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	m := storetest.NewTaking(t, []payment.Provider{payment.Cash{}, paymenttest.New()})
	told := func(e payment.Event) {
		t.Helper()
		if err := m.Payments.Receive(t.Context(), paymenttest.Name, e); err != nil {
			t.Fatal(err)
		}
	}
	told(payment.Event{ID: "evt_failed", Kind: "paid", Payload: []byte("try-1")})
	told(payment.Event{ID: "evt_waits", Kind: "paid", Payload: []byte("try-1")})
	told(payment.Event{ID: "evt_foreign", Kind: "paid", Foreign: true})
	told(payment.Event{ID: "evt_left", Kind: "reserved", Reserved: &payment.Reservation{Attempt: "try-1", Amount: 12_00, Currency: "MAD"}})
	if _, err := m.DB.Exec(`update payment_events set error = 'nobody answers', fault = 'payment.provider_down' where id = 'evt_failed'`); err != nil {
		t.Fatal(err)
	}
	if _, err := m.DB.Exec(`insert into payment_forged (provider, day, events) values ('test_card', current_date, 77)`); err != nil {
		t.Fatal(err)
	}
	treasurer := m.SignIn(m.Hire(account.Treasurer, m.Honey))
	for _, code := range storetest.Languages() {
		l := m.Languages.Locale(code)
		page := treasurer.Get("/" + code + "/association/payments").Want(http.StatusOK)
		if unsaid := storetest.Unsaid(page.Text("main")); unsaid != "" {
			t.Errorf("%s: %s", code, unsaid)
		}
		for state, want := range map[string]string{
			"failed": l.T("association.payments.down"), "waiting": l.T("association.payments.waiting"), "foreign": l.T("association.payments.foreign"), "done": l.T("association.payments.refused"),
		} {
			if row := page.Text("[data-events] tr[data-state=" + state + "]"); !strings.Contains(row, strings.Join(strings.Fields(want), " ")) {
				t.Errorf("%s: the row of %s says %q", code, state, row)
			}
		}
		if !strings.Contains(page.Text("[data-forged]"), "77") || page.Find("[data-difference]").Length() != 1 {
			t.Errorf("%s: what was forged or differs is not said", code)
		}
		if page.Has("[data-difference] a") {
			t.Errorf("%s: a payment that nobody asked for leads to an order", code)
		}
		if n := page.Find("[data-events] form").Length(); n != 2 {
			t.Errorf("%s: %d events can be tried again", code, n)
		}
		narrowed := treasurer.Get("/" + code + "/association/payments?state=failed").Want(http.StatusOK)
		if n := narrowed.Find("[data-events] tbody tr").Length(); n != 1 {
			t.Errorf("%s: %d events have failed", code, n)
		}
	}
	page := treasurer.Get("/fr/association/payments?state=failed")
	for range 2 {
		treasurer.Submit(page, "[data-events] form", nil).Want(http.StatusOK)
	}
	var jobs int
	if err := m.DB.Get(&jobs, `select count(*) from river_job where kind = 'payment_event' and args->>'id' = 'evt_failed' and unique_key is not null`); err != nil || jobs != 1 {
		t.Errorf("tried again twice there are %d jobs: %v", jobs, err)
	}

	refused := treasurer.Submit(page, "[data-difference] form", url.Values{"note": {" "}}).Want(http.StatusUnprocessableEntity)
	if !refused.Has("[data-difference] .err") {
		t.Error("it does not say that a word is missing")
	}
	treasurer.Submit(page, "[data-difference] form", url.Values{"note": {"released at the bank"}}).Want(http.StatusOK)
	if list, _, err := m.Payments.Differences(t.Context(), uuid.Nil, 10); err != nil || len(list) != 0 {
		t.Errorf("after it was settled: %+v, %v", list, err)
	}
	treasurer.Submit(page, "[data-difference] form", url.Values{"note": {"once more"}}).Want(http.StatusConflict)
}

func TestWhatAProviderSaysOtherwiseLeadsToItsOrder(t *testing.T) {
	t.Parallel()
	m := storetest.NewTaking(t, []payment.Provider{payment.Cash{}, testcard.New()})
	m.WorkJobs()
	o := paidByCard(t, m)
	if _, err := m.DB.Exec(`
		insert into payment_differences (id, provider, subject, name, reason, theirs_centimes, ours_centimes, found_at)
		select gen_random_uuid(), provider, 'payment', provider_reference, 'currency', 0, 0, now() from payment_attempts`); err != nil {
		t.Fatal(err)
	}
	page := m.SignIn(m.Hire(account.Treasurer, m.Honey)).Get("/fr/association/payments").Want(http.StatusOK)
	if at, _ := page.Find("[data-difference] a").Attr("href"); at != "/fr/association/orders/"+o.ID.String() {
		t.Errorf("it leads to %q", at)
	}
}
