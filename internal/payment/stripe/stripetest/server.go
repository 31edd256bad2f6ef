// Package stripetest plays Stripe: a server that keeps what it is asked for, and what buyers and banks do with it. Start
// at New. It knows of Stripe's API what the market uses, and refuses what Stripe refuses there.
package stripetest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	stripego "github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/souk-taawon/souk/internal/money"
)

// Keys that the server knows; no real money moves by them.
const (
	SecretKey     = "sk_test_4eC39HqLyjWDarjtT1zdp7dc"
	WebhookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
)

// FeeOf is what Stripe keeps of a payment here.
func FeeOf(amount money.Amount) money.Amount { return amount.Share(290) + 3_00 }

// DisputeFee is what Stripe keeps of a dispute here.
const DisputeFee money.Amount = 150_00

// Server is Stripe. Its methods fail the test when what they are told to do could not be done at Stripe.
type Server struct {
	URL string

	t         testing.TB
	mu        sync.Mutex
	number    int
	sessions  []*session // as they were made, as everything else
	refunds   []*refund
	disputes  []*dispute
	accounts  map[string]*Account
	transfers []*transfer
	answers   map[string]answer // under an idempotency key
	pages     string            // where buyers find the pages
	events    []Event
	sendsTo   map[string][]string // kinds of events, by address
	down      bool
	lose      int
	refundFee func(amount money.Amount) money.Amount // nil: none
}

// Event is what Stripe sends.
type Event struct {
	ID     string
	Header http.Header
	Body   []byte
}

type session struct {
	id, intent, charge, email, locale string
	url, success, cancel              string // of its page, and where the buyer goes from there
	group                             string // transfer_group
	currency                          string // of its payment
	key                               string // client_reference_id
	metadata                          map[string]string
	items                             []Item
	amount, received, refunded        money.Amount
	status                            stripego.CheckoutSessionStatus
	paid                              stripego.CheckoutSessionPaymentStatus
	intentStatus                      stripego.PaymentIntentStatus
	created, expires, charged         time.Time
}

type refund struct {
	id       string
	of       *session
	amount   money.Amount
	fee      money.Amount // below zero: given back
	status   stripego.RefundStatus
	metadata map[string]string
	created  time.Time
}

// Account is somebody else's, connected with the market's.
type Account struct {
	Closed  bool         // nothing can be transferred to it any more
	Balance money.Amount // what there is of what was transferred to it
}

type transfer struct {
	id, account string
	of          *session
	amount      money.Amount
	reversed    money.Amount
	metadata    map[string]string
	reversals   []map[string]any
	created     time.Time
}

type dispute struct {
	id     string
	of     *session
	amount money.Amount
	status stripego.DisputeStatus
	due    time.Time        // until when evidence is taken
	moved  []map[string]any // out of the account, and into it again
}

// moves brings a dispute into a state, with the money that goes with it: a question takes none.
func (s *Server) moves(d *dispute, status stripego.DisputeStatus) {
	takes := map[stripego.DisputeStatus]bool{
		stripego.DisputeStatusNeedsResponse: true, stripego.DisputeStatusUnderReview: true, stripego.DisputeStatusLost: true,
	}
	move := func(amount, fee money.Amount, kind string) {
		d.moved = append(d.moved, map[string]any{
			"id": s.name("txn"), "object": "balance_transaction", "currency": "mad", "amount": amount, "fee": fee,
		})
		s.sendLocked("charge.dispute.funds_"+kind, d.object())
	}
	taken := len(d.moved)%2 == 1
	d.status = status
	switch {
	case takes[status] && !taken:
		move(-d.amount, DisputeFee, "withdrawn")
	case !takes[status] && taken:
		move(d.amount, 0, "reinstated")
	}
}

// Item is a line of a page.
type Item struct {
	Name   string
	Amount money.Amount
}

// Page is what a buyer sees.
type Page struct {
	Email, Locale string
	Items         []Item
	Amount        money.Amount
	TransferGroup string
	Expires       time.Time
	Open          bool   // she can still pay
	Success       string // where she goes when she has paid
	Cancel        string // where she goes if she does not want to
}

type answer struct {
	asked  string
	status int
	body   any
}

// New starts a server that ends with the test.
func New(t testing.TB) *Server {
	s := &Server{
		t: t, answers: map[string]answer{}, sendsTo: map[string][]string{}, accounts: map[string]*Account{}, pages: "https://checkout.stripe.com/c/pay/",
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/checkout/sessions", s.once(s.begin))
	mux.HandleFunc("POST /v1/checkout/sessions/{id}/expire", s.once(s.expire))
	mux.HandleFunc("POST /v1/refunds", s.once(s.give))
	mux.HandleFunc("GET /v1/checkout/sessions/{id}", one(s, func(id string) any { return found(s.session(id)) }))
	mux.HandleFunc("GET /v1/refunds/{id}", one(s, func(id string) any { return found(s.refund(id)) }))
	mux.HandleFunc("GET /v1/disputes/{id}", one(s, func(id string) any { return found(s.dispute(id)) }))
	mux.HandleFunc("GET /v1/checkout/sessions", s.list(func(q url.Values) (list []map[string]any) {
		for _, e := range s.sessions {
			if in(q, "created", e.created) && is(q, "payment_intent", e.intent) && is(q, "status", string(e.status)) {
				list = append(list, e.object())
			}
		}
		return list
	}))
	mux.HandleFunc("GET /v1/refunds", s.list(func(q url.Values) (list []map[string]any) {
		for _, e := range s.refunds {
			if in(q, "created", e.created) && is(q, "payment_intent", e.of.intent) {
				list = append(list, e.object())
			}
		}
		return list
	}))
	mux.HandleFunc("POST /v1/transfers", s.once(s.transfer))
	mux.HandleFunc("POST /v1/transfers/{id}/reversals", s.once(s.reverse))
	mux.HandleFunc("GET /v1/transfers", s.list(func(q url.Values) (list []map[string]any) {
		for _, e := range s.transfers {
			if is(q, "transfer_group", e.of.group) {
				list = append(list, e.object())
			}
		}
		return list
	}))
	mux.HandleFunc("GET /v1/transfers/{id}", one(s, func(id string) any { return found(s.transferOf(id)) }))
	mux.HandleFunc("GET /v1/balance_transactions", s.list(func(q url.Values) (list []map[string]any) {
		for _, e := range s.transfers {
			for _, reversal := range e.reversals {
				created := time.Unix(reversal["created"].(int64), 0)
				if is(q, "type", "transfer_refund") && in(q, "created", created) {
					list = append(list, map[string]any{
						"id": fmt.Sprint("txn_", reversal["id"]), "object": "balance_transaction", "type": "transfer_refund", "currency": "mad",
						"amount": reversal["amount"], "created": reversal["created"], "source": reversal,
					})
				}
			}
		}
		return list
	}))
	mux.HandleFunc("GET /v1/transfers/{id}/reversals", func(w http.ResponseWriter, r *http.Request) {
		s.list(func(url.Values) []map[string]any {
			if e := s.transferOf(r.PathValue("id")); e != nil {
				return slices.Clone(e.reversals)
			}
			return nil
		})(w, r)
	})
	mux.HandleFunc("GET /v1/accounts/{id}", one(s, func(id string) any {
		a := s.accounts[id]
		if a == nil {
			return nil
		}
		active := map[bool]string{true: "inactive", false: "active"}[a.Closed]
		return map[string]any{"id": id, "object": "account", "payouts_enabled": !a.Closed, "capabilities": map[string]any{"transfers": active}}
	}))
	mux.HandleFunc("GET /v1/webhook_endpoints", s.list(func(url.Values) (list []map[string]any) {
		for address, kinds := range s.sendsTo {
			list = append(list, map[string]any{"id": address, "object": "webhook_endpoint", "url": address, "status": "enabled", "enabled_events": kinds})
		}
		return list
	}))
	server := httptest.NewServer(s.door(mux))
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// Page is what the buyer of a session sees.
func (s *Server) Page(id string) Page {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.known(id)
	return Page{
		Email: e.email, Locale: e.locale, Items: e.items, Amount: e.amount, TransferGroup: e.group, Expires: e.expires,
		Open: e.status == stripego.CheckoutSessionStatusOpen, Success: e.success, Cancel: e.cancel,
	}
}

// PagesAt has buyers find the pages of later sessions under an address, each by the name of its session.
func (s *Server) PagesAt(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pages = address
}

// Pay has the buyer of an open session pay so much.
func (s *Server) Pay(id string, amount money.Amount) { s.PayIn(id, amount, "mad") }

// PayIn is Pay in another currency, by its code in small letters.
func (s *Server) PayIn(id string, amount money.Amount, currency string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.open(id)
	e.status, e.paid, e.intentStatus = stripego.CheckoutSessionStatusComplete, stripego.CheckoutSessionPaymentStatusPaid, stripego.PaymentIntentStatusSucceeded
	e.received, e.charged, e.currency = amount, time.Now(), currency
	e.intent, e.charge = s.name("pi"), s.name("ch")
	s.sendLocked("checkout.session.completed", e.object())
}

// Fail has a bank refuse an open session's payment after its page was closed.
func (s *Server) Fail(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.open(id)
	e.status, e.paid, e.intentStatus = stripego.CheckoutSessionStatusComplete, stripego.CheckoutSessionPaymentStatusUnpaid, stripego.PaymentIntentStatusRequiresPaymentMethod
	e.intent = s.name("pi")
	s.sendLocked("checkout.session.async_payment_failed", e.object())
}

// Expire lets the time of an open session be over.
func (s *Server) Expire(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over(s.open(id))
}

// Dispute has the buyer's bank take back so much of a session's payment, and gives the name of that; Decide ends it.
func (s *Server) Dispute(session string, amount money.Amount) (id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.disputeLocked(session, amount, stripego.DisputeStatusNeedsResponse)
}

// Ask has the buyer's bank ask about so much of a session's payment, as Dispute.
func (s *Server) Ask(session string, amount money.Amount) (id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.disputeLocked(session, amount, stripego.DisputeStatusWarningNeedsResponse)
}

func (s *Server) disputeLocked(session string, amount money.Amount, status stripego.DisputeStatus) (id string) {
	d := &dispute{id: s.name("du"), of: s.known(session), amount: amount, due: time.Now().Add(7 * 24 * time.Hour)}
	s.disputes = append(s.disputes, d)
	s.moves(d, status)
	s.sendLocked("charge.dispute.created", d.object())
	return d.id
}

// Decide brings a dispute into another state.
func (s *Server) Decide(id string, status stripego.DisputeStatus) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.dispute(id)
	s.moves(d, status)
	kind := "updated"
	if status == stripego.DisputeStatusWon || status == stripego.DisputeStatusLost || status == stripego.DisputeStatusWarningClosed {
		kind = "closed"
	}
	s.sendLocked("charge.dispute."+kind, d.object())
}

// SetRefund brings a refund into another state.
func (s *Server) SetRefund(id string, status stripego.RefundStatus) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.refund(id)
	r.status = status
	s.sendLocked("refund.updated", r.object())
}

// Given is what was given back of a session.
func (s *Server) Given(id string) money.Amount {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.known(id).refunded
}

// Connect connects an account with the market's; Change changes it.
func (s *Server) Connect(id string) {
	s.Change(id, func(*Account) {})
}

// Change changes a connected account.
func (s *Server) Change(id string, change func(*Account)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.accounts[id] == nil {
		s.accounts[id] = &Account{}
	}
	change(s.accounts[id])
}

// Balance is what an account has of what was transferred to it.
func (s *Server) Balance(id string) money.Amount {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.accounts[id].Balance
}

// Reverse has somebody reverse so much of a transfer in Stripe's pages, and gives the transfer as an event has it.
func (s *Server) Reverse(transfer string, amount money.Amount) Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.transferOf(transfer)
	if e == nil || amount > e.amount-e.reversed {
		s.t.Fatalf("stripetest: %s is not to be had back of transfer %s", amount, transfer)
	}
	s.takeBack(e, amount, nil)
	return s.events[len(s.events)-1]
}

// takeBack takes what was transferred out of an account, which may have it or not.
func (s *Server) takeBack(e *transfer, amount money.Amount, metadata map[string]string) (reversal map[string]any) {
	s.accounts[e.account].Balance -= amount
	e.reversed += amount
	reversal = map[string]any{
		"id": s.name("trr"), "object": "transfer_reversal", "amount": amount, "currency": "mad", "transfer": e.id, "metadata": metadata,
		"created": time.Now().Unix(),
	}
	e.reversals = append(e.reversals, reversal)
	s.sendLocked("transfer.reversed", e.object())
	return reversal
}

// FeeOfRefunds has Stripe keep so much for each later refund, or give back what is below zero.
func (s *Server) FeeOfRefunds(of func(amount money.Amount) money.Amount) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refundFee = of
}

// Down has nobody answer.
func (s *Server) Down(down bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = down
}

// Lose loses the next answers to requests that change something, as many as that: what was asked for is done.
func (s *Server) Lose(answers int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lose = answers
}

// Forget forgets the idempotency keys, as Stripe does after a day.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.answers)
}

// SendTo has events of these kinds sent to an address; nothing goes there: whoever tests takes them from Events.
func (s *Server) SendTo(address string, kinds ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sendsTo[address] = kinds
}

// Events are all that were sent, in order.
func (s *Server) Events() []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.events)
}

// Event sends one of that kind about an object, as it stands.
func (s *Server) Event(kind, id string) Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.session(id) != nil:
		return s.sendLocked(kind, s.session(id).object())
	case s.refund(id) != nil:
		return s.sendLocked(kind, s.refund(id).object())
	case s.dispute(id) != nil:
		return s.sendLocked(kind, s.dispute(id).object())
	case s.transferOf(id) != nil:
		return s.sendLocked(kind, s.transferOf(id).object())
	}
	s.t.Fatalf("stripetest: there is no %s", id)
	return Event{}
}

// Send sends an event of your own; what it lacks is filled in.
func (s *Server) Send(event map[string]any) Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.signLocked(event, WebhookSecret)
}

// Forge is Send by somebody who does not know the secret.
func (s *Server) Forge(event map[string]any) Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.signLocked(event, "whsec_guessed")
	s.events = s.events[:len(s.events)-1] // Stripe did not send that
	return e
}

func (s *Server) sendLocked(kind string, object map[string]any) Event {
	return s.signLocked(map[string]any{"type": kind, "data": map[string]any{"object": object}}, WebhookSecret)
}

func (s *Server) signLocked(event map[string]any, secret string) Event {
	whole := map[string]any{
		"id": s.name("evt"), "object": "event", "api_version": stripego.APIVersion, "livemode": false, "created": time.Now().Unix(),
	}
	maps.Copy(whole, event)
	body, err := json.Marshal(whole)
	if err != nil {
		s.t.Error(err)
	}
	signed := webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{Payload: body, Secret: secret})
	e := Event{ID: fmt.Sprint(whole["id"]), Header: http.Header{"Stripe-Signature": {signed.Header}}, Body: body}
	s.events = append(s.events, e)
	return e
}

// begin makes a session.
func (s *Server) begin(f url.Values, _ string) (int, any) {
	now := time.Now()
	e := &session{
		id: s.name("cs_test"), email: f.Get("customer_email"), locale: f.Get("locale"), key: f.Get("client_reference_id"),
		group: f.Get("payment_intent_data[transfer_group]"), metadata: metadata(f, "metadata"),
		status: stripego.CheckoutSessionStatusOpen, paid: stripego.CheckoutSessionPaymentStatusUnpaid, created: now, currency: "mad",
		success: f.Get("success_url"), cancel: f.Get("cancel_url"),
	}
	e.url = s.pages + e.id
	if !maps.Equal(e.metadata, metadata(f, "payment_intent_data[metadata]")) {
		return refused("payment_intent_data[metadata]", "metadata_invalid")
	}
	for n := 0; f.Has(fmt.Sprintf("line_items[%d][quantity]", n)); n++ {
		of := fmt.Sprintf("line_items[%d][price_data]", n)
		amount, err := strconv.ParseInt(f.Get(of+"[unit_amount]"), 10, 64)
		item := Item{Name: f.Get(of + "[product_data][name]"), Amount: money.Amount(amount)}
		if err != nil || amount <= 0 || item.Name == "" || f.Get(of+"[currency]") != "mad" || f.Get(fmt.Sprintf("line_items[%d][quantity]", n)) != "1" {
			return refused(of, "parameter_invalid_integer")
		}
		e.items, e.amount = append(e.items, item), e.amount+item.Amount
	}
	if e.amount < 5_00 {
		return refused("", "amount_too_small")
	}
	for _, name := range []string{"success_url", "cancel_url"} {
		if to, err := url.Parse(f.Get(name)); err != nil || to.Host == "" {
			return refused(name, "url_invalid")
		}
	}
	if e.email != "" && !strings.Contains(e.email, "@") {
		return refused("customer_email", "email_invalid")
	}
	expires, err := strconv.ParseInt(f.Get("expires_at"), 10, 64)
	if e.expires = time.Unix(expires, 0); err != nil || e.expires.Before(now.Add(30*time.Minute-time.Second)) || e.expires.After(now.Add(24*time.Hour)) {
		return refused("expires_at", "")
	}
	s.sessions = append(s.sessions, e)
	return http.StatusOK, e.object()
}

// expire closes a session that is open.
func (s *Server) expire(_ url.Values, id string) (int, any) {
	e := s.session(id)
	if e == nil {
		return missing(id)
	}
	if e.status != stripego.CheckoutSessionStatusOpen {
		return refused("", "")
	}
	s.over(e)
	return http.StatusOK, e.object()
}

func (s *Server) over(e *session) {
	e.status = stripego.CheckoutSessionStatusExpired
	s.sendLocked("checkout.session.expired", e.object())
}

// give gives back.
func (s *Server) give(f url.Values, _ string) (int, any) {
	i := slices.IndexFunc(s.sessions, func(e *session) bool { return e.intent != "" && e.intent == f.Get("payment_intent") })
	if i < 0 {
		return missing(f.Get("payment_intent"))
	}
	of := s.sessions[i]
	amount, err := strconv.ParseInt(f.Get("amount"), 10, 64)
	switch {
	case err != nil || amount <= 0:
		return refused("amount", "parameter_invalid_integer")
	case slices.ContainsFunc(s.disputes, func(d *dispute) bool {
		return d.of == of && len(d.moved)%2 == 1 && d.status != stripego.DisputeStatusLost
	}):
		return refused("", "charge_disputed")
	case of.refunded == of.received:
		return refused("", "charge_already_refunded")
	case money.Amount(amount) > of.received-of.refunded:
		return refused("amount", "")
	}
	of.refunded += money.Amount(amount)
	r := &refund{
		id: s.name("re"), of: of, amount: money.Amount(amount), status: stripego.RefundStatusSucceeded, metadata: metadata(f, "metadata"), created: time.Now(),
	}
	if s.refundFee != nil {
		r.fee = s.refundFee(r.amount)
	}
	s.refunds = append(s.refunds, r)
	s.sendLocked("refund.created", r.object())
	return http.StatusOK, r.object()
}

// transfer pays an account out of a charge.
func (s *Server) transfer(f url.Values, _ string) (int, any) {
	of := first(s.sessions, func(e *session) bool { return e.charge != "" && e.charge == f.Get("source_transaction") })
	if of == nil {
		return missing(f.Get("source_transaction"))
	}
	account := s.accounts[f.Get("destination")]
	amount, err := strconv.ParseInt(f.Get("amount"), 10, 64)
	out := money.Amount(amount)
	for _, e := range s.transfers {
		if e.of == of {
			out += e.amount - e.reversed
		}
	}
	switch {
	case err != nil || amount <= 0:
		return refused("amount", "parameter_invalid_integer")
	case f.Get("currency") != "mad":
		return refused("currency", "")
	case f.Get("transfer_group") != of.group:
		return refused("transfer_group", "")
	case account == nil:
		return refused("destination", "account_invalid")
	case account.Closed:
		return refused("destination", "insufficient_capabilities_for_transfer")
	case out > of.received: // of what is given back Stripe knows nothing here
		return refused("amount", "transfer_source_balance_parameters_mismatch")
	}
	account.Balance += money.Amount(amount)
	e := &transfer{
		id: s.name("tr"), account: f.Get("destination"), of: of, amount: money.Amount(amount), metadata: metadata(f, "metadata"), created: time.Now(),
	}
	s.transfers = append(s.transfers, e)
	return http.StatusOK, e.object()
}

// reverse takes back what was transferred, as far as the account has it.
func (s *Server) reverse(f url.Values, id string) (int, any) {
	e := s.transferOf(id)
	if e == nil {
		return missing(id)
	}
	amount, err := strconv.ParseInt(f.Get("amount"), 10, 64)
	switch {
	case err != nil || amount <= 0 || money.Amount(amount) > e.amount-e.reversed:
		return refused("amount", "parameter_invalid_integer")
	case s.accounts[e.account].Balance < money.Amount(amount):
		return refused("", "balance_insufficient")
	}
	return http.StatusOK, s.takeBack(e, money.Amount(amount), metadata(f, "metadata"))
}

// door lets in whoever has the key, unless nobody answers.
func (s *Server) door(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		down, lost := s.down, false
		if s.lose > 0 && r.Method == http.MethodPost {
			s.lose, lost = s.lose-1, true
		}
		s.mu.Unlock()
		switch {
		case down:
			panic(http.ErrAbortHandler)
		case r.Header.Get("Authorization") != "Bearer "+SecretKey:
			tell(w, http.StatusUnauthorized, problem("invalid_request_error", "", ""))
		case r.Header.Get("Stripe-Version") != stripego.APIVersion:
			s.t.Errorf("stripetest: asked by version %q", r.Header.Get("Stripe-Version"))
		case lost:
			next.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// once does a request once under its idempotency key.
func (s *Server) once(do func(f url.Values, id string) (int, any)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			tell(w, http.StatusBadRequest, problem("invalid_request_error", "", ""))
			return
		}
		asked := r.URL.Path + "?" + r.PostForm.Encode()
		s.mu.Lock()
		a, done := s.answers[r.Header.Get("Idempotency-Key")]
		switch {
		case !done:
			a.asked = asked
			a.status, a.body = do(r.PostForm, r.PathValue("id"))
			if key := r.Header.Get("Idempotency-Key"); key != "" {
				s.answers[key] = a
			}
		case a.asked != asked:
			a.status, a.body = http.StatusBadRequest, problem("idempotency_error", "", "")
		}
		s.mu.Unlock()
		tell(w, a.status, a.body)
	}
}

// one answers with one object.
func one(s *Server, read func(id string) any) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		object := read(r.PathValue("id"))
		s.mu.Unlock()
		if object == nil {
			status, body := missing(r.PathValue("id"))
			tell(w, status, body)
			return
		}
		tell(w, http.StatusOK, object)
	}
}

// list answers with a page of the objects that a query names, the latest first.
func (s *Server) list(read func(q url.Values) []map[string]any) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		s.mu.Lock()
		all := read(q)
		s.mu.Unlock()
		slices.Reverse(all)
		if after := q.Get("starting_after"); after != "" {
			all = all[1+slices.IndexFunc(all, func(e map[string]any) bool { return e["id"] == after }):]
		}
		limit, err := strconv.Atoi(cmp.Or(q.Get("limit"), "10"))
		if err != nil || limit < 1 || limit > 100 {
			status, body := refused("limit", "parameter_invalid_integer")
			tell(w, status, body)
			return
		}
		tell(w, http.StatusOK, map[string]any{"object": "list", "data": all[:min(limit, len(all))], "has_more": len(all) > limit})
	}
}

// in reports whether a moment lies in what a query says of a field.
func in(q url.Values, field string, at time.Time) bool {
	for bound, holds := range map[string]func(bound int64) bool{
		"gte": func(b int64) bool { return at.Unix() >= b }, "gt": func(b int64) bool { return at.Unix() > b },
		"lte": func(b int64) bool { return at.Unix() <= b }, "lt": func(b int64) bool { return at.Unix() < b },
	} {
		if b, err := strconv.ParseInt(q.Get(field+"["+bound+"]"), 10, 64); err == nil && !holds(b) {
			return false
		}
	}
	return true
}

// is reports whether a query asks for that value of a field, or for any.
func is(q url.Values, field, value string) bool { return !q.Has(field) || q.Get(field) == value }

func tell(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Request-Id", "req_test")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // whoever asked is gone
}

func problem(kind, param, code string) any {
	return map[string]any{"error": map[string]any{"type": kind, "param": param, "code": code, "message": "no"}}
}

func refused(param, code string) (int, any) {
	return http.StatusBadRequest, problem("invalid_request_error", param, code)
}

func missing(id string) (int, any) {
	return http.StatusNotFound, problem("invalid_request_error", id, "resource_missing")
}

// name is a new name of a kind.
func (s *Server) name(kind string) string {
	s.number++
	return fmt.Sprintf("%s_%06d", kind, s.number)
}

func (s *Server) session(id string) *session {
	return first(s.sessions, func(e *session) bool { return e.id == id })
}

func (s *Server) transferOf(id string) *transfer {
	return first(s.transfers, func(e *transfer) bool { return e.id == id })
}

func (s *Server) refund(id string) *refund {
	return first(s.refunds, func(e *refund) bool { return e.id == id })
}

func (s *Server) dispute(id string) *dispute {
	return first(s.disputes, func(e *dispute) bool { return e.id == id })
}

// first is the first that is so; nil: none.
func first[T any](list []*T, so func(*T) bool) *T {
	if i := slices.IndexFunc(list, so); i >= 0 {
		return list[i]
	}
	return nil
}

// found is what Stripe tells of something; nil: there is none.
func found[T any, P interface {
	*T
	object() map[string]any
}](e P) any {
	if e == nil {
		return nil
	}
	return e.object()
}

// known is a session that has to be there.
func (s *Server) known(id string) *session {
	e := s.session(id)
	if e == nil {
		s.t.Fatalf("stripetest: there is no session %s", id)
	}
	return e
}

// open is a session that has to be open.
func (s *Server) open(id string) *session {
	e := s.known(id)
	if e.status != stripego.CheckoutSessionStatusOpen {
		s.t.Fatalf("stripetest: session %s is %s", id, e.status)
	}
	return e
}

func metadata(f url.Values, of string) map[string]string {
	m := map[string]string{}
	for name := range f {
		if field, ok := strings.CutPrefix(name, of+"["); ok {
			m[strings.TrimSuffix(field, "]")] = f.Get(name)
		}
	}
	return m
}

func (e *session) object() map[string]any {
	o := map[string]any{
		"id": e.id, "object": "checkout.session", "url": e.url, "status": e.status, "payment_status": e.paid,
		"client_reference_id": e.key, "metadata": e.metadata, "amount_total": e.amount, "currency": "mad", "created": e.created.Unix(),
		"expires_at": e.expires.Unix(),
	}
	if e.intent != "" {
		o["payment_intent"] = e.payment()
	}
	return o
}

// payment is the session's PaymentIntent.
func (e *session) payment() map[string]any {
	o := map[string]any{
		"id": e.intent, "object": "payment_intent", "amount": e.amount, "amount_received": e.received, "currency": e.currency, "metadata": e.metadata,
		"status": e.intentStatus, "transfer_group": e.group,
	}
	if e.charge != "" {
		o["latest_charge"] = map[string]any{
			"id": e.charge, "object": "charge", "amount": e.received, "currency": e.currency, "created": e.charged.Unix(),
			"balance_transaction": map[string]any{
				"id": "txn_" + e.charge, "object": "balance_transaction", "currency": "mad", "amount": e.received, "fee": FeeOf(e.received),
			},
		}
	}
	return o
}

func (r *refund) object() map[string]any {
	return map[string]any{
		"id": r.id, "object": "refund", "amount": r.amount, "currency": "mad", "status": r.status, "metadata": r.metadata,
		"payment_intent": r.of.payment(), "created": r.created.Unix(),
		"balance_transaction": map[string]any{
			"id": "txn_" + r.id, "object": "balance_transaction", "currency": "mad", "amount": -r.amount, "fee": r.fee,
		},
	}
}

func (e *transfer) object() map[string]any {
	return map[string]any{
		"id": e.id, "object": "transfer", "amount": e.amount, "amount_reversed": e.reversed, "currency": "mad", "destination": e.account,
		"source_transaction": e.of.charge, "transfer_group": e.of.group, "metadata": e.metadata, "created": e.created.Unix(),
	}
}

func (d *dispute) object() map[string]any {
	return map[string]any{
		"id": d.id, "object": "dispute", "amount": d.amount, "currency": "mad", "status": d.status, "payment_intent": d.of.payment(),
		"balance_transactions": d.moved, "evidence_details": map[string]any{"due_by": d.due.Unix()},
	}
}
