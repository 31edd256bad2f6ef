package stripe_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/paymenttest"
	"github.com/souk-taawon/souk/internal/payment/stripe"
	"github.com/souk-taawon/souk/internal/payment/stripe/stripetest"
)

const account = "acct_1Nv0FGQ9RKHgCVdK"

// paid is an attempt that its buyer has paid.
func paid(t *testing.T, s *stripetest.Server) payment.Attempt {
	t.Helper()
	a := paymenttest.NewAttempt()
	begun, err := at(s).Start(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	a.ProviderReference = begun.Reference
	s.Pay(a.ProviderReference, a.Amount)
	return a
}

// payout is one of half of what was paid.
func payout(a payment.Attempt) payment.Payout {
	return payment.Payout{ID: uuid.New(), Reference: a.Reference, AttemptReference: a.ProviderReference, Account: account, Amount: a.Amount / 2}
}

func TestATransferIsMadeOnceAlsoWhenStripeHasForgottenItsKeyOrTheAnswerWasLost(t *testing.T) {
	t.Parallel()
	s := stripetest.New(t)
	s.Connect(account)
	p, a := at(s), paid(t, s)
	out := payout(a)
	s.Lose(9) // it is sent again by itself
	if name, err := p.PayOut(t.Context(), out); err == nil {
		t.Fatalf("an answer came: %s", name)
	}
	s.Lose(0)
	s.Forget()
	first, err := p.PayOut(t.Context(), out)
	if err != nil || s.Balance(account) != out.Amount {
		t.Errorf("asked again: %s, %v; %s transferred of %s", first, err, s.Balance(account), out.Amount)
	}
	if name, err := p.PaidOut(t.Context(), out); err != nil || name != first {
		t.Errorf("found %s, %v, not %s", name, err, first)
	}
	back := payment.Recall{ID: uuid.New(), Payout: out, Tries: 1, Amount: 7_00}
	if _, err := p.Recalled(t.Context(), back); !errors.Is(err, payment.ErrUnknown) {
		t.Errorf("found what was not asked for: %v", err)
	}
	for range 2 {
		s.Forget()
		if _, err := p.Recall(t.Context(), back); err != nil || s.Balance(account) != out.Amount-7_00 {
			t.Errorf("taken back: %v, %s left of %s", err, s.Balance(account), out.Amount)
		}
	}
}

func TestStripeTransfersNoMoreThanWasPaidAndToNobodyWhoCannotHaveIt(t *testing.T) {
	t.Parallel()
	s := stripetest.New(t)
	p, a := at(s), paid(t, s)
	refuses := func(what, reason string, err error) {
		t.Helper()
		if told, ok := errors.AsType[*payment.Refusal](err); !ok || told.Reason != reason || !errors.Is(err, payment.ErrRefused) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := p.Payable(t.Context(), account); !errors.Is(err, payment.ErrNotPayable) {
		t.Errorf("to an account that is not connected: %v", err)
	}
	_, err := p.PayOut(t.Context(), payout(a))
	refuses("to an account that is not connected", "account_invalid", err)
	s.Connect(account)
	if err := p.Payable(t.Context(), account); err != nil {
		t.Errorf("to an account that is connected: %v", err)
	}
	out := payout(a)
	if _, err := p.PayOut(t.Context(), out); err != nil {
		t.Fatal(err)
	}
	more := payout(a)
	more.Amount += 1_00
	_, err = p.PayOut(t.Context(), more)
	refuses("more than was paid", "transfer_source_balance_parameters_mismatch", err)
	s.Change(account, func(a *stripetest.Account) { a.Closed, a.Balance = true, 0 })
	if err := p.Payable(t.Context(), account); !errors.Is(err, payment.ErrNotPayable) {
		t.Errorf("to an account that is closed: %v", err)
	}
	_, err = p.PayOut(t.Context(), payout(a))
	refuses("to an account that is closed", "insufficient_capabilities_for_transfer", err)
	back := payment.Recall{ID: uuid.New(), Payout: out, Tries: 1, Amount: 7_00}
	_, err = p.Recall(t.Context(), back)
	refuses("what was spent", "balance_insufficient", err)
	s.Change(account, func(a *stripetest.Account) { a.Balance = 7_00 })
	back.Tries++
	if _, err := p.Recall(t.Context(), back); err != nil || s.Balance(account) != 0 {
		t.Errorf("asked again: %v, %s left", err, s.Balance(account))
	}
	s.Down(true)
	for what, err := range map[string]error{"payable": p.Payable(t.Context(), account), "paid out": second(p.PayOut(t.Context(), payout(a)))} {
		if !errors.Is(err, payment.ErrDown) || errors.Is(err, payment.ErrRefused) {
			t.Errorf("%s, of nobody: %v", what, err)
		}
	}
}

// What somebody reverses in Stripe's pages is told, in dirhams, and what the market itself has reversed is not.
func TestWhatIsReversedByHandIsTold(t *testing.T) {
	t.Parallel()
	s := stripetest.New(t)
	s.Connect(account)
	p, a := at(s), paid(t, s)
	out := payout(a)
	transfer, err := p.PayOut(t.Context(), out)
	if err == nil {
		_, err = p.Recall(t.Context(), payment.Recall{ID: uuid.New(), Payout: out, Tries: 1, Amount: 7_00})
	}
	if err != nil {
		t.Fatal(err)
	}
	day := time.Now().Add(-time.Hour)
	if o, err := p.Read(t.Context(), s.Event("transfer.reversed", transfer).Body); err != nil || o != (payment.Outcome{}) {
		t.Errorf("of what the market took back it says %+v, %v", o, err)
	}
	if moved, err := p.Moved(t.Context(), day, day.Add(2*time.Hour)); err != nil || len(moved) != 1 {
		t.Errorf("of the day: %+v, %v", moved, err)
	}
	s.Reverse(transfer, 5_00)
	want := payment.Outcome{Payout: transfer, Key: out.Key(), State: payment.Succeeded, Amount: 12_50, Currency: money.Currency}
	if o, err := p.Read(t.Context(), s.Reverse(transfer, 7_50).Body); err != nil || o != want {
		t.Errorf("it says %+v, %v", o, err)
	}
	moved, err := p.Moved(t.Context(), day, day.Add(2*time.Hour))
	if err != nil || len(moved) != 2 || moved[1] != want {
		t.Errorf("of the day: %+v, %v", moved, err)
	}
	if moved, err := p.Moved(t.Context(), day.Add(-24*time.Hour), day); err != nil || len(moved) != 0 {
		t.Errorf("of the day before: %+v, %v", moved, err)
	}
	s.Down(true)
	if _, err := p.Moved(t.Context(), day, day.Add(2*time.Hour)); !errors.Is(err, payment.ErrDown) {
		t.Errorf("of nobody: %v", err)
	}
}

// The fee that Stripe gives back with a refund, or keeps for it.
func TestTheFeeOfARefundIsTold(t *testing.T) {
	t.Parallel()
	s := stripetest.New(t)
	s.FeeOfRefunds(func(amount money.Amount) money.Amount { return -stripetest.FeeOf(amount) })
	p, a := at(s), paid(t, s)
	r := payment.Refund{Key: "back", AttemptReference: a.ProviderReference, Amount: 100_00, CreatedAt: time.Now()}
	name, err := p.Refund(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	read, err := p.Read(t.Context(), s.Event("refund.updated", name).Body)
	asked, errAsked := p.Refunded(t.Context(), r)
	moved, errMoved := p.Moved(t.Context(), time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	if err = errors.Join(err, errAsked, errMoved); err != nil || len(moved) != 2 {
		t.Fatal(err, moved)
	}
	for what, o := range map[string]payment.Outcome{"read": read, "asked after": asked, "listed": moved[1]} {
		if o.Refund != name || o.Fee != -stripetest.FeeOf(100_00) {
			t.Errorf("%s it is %+v", what, o)
		}
	}
}

func second[T any](_ T, err error) error { return err }

var _ payment.PayerOut = (*stripe.Provider)(nil)
