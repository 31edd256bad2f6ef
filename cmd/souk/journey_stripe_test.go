package main

import (
	"bytes"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/payment/stripe"
	"github.com/souk-taawon/souk/internal/payment/stripe/stripetest"
)

// payAtStripe leaves Stripe's page open, pays in a window of another browser, and presses in the first one too. The order is
// paid when Stripe tells, not when she comes back.
func payAtStripe(r *reader, p payer, at *stripePages) {
	r.t.Helper()
	r.orderBy(stripe.Name, p)
	path := r.arriveAtStripe(at)

	second := newReaderOf(r.t, r.mk, p.lang, p.others())
	second.open(path)
	second.counts("[data-until]", 1)
	second.look("an order whose payment was begun")
	second.press("#payment a[href$='/pay']", r.l.T("shop.pay.pay"))
	second.arriveAtStripe(at)
	if first, other := r.path(), second.path(); first != other {
		r.t.Errorf("she could pay both at %s and at %s", first, other)
	}
	second.press("#pay", "")
	second.arrive(path + "/paid")
	second.sees("#checking", r.l.T("shop.pay.checking"))
	second.look("a payment of which Stripe has not told yet")
	at.tell(r.mk.url)
	second.counts("#paid", 1) // the page asks again by itself
	second.look("an order that was paid at Stripe")

	r.press("#pay", "")
	r.arrive(path)
	r.counts("#paid", 1)
}

// stripePages is Stripe with the pages on which buyers pay.
type stripePages struct {
	*stripetest.Server
	pages string

	t    *testing.T
	told int // of its events
}

// openStripe starts Stripe and its pages.
func openStripe(t *testing.T) *stripePages {
	t.Helper()
	s := &stripePages{Server: stripetest.New(t), t: t}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /c/pay/{session}", s.show)
	mux.HandleFunc("POST /c/pay/{session}", s.pay)
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	s.pages = server.URL + "/c/pay/"
	s.PagesAt(s.pages)
	return s
}

func (s *stripePages) show(w http.ResponseWriter, r *http.Request) {
	page := s.Page(r.PathValue("session"))
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = fmt.Fprint(w, `<!doctype html><title>.</title><ul>`)
	for _, item := range page.Items {
		_, _ = fmt.Fprintf(w, `<li>%s: %s</li>`, html.EscapeString(item.Name), item.Amount)
	}
	_, _ = fmt.Fprintf(w, `</ul><form method="post"><button id="pay">%s</button></form><a href="%s">back</a>`, page.Amount, html.EscapeString(page.Cancel))
}

func (s *stripePages) pay(w http.ResponseWriter, r *http.Request) {
	session := r.PathValue("session")
	page := s.Page(session)
	if page.Open {
		s.Pay(session, page.Amount)
	}
	http.Redirect(w, r, page.Success, http.StatusSeeOther)
}

// tell sends a market what it has not been told yet, signed.
func (s *stripePages) tell(market string) {
	s.t.Helper()
	events := s.Events()
	for _, e := range events[s.told:] {
		request, err := http.NewRequest(http.MethodPost, market+"/webhooks/stripe", bytes.NewReader(e.Body))
		if err != nil {
			s.t.Fatal(err)
		}
		request.Header = e.Header
		if answer := newAPIClient(market).do(s.t, request); answer.Status != http.StatusOK {
			s.t.Errorf("the market answers Stripe with %d", answer.Status)
		}
	}
	s.told = len(events)
}

// arriveAtStripe waits until she is on Stripe's page, and gives the path of the order that is paid there.
func (r *reader) arriveAtStripe(at *stripePages) (path string) {
	r.t.Helper()
	r.want("arrive at Stripe's page", `pages => document.readyState === 'complete' && location.href.startsWith(pages)`, at.pages)
	here := r.path()
	success := at.Page(here[strings.LastIndex(here, "/")+1:]).Success
	return strings.TrimSuffix(strings.TrimPrefix(success, r.mk.url), "/paid")
}
