package paymenttest

import (
	"bytes"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
)

// Subject is a provider, with the other side of it: what the buyer, the bank and the provider's own people do. Each test
// has a new one. What cannot be done with a provider is left nil, and Cannot says why.
type Subject struct {
	Provider payment.Advance

	Shown  func(t *testing.T, s payment.Started) payment.Description              // what the buyer reads where she pays: Items, Email
	Pay    func(t *testing.T, s payment.Started, amount money.Amount)             // she pays so much
	Fail   func(t *testing.T, s payment.Started)                                  // she is refused for good
	Expire func(t *testing.T, s payment.Started)                                  // her time is over at the provider
	Event  func(t *testing.T, reference string) (header http.Header, body []byte) // what the provider sends of an attempt or a refund, as it stands
	Given  func(t *testing.T, s payment.Started) money.Amount                     // what the provider has given back of an attempt
	Down   func(t *testing.T, down bool)                                          // the provider does not answer; or does again
	Lost   func(t *testing.T)                                                     // the provider does what it is asked for next, and its answer is lost

	PayIn   func(t *testing.T, s payment.Started, amount money.Amount, currency string) // she pays so much of another currency
	Foreign func(t *testing.T, s payment.Started) []Sent                                // what it sends of the attempt that is not for this market: of another account or environment
	Odd     func(t *testing.T) []Sent                                                   // what it sends that the market has never heard of
	Connect func(t *testing.T, account string)                                          // somebody has that account with the provider
	Has     func(t *testing.T, account string) money.Amount                             // what an account has of what was paid to it

	Cannot map[string]string // name of a step, to why it is skipped
}

// Sent is what a provider sends.
type Sent struct {
	Header http.Header
	Body   []byte
}

// items are of two cooperatives and the delivery, with what breaks sentences.
var items = []payment.Item{
	{Text: "تعاونية النحل – Coopérative «l’Abeille» & Fils", Amount: 150_00},
	{Text: "تعاونية الزيتون", Amount: 63_50},
	{Text: "Livraison", Amount: 25_00},
}

const sum money.Amount = 238_50

// NewAttempt is one of three items, under a key of its own, that may be paid from now on for half an hour.
func NewAttempt() payment.Attempt {
	reference, now := uuid.New(), time.Now()
	until := now.Add(30 * time.Minute)
	return payment.Attempt{
		ID: uuid.New(), Reference: reference, Key: reference.String() + ":1", Amount: sum, State: payment.Pending,
		CreatedAt: now, ExpiresAt: &until,
		Description: payment.Description{
			Text: "طلب SK-1", Locale: "fr", Email: "amal@exemple.invalid", Back: "https://souk.example/fr/orders/token/paid", Items: items,
		},
	}
}

// Suite holds a provider to what payment.Provider promises. make gives one that nobody has used, with Cannot in English
// for whatever it leaves out. payment.Cash is in no run of it: no payment.Advance, it is asked for nothing, and people take
// and give it.
func Suite(t *testing.T, make func(t *testing.T) *Subject) {
	t.Helper()
	step := func(name string, needs func(*Subject) bool, test func(t *testing.T, s *Subject)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := make(t)
			if why := s.Cannot[name]; why != "" {
				t.Skipf("SKIPPED: %s", why)
			}
			if !needs(s) {
				t.Fatalf("%s is not tested, and nobody says why", s.Provider.Name())
			}
			test(t, s)
		})
	}
	always := func(*Subject) bool { return true }
	tells := func(s *Subject) bool { _, ok := s.Provider.(payment.Teller); return ok && s.Event != nil }
	gives := func(s *Subject) bool {
		_, ok := s.Provider.(payment.Refunder)
		return ok && s.Pay != nil && s.Given != nil
	}
	reconciles := func(s *Subject) bool { _, ok := s.Provider.(payment.Reconciled); return ok }
	all := func(needs ...func(*Subject) bool) func(*Subject) bool {
		return func(s *Subject) bool {
			for _, need := range needs {
				if !need(s) {
					return false
				}
			}
			return true
		}
	}
	pays := func(s *Subject) bool { return s.Pay != nil }
	goesDown := func(s *Subject) bool { return s.Down != nil }
	paysOut := func(s *Subject) bool {
		_, ok := s.Provider.(payment.PayerOut)
		return ok && s.Connect != nil && s.Has != nil
	}

	step("named and timed", always, func(t *testing.T, s *Subject) {
		if s.Provider.Name() == "" || s.Provider.Within() <= 0 {
			t.Errorf("it is called %q and gives %s", s.Provider.Name(), s.Provider.Within())
		}
	})
	step("begun once under one key", always, func(t *testing.T, s *Subject) {
		a := NewAttempt()
		first := s.start(t, a)
		if first.Reference == "" {
			t.Error("it has no name of the attempt")
		}
		var again errgroup.Group
		for range 4 {
			again.Go(func() error {
				started, err := s.Provider.Start(t.Context(), a)
				if diff := cmp.Diff(first, started); err == nil && diff != "" {
					return errors.New(diff)
				}
				return err
			})
		}
		if err := again.Wait(); err != nil {
			t.Errorf("begun again: %v", err)
		}
		if other := s.start(t, NewAttempt()); other.Reference == first.Reference {
			t.Errorf("two attempts are both %s", other.Reference)
		}
	})
	step("what is paid is shown", func(s *Subject) bool { return s.Shown != nil }, func(t *testing.T, s *Subject) {
		a := NewAttempt()
		shown := s.Shown(t, s.start(t, a))
		if diff := cmp.Diff(a.Description.Items, shown.Items); diff != "" {
			t.Errorf("what she reads (+) of what she pays (-): %s", diff)
		}
		if shown.Email != a.Description.Email {
			t.Errorf("her address is %q", shown.Email)
		}
	})
	step("paid", all(tells, pays), func(t *testing.T, s *Subject) {
		a := NewAttempt()
		started := s.start(t, a)
		if o := s.read(t, started.Reference); o.State == payment.Succeeded || o.State == payment.Failed || o.State == payment.Expired {
			t.Errorf("before anything happened: %+v", o)
		}
		s.Pay(t, started, a.Amount)
		for range 2 {
			s.paid(t, a, started, s.read(t, started.Reference), a.Amount)
		}
	})
	step("paid otherwise than asked", all(tells, pays), func(t *testing.T, s *Subject) {
		a := NewAttempt()
		started := s.start(t, a)
		s.Pay(t, started, a.Amount-1)
		s.paid(t, a, started, s.read(t, started.Reference), a.Amount-1)
	})
	step("refused", all(tells, func(s *Subject) bool { return s.Fail != nil }), func(t *testing.T, s *Subject) {
		started := s.start(t, NewAttempt())
		s.Fail(t, started)
		if o := s.read(t, started.Reference); o.State != payment.Failed || o.Amount != 0 {
			t.Errorf("after she was refused: %+v", o)
		}
	})
	step("expired", all(tells, func(s *Subject) bool { return s.Expire != nil }), func(t *testing.T, s *Subject) {
		started := s.start(t, NewAttempt())
		s.Expire(t, started)
		if o := s.read(t, started.Reference); o.State != payment.Expired || o.Amount != 0 {
			t.Errorf("after her time: %+v", o)
		}
	})
	step("forged", all(tells, pays), func(t *testing.T, s *Subject) {
		a := NewAttempt()
		started := s.start(t, a)
		s.Pay(t, started, a.Amount)
		header, body := s.Event(t, started.Reference)
		teller := s.Provider.(payment.Teller)
		genuine, err := teller.Verify(header.Get, body)
		if err != nil || genuine.ID == "" || genuine.Foreign {
			t.Fatalf("what the provider sent: %+v, %v", genuine, err)
		}
		if again, err := teller.Verify(header.Get, body); err != nil || again.ID != genuine.ID {
			t.Errorf("the same again is %q, not %q: %v", again.ID, genuine.ID, err)
		}
		for name, forged := range map[string][]byte{
			"nothing": nil, "no event": []byte("{}"), "half of it": body[:len(body)/2],
			"of another": bytes.ReplaceAll(body, []byte(started.Reference), []byte(started.Reference+"0")),
		} {
			if e, err := teller.Verify(header.Get, forged); !errors.Is(err, payment.ErrForged) {
				t.Errorf("%s: %+v, %v", name, e, err)
			}
		}
		for name := range header {
			other := header.Clone()
			other.Set(name, header.Get(name)+"0")
			if _, err := teller.Verify(other.Get, body); !errors.Is(err, payment.ErrForged) {
				t.Errorf("another %s: %v", name, err)
			}
			other.Del(name)
			if _, err := teller.Verify(other.Get, body); !errors.Is(err, payment.ErrForged) {
				t.Errorf("without %s: %v", name, err)
			}
		}
	})
	step("paid in another currency", all(tells, func(s *Subject) bool { return s.PayIn != nil }), func(t *testing.T, s *Subject) {
		a := NewAttempt()
		started := s.start(t, a)
		s.PayIn(t, started, a.Amount, "EUR")
		if o := s.read(t, started.Reference); o.State == payment.Succeeded && (o.Currency == money.Currency || o.Currency == "") {
			t.Errorf("of euros it says %+v", o)
		}
		header, body := s.Event(t, started.Reference)
		e, err := s.Provider.(payment.Teller).Verify(header.Get, body)
		if err != nil || e.Reserved != nil && (e.Reserved.Currency == money.Currency || e.Reserved.Currency == "") {
			t.Errorf("of euros that are reserved it says %+v, %v", e.Reserved, err)
		}
	})
	step("of another account or environment", all(tells, func(s *Subject) bool { return s.Foreign != nil }), func(t *testing.T, s *Subject) {
		sent := s.Foreign(t, s.start(t, NewAttempt()))
		if len(sent) == 0 {
			t.Error("nothing was sent")
		}
		for _, of := range sent {
			if e, err := s.Provider.(payment.Teller).Verify(of.Header.Get, of.Body); err != nil || e.ID == "" || !e.Foreign {
				t.Errorf("%s is %+v, %v", of.Body, e, err)
			}
		}
	})
	step("never heard of", all(tells, func(s *Subject) bool { return s.Odd != nil }), func(t *testing.T, s *Subject) {
		sent := s.Odd(t)
		if len(sent) == 0 {
			t.Error("nothing was sent")
		}
		teller := s.Provider.(payment.Teller)
		for _, of := range sent {
			e, err := teller.Verify(of.Header.Get, of.Body)
			if err != nil || e.ID == "" || e.Kind == "" || e.Foreign || e.Reserved != nil {
				t.Fatalf("%s is %+v, %v", of.Body, e, err)
			}
			if o, err := teller.Read(t.Context(), e.Payload); err != nil || o.State != "" || o.Dispute != nil {
				t.Errorf("%s is read as news: %+v, %v", of.Body, o, err)
			}
		}
	})
	step("given back in parts", gives, func(t *testing.T, s *Subject) {
		a := NewAttempt()
		started := s.start(t, a)
		s.Pay(t, started, a.Amount)
		first, second := s.refund(started, "a", 100_00), s.refund(started, "b", a.Amount-100_00)
		var names [2]string
		for i, r := range []payment.Refund{first, second} {
			for range 2 {
				names[i] = s.give(t, r, names[i])
			}
		}
		if given := s.Given(t, started); names[0] == names[1] || given != a.Amount {
			t.Errorf("%s given back, in %v", given, names)
		}
	})
	step("refused to give back", gives, func(t *testing.T, s *Subject) {
		a := NewAttempt()
		started := s.start(t, a)
		s.Pay(t, started, a.Amount)
		s.give(t, s.refund(started, "a", a.Amount-1), "")
		for name, r := range map[string]payment.Refund{"more than is left": s.refund(started, "b", 2), "more than was paid": s.refund(started, "c", a.Amount+1)} {
			for range 2 {
				given, err := s.Provider.(payment.Refunder).Refund(t.Context(), r)
				if !errors.Is(err, payment.ErrRefused) || errors.Is(err, payment.ErrNotNow) || errors.Is(err, payment.ErrDown) {
					t.Errorf("%s: %q, %v", name, given, err)
				}
			}
			if asked, ok := s.Provider.(payment.Reconciled); ok {
				if o, err := asked.Refunded(t.Context(), r); !errors.Is(err, payment.ErrUnknown) {
					t.Errorf("%s, asked after: %+v, %v", name, o, err)
				}
			}
		}
		if given := s.Given(t, started); given != a.Amount-1 {
			t.Errorf("%s given back of %s", given, a.Amount)
		}
	})
	step("given back once where the answer is lost", all(gives, func(s *Subject) bool { return s.Lost != nil }), func(t *testing.T, s *Subject) {
		a := NewAttempt()
		started := s.start(t, a)
		s.Pay(t, started, a.Amount)
		r := s.refund(started, "a", 100_00)
		s.Lost(t)
		_, _ = s.Provider.(payment.Refunder).Refund(t.Context(), r) // whatever it says
		s.give(t, r, "")
		if given := s.Given(t, started); given != 100_00 {
			t.Errorf("%s given back", given)
		}
	})
	step("told of what went back", all(gives, tells), func(t *testing.T, s *Subject) {
		a := NewAttempt()
		started := s.start(t, a)
		s.Pay(t, started, a.Amount)
		r := s.refund(started, "a", 100_00)
		name := s.give(t, r, "")
		o := s.read(t, name)
		if o.Refund != name || o.State != payment.Succeeded || o.Amount != r.Amount || o.Currency != money.Currency || o.Attempt != "" {
			t.Errorf("it says %+v", o)
		}
		s.paid(t, a, started, s.read(t, started.Reference), a.Amount) // as before
	})
	step("closed", all(pays, func(s *Subject) bool { _, ok := s.Provider.(payment.Closer); return ok }), func(t *testing.T, s *Subject) {
		closer := s.Provider.(payment.Closer)
		a := NewAttempt()
		a.ProviderReference = s.start(t, a).Reference
		for range 2 {
			if err := closer.Close(t.Context(), a); err != nil {
				t.Errorf("closed: %v", err)
			}
		}
		if asked, ok := s.Provider.(payment.Reconciled); ok { // whose word it is that nobody can pay it any more
			if o, err := asked.Attempted(t.Context(), a); err != nil || o.State != payment.Expired && o.State != payment.Cancelled {
				t.Errorf("closed, it is %+v, %v", o, err)
			}
		}
		b := NewAttempt()
		started := s.start(t, b)
		b.ProviderReference = started.Reference
		s.Pay(t, started, b.Amount)
		if err := closer.Close(t.Context(), b); err != nil {
			t.Errorf("closed after it was paid: %v", err)
		}
	})
	step("closed while it is down", all(goesDown, func(s *Subject) bool { _, ok := s.Provider.(payment.Closer); return ok }), func(t *testing.T, s *Subject) {
		a := NewAttempt()
		a.ProviderReference = s.start(t, a).Reference
		s.Down(t, true)
		if err := s.Provider.(payment.Closer).Close(t.Context(), a); !errors.Is(err, payment.ErrDown) {
			t.Errorf("closed with nobody there: %v", err) // it would stay open, and nobody would try again
		}
		s.Down(t, false)
		if err := s.Provider.(payment.Closer).Close(t.Context(), a); err != nil {
			t.Errorf("closed: %v", err)
		}
	})
	step("asked after", all(reconciles, pays), func(t *testing.T, s *Subject) {
		asked := s.Provider.(payment.Reconciled)
		a := NewAttempt()
		if o, err := asked.Attempted(t.Context(), a); !errors.Is(err, payment.ErrUnknown) {
			t.Errorf("before it was begun: %+v, %v", o, err)
		}
		started := s.start(t, a)
		s.Pay(t, started, a.Amount)
		for _, reference := range []string{"", started.Reference} {
			a.ProviderReference = reference
			o, err := asked.Attempted(t.Context(), a)
			if err != nil {
				t.Fatalf("asked after %q: %v", reference, err)
			}
			s.paid(t, a, started, o, a.Amount)
		}
	})
	step("asked after what went back", all(reconciles, gives), func(t *testing.T, s *Subject) {
		asked := s.Provider.(payment.Reconciled)
		a := NewAttempt()
		started := s.start(t, a)
		s.Pay(t, started, a.Amount)
		r := s.refund(started, "a", 100_00)
		if o, err := asked.Refunded(t.Context(), r); !errors.Is(err, payment.ErrUnknown) {
			t.Errorf("before it was asked for: %+v, %v", o, err)
		}
		name := s.give(t, r, "")
		for _, reference := range []string{"", name} {
			r.ProviderReference = reference
			o, err := asked.Refunded(t.Context(), r)
			if err != nil || o.Refund != name || o.State != payment.Succeeded || o.Amount != r.Amount || o.Currency != money.Currency {
				t.Errorf("asked after %q: %+v, %v", reference, o, err)
			}
		}
	})
	step("days compared", all(reconciles, gives), func(t *testing.T, s *Subject) {
		a := NewAttempt()
		started := s.start(t, a)
		s.start(t, NewAttempt()) // nobody pays that
		s.Pay(t, started, a.Amount)
		name := s.give(t, s.refund(started, "a", 100_00), "")
		now := time.Now()
		for from, want := range map[time.Time][2]money.Amount{now.Add(-time.Hour): {a.Amount, 100_00}, now.Add(time.Hour): {}} {
			moved, err := s.Provider.(payment.Reconciled).Moved(t.Context(), from, from.Add(2*time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			var came, went money.Amount
			for _, o := range moved {
				switch {
				case o.State != payment.Succeeded || o.Currency != money.Currency:
					t.Errorf("it lists %+v", o)
				case o.Refund == name:
					went += o.Amount
				case o.Attempt == started.Reference && o.Refund == "":
					came += o.Amount
				default:
					t.Errorf("it lists %+v", o)
				}
			}
			if got := [2]money.Amount{came, went}; got != want {
				t.Errorf("from %s on: %v came and went, want %v", from, got, want)
			}
		}
	})
	step("in one day and no other", all(reconciles, gives), func(t *testing.T, s *Subject) {
		a := NewAttempt()
		started := s.start(t, a)
		s.Pay(t, started, a.Amount)
		name := s.give(t, s.refund(started, "a", 100_00), "")
		midnight := time.Now().Truncate(time.Second)
		for near := -2 * time.Second; near <= 2*time.Second; near += time.Second { // one of them is the moment itself
			listed := map[string]int{}
			for _, from := range []time.Time{midnight.Add(near - 24*time.Hour), midnight.Add(near)} {
				moved, err := s.Provider.(payment.Reconciled).Moved(t.Context(), from, from.Add(24*time.Hour))
				if err != nil {
					t.Fatal(err)
				}
				for _, o := range moved {
					listed[o.Attempt+o.Refund]++
				}
			}
			if diff := cmp.Diff(map[string]int{started.Reference: 1, name: 1}, listed); diff != "" {
				t.Errorf("two days that meet %s from now list (+) and not (-): %s", near, diff)
			}
		}
	})
	step("paid out and taken back once", all(pays, paysOut), func(t *testing.T, s *Subject) {
		provider := s.Provider.(payment.PayerOut)
		a := NewAttempt()
		a.ProviderReference = s.start(t, a).Reference
		s.Pay(t, payment.Started{Reference: a.ProviderReference}, a.Amount)
		out := payment.Payout{
			ID: uuid.New(), Reference: a.Reference, Provider: provider.Name(), AttemptReference: a.ProviderReference, Account: "acct_suite", Amount: 100_00,
			State: payment.Pending,
		}
		if err := provider.Payable(t.Context(), out.Account); !errors.Is(err, payment.ErrNotPayable) {
			t.Errorf("to nobody's account: %v", err)
		}
		nobodys := out
		nobodys.ID, nobodys.Account = uuid.New(), "acct_nobodys"
		if name, err := provider.PayOut(t.Context(), nobodys); !errors.Is(err, payment.ErrRefused) {
			t.Errorf("paid to nobody's account: %q, %v", name, err)
		}
		s.Connect(t, out.Account)
		if err := provider.Payable(t.Context(), out.Account); err != nil {
			t.Errorf("to an account: %v", err)
		}
		back := payment.Recall{ID: uuid.New(), Payout: out, Tries: 1, Amount: 30_00, State: payment.Pending}
		done := func(what string, has money.Amount, do, find func() (string, error)) {
			t.Helper()
			if name, err := find(); !errors.Is(err, payment.ErrUnknown) {
				t.Errorf("%s, before: %q, %v", what, name, err)
			}
			if s.Down != nil { // which is no word of the provider's
				s.Down(t, true)
				for _, ask := range []func() (string, error){do, find} {
					if name, err := ask(); err == nil || errors.Is(err, payment.ErrRefused) || errors.Is(err, payment.ErrUnknown) {
						t.Errorf("%s with nobody there: %q, %v", what, name, err)
					}
				}
				s.Down(t, false)
			}
			if s.Lost != nil {
				s.Lost(t)
				_, _ = do() // whatever it says
			}
			first, err := do()
			again, errAgain := do()
			found, errFound := find()
			if err = errors.Join(err, errAgain, errFound); err != nil || first == "" || again != first || found != first {
				t.Errorf("%s: %q, %q, %q, %v", what, first, again, found, err)
			}
			if now := s.Has(t, out.Account); now != has {
				t.Errorf("%s: it has %s, not %s", what, now, has)
			}
		}
		done("paid out", 100_00,
			func() (string, error) { return provider.PayOut(t.Context(), out) }, func() (string, error) { return provider.PaidOut(t.Context(), out) })
		done("taken back", 70_00,
			func() (string, error) { return provider.Recall(t.Context(), back) }, func() (string, error) { return provider.Recalled(t.Context(), back) })
		more := out
		more.ID, more.Amount = uuid.New(), a.Amount-69_00
		if name, err := provider.PayOut(t.Context(), more); !errors.Is(err, payment.ErrRefused) {
			t.Errorf("paid out more than was paid: %q, %v", name, err)
		}
		rest := payment.Recall{ID: uuid.New(), Payout: out, Tries: 1, Before: 30_00, Amount: 71_00, State: payment.Pending}
		if name, err := provider.Recall(t.Context(), rest); !errors.Is(err, payment.ErrRefused) {
			t.Errorf("taken back more than was paid out: %q, %v", name, err)
		}
		if has := s.Has(t, out.Account); has != 70_00 {
			t.Errorf("it has %s", has)
		}
	})
	step("down", goesDown, func(t *testing.T, s *Subject) {
		s.Down(t, true)
		a := NewAttempt()
		if started, err := s.Provider.Start(t.Context(), a); !errors.Is(err, payment.ErrDown) {
			t.Errorf("begun with nobody there: %+v, %v", started, err)
		}
		s.Down(t, false)
		started := s.start(t, a)
		if !gives(s) {
			return
		}
		s.Pay(t, started, a.Amount)
		a.ProviderReference = started.Reference
		r := s.refund(started, "a", 100_00)
		s.Down(t, true) // which is no word of the provider's
		if name, err := s.Provider.(payment.Refunder).Refund(t.Context(), r); err == nil || errors.Is(err, payment.ErrRefused) {
			t.Errorf("given back with nobody there: %q, %v", name, err)
		}
		if asked, ok := s.Provider.(payment.Reconciled); ok {
			if o, err := asked.Attempted(t.Context(), a); err == nil || errors.Is(err, payment.ErrUnknown) {
				t.Errorf("asked after with nobody there: %+v, %v", o, err)
			}
		}
		s.Down(t, false)
		s.give(t, r, "")
		if given := s.Given(t, started); given != r.Amount {
			t.Errorf("%s given back", given)
		}
	})
	step("begun once where the answer is lost", func(s *Subject) bool { return s.Lost != nil }, func(t *testing.T, s *Subject) {
		a := NewAttempt()
		s.Lost(t)
		first, err := s.Provider.Start(t.Context(), a)
		if second := s.start(t, a); err == nil && second.Reference != first.Reference {
			t.Errorf("begun twice, as %s and %s", first.Reference, second.Reference)
		}
	})
}

func (s *Subject) start(t *testing.T, a payment.Attempt) payment.Started {
	t.Helper()
	started, err := s.Provider.Start(t.Context(), a)
	if err != nil {
		t.Fatalf("begin %s: %v", a.Key, err)
	}
	return started
}

// read has the provider tell of an attempt or a refund, and reads that.
func (s *Subject) read(t *testing.T, reference string) payment.Outcome {
	t.Helper()
	header, body := s.Event(t, reference)
	teller := s.Provider.(payment.Teller)
	event, err := teller.Verify(header.Get, body)
	if err != nil {
		t.Fatalf("what the provider sent of %s: %v", reference, err)
	}
	o, err := teller.Read(t.Context(), event.Payload)
	if err != nil {
		t.Fatalf("read %s: %v", reference, err)
	}
	return o
}

// paid expects that so much was paid in an attempt.
func (s *Subject) paid(t *testing.T, a payment.Attempt, started payment.Started, o payment.Outcome, amount money.Amount) {
	t.Helper()
	if o.Attempt != started.Reference || o.Key != "" && o.Key != a.Key || o.State != payment.Succeeded || o.Amount != amount ||
		o.Currency != money.Currency || o.Refund != "" || o.Fee < 0 || o.Fee >= amount {
		t.Errorf("%s was paid of %s: %+v", amount, a.Key, o)
	}
}

func (s *Subject) refund(started payment.Started, key string, amount money.Amount) payment.Refund {
	return payment.Refund{
		ID: uuid.New(), Key: started.Reference + ":" + key, Provider: s.Provider.Name(), AttemptReference: started.Reference, Amount: amount,
		Reason: payment.ReasonDropped, State: payment.Pending, CreatedAt: time.Now(),
	}
}

// give asks for a refund; before is what it was called then, unless it is the first time.
func (s *Subject) give(t *testing.T, r payment.Refund, before string) (name string) {
	t.Helper()
	name, err := s.Provider.(payment.Refunder).Refund(t.Context(), r)
	if err != nil || name == "" || before != "" && name != before {
		t.Fatalf("give back %s: it is %q, before %q: %v", r.Key, name, before, err)
	}
	return name
}
