package payment_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/riverqueue/river"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/paymenttest"
	"github.com/souk-taawon/souk/internal/postgres"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// start has the buyer go to where she pays, and gives the provider's name of the attempt.
func (c *till) start(t *testing.T, reference uuid.UUID) string {
	t.Helper()
	a, err := c.Start(t.Context(), reference)
	must(t, err)
	if a.State != payment.Waiting || a.URL == "" {
		t.Fatalf("started: %+v", a)
	}
	return a.ProviderReference
}

// tell receives an event and works it.
func (c *till) tell(t *testing.T, id string, event []byte) error {
	t.Helper()
	must(t, c.Receive(t.Context(), paymenttest.Name, payment.Event{ID: id, Payload: event}))
	return c.work(t, id)
}

func (c *till) work(t *testing.T, id string) error {
	worker := payment.EventWorker{Payments: c.Service}
	return worker.Work(t.Context(), &river.Job[payment.EventArgs]{Args: payment.EventArgs{Provider: paymenttest.Name, ID: id}})
}

// refund gives back, and asks the providers for it.
func (c *till) refund(t *testing.T, reference uuid.UUID, amount money.Amount, key string) error {
	t.Helper()
	return postgres.InTx(t.Context(), c.db, func(tx *sqlx.Tx) error {
		return c.RefundTx(t.Context(), tx, reference, amount, "a part was declined", "", key, c.clock())
	})
}

// ask works the refunds that wait, and gives the provider's names of them.
func (c *till) ask(t *testing.T) (names []string) {
	t.Helper()
	var ids []uuid.UUID
	must(t, c.db.Select(&ids, `
		select r.id from river_job j join payment_refunds r on r.id = (j.args->>'refund_id')::uuid
		where j.kind = 'payment_refund' and r.state = 'pending' order by j.id`))
	for _, id := range ids {
		must(t, (&payment.RefundWorker{Payments: c.Service}).Work(t.Context(), &river.Job[payment.RefundArgs]{Args: payment.RefundArgs{RefundID: id}}))
	}
	must(t, c.db.Select(&names, `select provider_reference from payment_refunds where provider_reference is not null order by id`))
	return names
}

func (c *till) states(t *testing.T, reference uuid.UUID) string {
	t.Helper()
	var attempts []string
	must(t, c.db.Select(&attempts, `
		select a.state from payment_attempts a join payment_intents i on i.id = a.intent_id where i.reference = $1 order by a.number`, reference))
	return c.state(t, reference) + ": " + strings.Join(attempts, " ")
}

func (c *till) want(t *testing.T, reference uuid.UUID, states string, paid, surplus, back []money.Amount) {
	t.Helper()
	if got := c.states(t, reference); got != states {
		t.Errorf("it is %q, want %q", got, states)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if diff := cmp.Diff([][]money.Amount{paid, surplus, back}, [][]money.Amount{c.paid, c.surplus, c.back}); diff != "" {
		t.Errorf("told of what was paid, what was too much and what went back (+): %s", diff)
	}
	checks, err := payment.Audit(t.Context(), c.db)
	must(t, err)
	for _, check := range checks {
		if !check.OK() {
			t.Errorf("%s: %v", check.Name, check.Problems)
		}
	}
}

func succeeded(name string, amount money.Amount) payment.Outcome {
	return payment.Outcome{Attempt: name, State: payment.Succeeded, Amount: amount}
}

func TestABuyerPaysBefore(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	order := c.openBy(t, paymenttest.Name, 238_00)
	first := c.start(t, order)
	if again := c.start(t, order); again != first {
		t.Errorf("asked again for %s, it is %s", first, again)
	}
	event := c.card.Say(succeeded(first, 238_00))
	for range 3 {
		must(t, c.tell(t, "evt_1", event))
	}
	must(t, c.tell(t, "evt_2", event)) // the same news under another name
	c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, nil)
	if _, err := c.Start(t.Context(), order); !errors.Is(err, payment.ErrNotPending) {
		t.Errorf("started after it was paid: %v", err)
	}
	if attempts, _ := c.card.Asked(); attempts != 1 {
		t.Errorf("%d attempts", attempts)
	}
}

func TestAfterAnAttemptThatFailedThereIsAnother(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	order := c.openBy(t, paymenttest.Name, 238_00)
	first := c.start(t, order)
	must(t, c.tell(t, "evt_1", c.card.Say(payment.Outcome{Attempt: first, State: payment.Failed})))
	second := c.start(t, order)
	if second == first {
		t.Fatal("the same attempt again")
	}
	must(t, c.tell(t, "evt_2", c.card.Say(succeeded(second, 238_00))))
	// Then the first is paid after all: that is too much, and goes back.
	must(t, c.tell(t, "evt_3", c.card.Say(succeeded(first, 238_00))))
	c.want(t, order, "succeeded: succeeded succeeded", []money.Amount{238_00}, []money.Amount{238_00}, nil)
	names := c.ask(t)
	if len(names) != 1 {
		t.Fatalf("asked to give back %v", names)
	}
	given := c.card.Say(payment.Outcome{Refund: names[0], State: payment.Succeeded, Amount: 238_00})
	must(t, c.tell(t, "evt_4", given))
	must(t, c.tell(t, "evt_5", given))
	c.want(t, order, "succeeded: succeeded succeeded", []money.Amount{238_00}, []money.Amount{238_00}, []money.Amount{238_00})
}

func TestAPaymentThatComesLateIsKeptAndGivenBack(t *testing.T) {
	t.Parallel()
	for name, over := range map[string]func(*till, *sqlx.Tx, uuid.UUID) error{
		"expired":   func(c *till, tx *sqlx.Tx, order uuid.UUID) error { return c.ExpireTx(t.Context(), tx, order) },
		"cancelled": func(c *till, tx *sqlx.Tx, order uuid.UUID) error { return c.CancelTx(t.Context(), tx, order) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newTill(t)
			order := c.openBy(t, paymenttest.Name, 238_00)
			first := c.start(t, order)
			c.later(time.Hour)
			if _, err := c.Start(t.Context(), order); !errors.Is(err, payment.ErrNotPending) {
				t.Errorf("sent to pay after the time was over: %v", err)
			}
			must(t, postgres.InTx(t.Context(), c.db, func(tx *sqlx.Tx) error { return over(c, tx, order) }))
			c.want(t, order, "cancelled: "+name, nil, nil, nil)
			must(t, c.tell(t, "evt_1", c.card.Say(succeeded(first, 238_00))))
			c.ask(t)
			c.want(t, order, "cancelled: succeeded", nil, []money.Amount{238_00}, nil)
			if _, back := c.card.Asked(); back != 238_00 {
				t.Errorf("asked to give back %s", back)
			}
		})
	}
}

// Less or more than was asked for pays nothing, and none of it is lost.
func TestAnotherAmountThanWasAskedForIsKeptAndGivenBack(t *testing.T) {
	t.Parallel()
	for _, came := range []money.Amount{1, 237_00, 239_00} {
		t.Run(came.String(), func(t *testing.T) {
			t.Parallel()
			c := newTill(t)
			order := c.openBy(t, paymenttest.Name, 238_00)
			first := c.start(t, order)
			event := c.card.Say(succeeded(first, came))
			for range 2 {
				must(t, c.tell(t, "evt_1", event))
			}
			must(t, c.tell(t, "evt_2", event))
			c.want(t, order, "pending: succeeded", nil, []money.Amount{came}, nil)
			names := c.ask(t)
			if _, back := c.card.Asked(); back != came || len(names) != 1 {
				t.Errorf("asked to give back %s in %v", back, names)
			}
			must(t, c.tell(t, "evt_3", c.card.Say(payment.Outcome{Refund: names[0], State: payment.Succeeded, Amount: came})))
			second := c.start(t, order)
			if second == first {
				t.Fatal("she was sent to the same attempt again")
			}
			must(t, c.tell(t, "evt_4", c.card.Say(succeeded(second, 238_00))))
			must(t, c.tell(t, "evt_5", event))
			c.want(t, order, "succeeded: succeeded succeeded", []money.Amount{238_00}, []money.Amount{came}, []money.Amount{came})
		})
	}
}

// What an attempt received is the most that was ever said of it; it pays if the first that was said is what was asked
// for, and all else goes back.
func TestMoreThatComesInAnAttemptIsGivenBack(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]struct {
		told          []money.Amount
		states        string
		paid, surplus []money.Amount
	}{
		"right, then less":       {[]money.Amount{238_00, 237_00}, "succeeded: succeeded", []money.Amount{238_00}, nil},
		"right, then more":       {[]money.Amount{238_00, 239_00}, "succeeded: succeeded", []money.Amount{238_00}, []money.Amount{1_00}},
		"less, then right":       {[]money.Amount{237_00, 238_00}, "pending: succeeded", nil, []money.Amount{237_00, 1_00}},
		"more, then right":       {[]money.Amount{239_00, 238_00}, "pending: succeeded", nil, []money.Amount{239_00}},
		"less, more, then right": {[]money.Amount{237_00, 239_00, 238_00}, "pending: succeeded", nil, []money.Amount{237_00, 2_00}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newTill(t)
			order := c.openBy(t, paymenttest.Name, 238_00)
			first := c.start(t, order)
			for n, amount := range append(s.told, s.told...) {
				must(t, c.tell(t, fmt.Sprint("evt_", n), c.card.Say(succeeded(first, amount))))
			}
			c.want(t, order, s.states, s.paid, s.surplus, nil)
			c.ask(t)
			due := money.Amount(0)
			for _, amount := range s.surplus {
				due += amount
			}
			if _, back := c.card.Asked(); back != due {
				t.Errorf("asked to give back %s of %s", back, due)
			}
		})
	}
}

// Whatever is said of whichever attempt, in any order: one pays at most, and all that came beside goes back.
func TestWhateverCameIsPaidOrGoesBack(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	sum := func(amounts []money.Amount) (sum money.Amount) {
		for _, amount := range amounts {
			sum += amount
		}
		return sum
	}
	rapid.Check(t, func(rt *rapid.T) {
		c.paid, c.surplus = nil, nil
		order := c.openBy(t, paymenttest.Name, 100_00)
		var attempts []string
		most := map[string]money.Amount{}
		for n := range rapid.IntRange(1, 8).Draw(rt, "events") {
			if c.state(t, order) == "pending" {
				if name := c.start(t, order); !slices.Contains(attempts, name) {
					attempts = append(attempts, name)
				}
			}
			o := payment.Outcome{Attempt: rapid.SampledFrom(attempts).Draw(rt, "attempt"), State: payment.Failed}
			if rapid.IntRange(0, 4).Draw(rt, "it fails") > 0 {
				o = succeeded(o.Attempt, rapid.SampledFrom([]money.Amount{1, 99_99, 100_00, 100_01, 200_00}).Draw(rt, "amount"))
				most[o.Attempt] = max(most[o.Attempt], o.Amount)
			}
			must(t, c.tell(t, fmt.Sprint(order, n), c.card.Say(o)))
		}
		came := sum(slices.Collect(maps.Values(most)))
		var is struct{ Received, Promised money.Amount }
		must(t, c.db.Get(&is, `
			select received_centimes as received, promised_centimes as promised from payments where reference = $1`, order))
		if paid := c.state(t, order) == "succeeded"; paid != slices.Equal(c.paid, []money.Amount{100_00}) || !paid && len(c.paid) > 0 {
			rt.Fatalf("paid: %v, told of %v", paid, c.paid)
		}
		if is.Received != came || is.Promised != came-sum(c.paid) || sum(c.surplus) != is.Promised {
			rt.Fatalf("%s came, told of %v paid and %v too much: %+v", came, c.paid, c.surplus, is)
		}
		checks, err := payment.Audit(t.Context(), c.db)
		must(t, err)
		for _, check := range checks {
			if !check.OK() {
				rt.Fatalf("%s: %v", check.Name, check.Problems)
			}
		}
	})
}

func TestNewsThatComesLateChangesNothing(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	order := c.openBy(t, paymenttest.Name, 238_00)
	first := c.start(t, order)
	must(t, c.tell(t, "evt_1", c.card.Say(succeeded(first, 238_00))))
	must(t, c.tell(t, "evt_0", c.card.Say(payment.Outcome{Attempt: first, State: payment.Failed})))
	must(t, c.tell(t, "evt_2", c.card.Say(payment.Outcome{Attempt: first, State: payment.Expired})))
	c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, nil)
}

func TestAnEventThatCannotBeWorkedIsKeptWithItsReason(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	order := c.openBy(t, paymenttest.Name, 238_00)
	first := c.start(t, order)
	if err := c.tell(t, "unknown", []byte("rubbish")); err == nil {
		t.Error("rubbish was worked")
	}
	var reason string
	must(t, c.db.Get(&reason, `select error from payment_events where id = 'unknown' and worked_at is null`))
	if reason == "" {
		t.Error("no reason")
	}
	for id, malformed := range map[string]payment.Outcome{
		"nothing":           succeeded(first, 0),
		"less than nothing": succeeded(first, -238_00),
	} {
		if err := c.tell(t, id, c.card.Say(malformed)); err == nil || !strings.Contains(err.Error(), "malformed") {
			t.Errorf("%s: %v", id, err)
		}
	}
	c.want(t, order, "pending: waiting", nil, nil, nil)

	// What was paid in another currency pays nothing, and people are told of it once.
	euros := payment.Outcome{Attempt: first, State: payment.Succeeded, Amount: 238_00, Currency: "EUR"}
	for _, round := range []string{"", ", after it was settled"} {
		for _, id := range []string{"euros", "euros again"} {
			must(t, c.tell(t, id+round, c.card.Say(euros)))
		}
		c.want(t, order, "pending: waiting", nil, nil, nil)
		var told []payment.DifferenceReason
		must(t, c.db.Select(&told, `select reason from payment_differences`))
		if want := []payment.DifferenceReason{payment.WrongCurrency}; !slices.Equal(told, want) {
			t.Errorf("told: %v", told)
		}
		if open, err := c.PaidInOtherCurrency(t.Context(), order); err != nil || open != (round == "") {
			t.Errorf("it is open: %v, %v", open, err)
		}
		_, err := c.db.Exec(`update payment_differences set settled_at = now()`)
		must(t, err)
	}
	c.card.Say(succeeded(first, 238_00)) // things stand otherwise when it is tried again
	must(t, c.work(t, "nothing"))
	c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, nil)

	if err := c.Receive(t.Context(), paymenttest.Name, payment.Event{ID: "large", Payload: make([]byte, payment.MaxEvent+1)}); !errors.Is(err, payment.ErrEvent) {
		t.Errorf("a large event: %v", err)
	}
	if err := c.Receive(t.Context(), payment.CashOnDelivery, payment.Event{ID: "x"}); !errors.Is(err, payment.ErrUnknownProvider) {
		t.Errorf("cash told something: %v", err)
	}
}

func TestTheSameNewsAtOnceIsTakenOnce(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	order := c.openBy(t, paymenttest.Name, 238_00)
	event := c.card.Say(succeeded(c.start(t, order), 238_00))
	var all errgroup.Group
	for n := range 6 {
		id := fmt.Sprint("evt_", n%3)
		all.Go(func() error {
			return errors.Join(c.Receive(t.Context(), paymenttest.Name, payment.Event{ID: id, Payload: event}), c.work(t, id))
		})
	}
	must(t, all.Wait())
	c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, nil)
}

func TestNoMoreIsGivenBackThanWasReceived(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	order := c.openBy(t, paymenttest.Name, 238_00)
	if err := c.refund(t, order, 1, "early"); !errors.Is(err, payment.ErrTooMuch) {
		t.Errorf("gave back what was not received: %v", err)
	}
	must(t, c.tell(t, "evt_1", c.card.Say(succeeded(c.start(t, order), 238_00))))
	must(t, c.refund(t, order, 110_00, "honey"))
	must(t, c.refund(t, order, 110_00, "honey")) // a second click
	if err := c.refund(t, order, 100_00, "honey"); !errors.Is(err, payment.ErrKeyUsed) {
		t.Errorf("the same key for another amount: %v", err)
	}
	if err := c.refund(t, order, 128_01, "rest"); !errors.Is(err, payment.ErrTooMuch) {
		t.Errorf("a centime too much: %v", err)
	}
	var hands errgroup.Group
	given := make([]bool, 4)
	for i := range given {
		hands.Go(func() error {
			err := c.refund(t, order, 100_00, fmt.Sprint("hand ", i))
			given[i] = err == nil
			if errors.Is(err, payment.ErrTooMuch) {
				return nil
			}
			return err
		})
	}
	must(t, hands.Wait())
	if n := len(slices.DeleteFunc(given, func(ok bool) bool { return !ok })); n != 1 {
		t.Errorf("%d of four got the rest", n)
	}
	names := c.ask(t)
	c.ask(t)
	if _, back := c.card.Asked(); back != 210_00 || len(names) != 2 {
		t.Errorf("asked for %s in %v", back, names)
	}
	// One of them fails: it may be tried again, and what it was to give is nobody else's.
	must(t, c.tell(t, "evt_2", c.card.Say(payment.Outcome{Refund: names[0], State: payment.Failed})))
	must(t, c.tell(t, "evt_3", c.card.Say(payment.Outcome{Refund: names[1], State: payment.Succeeded, Amount: 100_00})))
	if err := c.refund(t, order, 28_01, "rest"); !errors.Is(err, payment.ErrTooMuch) {
		t.Errorf("what failed was promised to another: %v", err)
	}
	must(t, c.refund(t, order, 28_00, "rest"))
	must(t, c.refund(t, order, 110_00, "honey"))
	c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, []money.Amount{100_00})
}

func TestCashIsGivenBackByHand(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	order := c.open(t, 238_00)
	if _, err := c.settle(t, order); err != nil {
		t.Fatal(err)
	}
	must(t, c.refund(t, order, 110_00, "honey"))
	if names := c.ask(t); len(names) > 0 {
		t.Errorf("asked %v", names)
	}
	var id uuid.UUID
	must(t, c.db.Get(&id, `select id from payment_refunds`))
	long := payment.Given{Reference: strings.Repeat("7", payment.MaxGivenReference+1)}
	err := postgres.InTx(t.Context(), c.db, func(tx *sqlx.Tx) error { return c.GivenTx(t.Context(), tx, id, long, c.clock()) })
	if f := fault.As(err); f == nil || f.Fields["reference"].Key != "settlement.reference_long" {
		t.Errorf("a reference that is too long to be kept: %v", err)
	}
	for range 2 {
		must(t, postgres.InTx(t.Context(), c.db, func(tx *sqlx.Tx) error { return c.GivenTx(t.Context(), tx, id, payment.Given{}, c.clock()) }))
	}
	c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, []money.Amount{110_00})
}

func TestWhoSaysThatARefundWasGivenOtherwiseThanItWasIsToldSo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ before, now, told string }{
		"said again":                {"R-1", "R-1", ""},
		"with another reference":    {"R-1", "R-2", "payment.given_before_with"},
		"with none":                 {"R-1", "", "payment.given_before_with"},
		"with one, and none before": {"", "R-2", "payment.given_before"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			till := newTill(t)
			order := till.open(t, 238_00)
			_, err := till.settle(t, order)
			must(t, err)
			must(t, till.refund(t, order, 110_00, "honey"))
			var id uuid.UUID
			must(t, till.db.Get(&id, `select id from payment_refunds`))
			given := func(reference string) error {
				return postgres.InTx(t.Context(), till.db, func(tx *sqlx.Tx) error {
					return till.GivenTx(t.Context(), tx, id, payment.Given{Reference: reference}, till.clock())
				})
			}
			must(t, given(c.before))
			told, with := "", any(nil)
			if err := given(c.now); err != nil {
				if !errors.Is(err, payment.ErrGivenBefore) {
					t.Fatal(err)
				}
				f := fault.As(err)
				told, with = f.Key, f.Args["Reference"]
			}
			if told != c.told || told == "payment.given_before_with" && with != c.before {
				t.Errorf("told %q with %v, want %q", told, with, c.told)
			}
			till.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, []money.Amount{110_00})
		})
	}
}

// refundsOf are the refunds that were asked for, in that order, each with its state.
func (c *till) refundsOf(t *testing.T) string {
	t.Helper()
	var states []string
	must(t, c.db.Select(&states, `select format('%s %s', amount_centimes / 100, state) from payment_refunds order by id`))
	return strings.Join(states, ", ")
}

// fail has the provider say no to the last refund that it was asked for.
func (c *till) fail(t *testing.T) {
	t.Helper()
	names := c.ask(t)
	last := names[len(names)-1]
	must(t, c.tell(t, "failed "+last, c.card.Say(payment.Outcome{Refund: last, State: payment.Failed})))
}

func TestARefundThatFailedIsAskedForAgain(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	order := c.openBy(t, paymenttest.Name, 238_00)
	must(t, c.tell(t, "evt_1", c.card.Say(succeeded(c.start(t, order), 238_00))))
	paid := []money.Amount{238_00}
	must(t, c.refund(t, order, 110_00, "honey"))
	c.fail(t)
	c.want(t, order, "succeeded: succeeded", paid, nil, nil)
	for range 3 { // while it is under way asking again does nothing
		must(t, c.refund(t, order, 110_00, "honey"))
	}
	if err := c.refund(t, order, 100_00, "honey"); !errors.Is(err, payment.ErrKeyUsed) {
		t.Errorf("the same key for another amount: %v", err)
	}
	if got := c.refundsOf(t); got != "110 failed, 110 pending" {
		t.Errorf("asked for %s", got)
	}
	c.fail(t)
	var again []money.Amount
	for range 2 {
		must(t, postgres.InTx(t.Context(), c.db, func(tx *sqlx.Tx) error {
			asked, err := c.RefundAgainTx(t.Context(), tx, order, c.clock())
			again = append(again, asked)
			return err
		}))
	}
	if !slices.Equal(again, []money.Amount{110_00, 0}) || !slices.Equal(c.failed, []money.Amount{110_00, 110_00}) {
		t.Errorf("asked again for %v, told of %v", again, c.failed)
	}
	names := c.ask(t)
	must(t, c.tell(t, "evt_2", c.card.Say(payment.Outcome{Refund: names[2], State: payment.Succeeded, Amount: 110_00})))
	must(t, c.refund(t, order, 110_00, "honey"))
	if got := c.refundsOf(t); got != "110 failed, 110 failed, 110 succeeded" {
		t.Errorf("asked for %s", got)
	}
	// It cannot be given a second time by one of those that failed.
	if err := c.tell(t, "evt_3", c.card.Say(payment.Outcome{Refund: names[0], State: payment.Succeeded, Amount: 110_00})); err == nil {
		t.Error("it was given twice, and nothing was said")
	}
	c.want(t, order, "succeeded: succeeded", paid, nil, []money.Amount{110_00})
}

// A refund that is said to have given another amount than it was to give is not taken for given.
func TestARefundGivesWhatItWasAskedFor(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	order := c.openBy(t, paymenttest.Name, 238_00)
	must(t, c.tell(t, "evt_1", c.card.Say(succeeded(c.start(t, order), 238_00))))
	must(t, c.refund(t, order, 110_00, "honey"))
	name := c.ask(t)[0]
	for n, other := range []money.Amount{0, 109_99, 110_01} {
		if err := c.tell(t, fmt.Sprint("other ", n), c.card.Say(payment.Outcome{Refund: name, State: payment.Succeeded, Amount: other})); err == nil {
			t.Errorf("%s were given of 110.00, and nothing was said", other)
		}
	}
	if got := c.refundsOf(t); got != "110 waiting" {
		t.Errorf("asked for %s", got)
	}
	must(t, c.tell(t, "evt_2", c.card.Say(payment.Outcome{Refund: name, State: payment.Succeeded, Amount: 110_00})))
	must(t, c.work(t, "other 0")) // by then it stands as it should
	c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, []money.Amount{110_00})
}

func TestWhatAProviderWillNotGiveBackHasFailed(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	order := c.openBy(t, paymenttest.Name, 238_00)
	must(t, c.tell(t, "evt_1", c.card.Say(succeeded(c.start(t, order), 238_00))))
	must(t, c.refund(t, order, 110_00, "honey"))
	c.card.Refuse(fmt.Errorf("%w: disputed", payment.ErrRefused))
	c.ask(t)
	if got := c.refundsOf(t); got != "110 failed" || !slices.Equal(c.failed, []money.Amount{110_00}) {
		t.Errorf("the provider will not: %s, told of %v", got, c.failed)
	}
	c.card.Refuse(nil)
	must(t, c.refund(t, order, 110_00, "honey"))
	c.ask(t)
	if _, back := c.card.Asked(); back != 110_00 {
		t.Errorf("asked again for %s", back)
	}
	c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, nil)
}

// An account in which there is not enough has more on another day; the buyer need not wait for that.
func TestWhatAProviderPutsOffForADayHasFailed(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	order := c.openBy(t, paymenttest.Name, 238_00)
	must(t, c.tell(t, "evt_1", c.card.Say(succeeded(c.start(t, order), 238_00))))
	must(t, c.refund(t, order, 110_00, "honey"))
	c.card.Refuse(fmt.Errorf("%w: too little is there", payment.ErrNotNow))
	var id uuid.UUID
	must(t, c.db.Get(&id, `select id from payment_refunds`))
	asks := func() error {
		return (&payment.RefundWorker{Payments: c.Service}).Work(t.Context(), &river.Job[payment.RefundArgs]{Args: payment.RefundArgs{RefundID: id}})
	}
	c.later(24*time.Hour - time.Second)
	if err := asks(); !errors.Is(err, payment.ErrNotNow) || c.refundsOf(t) != "110 pending" {
		t.Errorf("within a day it is %s: %v", c.refundsOf(t), err)
	}
	c.later(time.Second)
	must(t, asks())
	if got := c.refundsOf(t); got != "110 failed" || !slices.Equal(c.failed, []money.Amount{110_00}) {
		t.Errorf("after a day it is %s, told of %v", got, c.failed)
	}
	c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, nil)
}

// postponed is a refund of 110 dirhams that its provider has put off for an hour, by its order.
func (c *till) postponed(t *testing.T) (refund, order uuid.UUID) {
	t.Helper()
	order = c.openBy(t, paymenttest.Name, 238_00)
	must(t, c.tell(t, "evt_1", c.card.Say(succeeded(c.start(t, order), 238_00))))
	must(t, c.refund(t, order, 110_00, "honey"))
	must(t, c.db.Get(&refund, `select id from payment_refunds`))
	if err := c.inCash(t, refund); !errors.Is(err, payment.ErrRefundChanged) {
		t.Errorf("given otherwise at once: %v", err)
	}
	c.later(time.Hour)
	return refund, order
}

// inCash has a refund given in cash in place of the card's.
func (c *till) inCash(t *testing.T, refund uuid.UUID) error {
	return postgres.InTx(t.Context(), c.db, func(tx *sqlx.Tx) error {
		return c.ByMeansTx(t.Context(), tx, refund, paymenttest.Name, payment.CashOnDelivery, c.clock())
	})
}

// asksFor works the job of a refund.
func (c *till) asksFor(t *testing.T, refund uuid.UUID) error {
	return (&payment.RefundWorker{Payments: c.Service}).Work(t.Context(), &river.Job[payment.RefundArgs]{Args: payment.RefundArgs{RefundID: refund}})
}

// What a provider puts off people give otherwise, once it has said that it has not given it; until then nobody gives it.
func TestWhatAProviderPutsOffIsGivenOtherwiseOnceItSaysThatItHasNotGivenIt(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	refund, order := c.postponed(t)
	c.card.Refuse(fmt.Errorf("%w: too little is there", payment.ErrNotNow))
	if err := c.asksFor(t, refund); !errors.Is(err, payment.ErrNotNow) {
		t.Fatal(err)
	}
	for range 2 {
		must(t, c.inCash(t, refund))
	}
	c.later(2 * time.Minute)
	c.card.Refuse(payment.ErrDown)
	if err := c.asksFor(t, refund); !errors.Is(err, payment.ErrDown) || c.refundsOf(t) != "110 pending" {
		t.Errorf("with nobody there it is %s: %v", c.refundsOf(t), err)
	}
	c.card.Refuse(nil)
	for range 2 {
		must(t, c.asksFor(t, refund))
	}
	if _, back := c.card.Asked(); back != 0 || c.refundsOf(t) != "110 failed, 110 pending" {
		t.Errorf("the card gave %s; it is %s", back, c.refundsOf(t))
	}
	if len(c.failed) != 0 {
		t.Errorf("told that %v failed, which nobody has to do anything about", c.failed)
	}
	must(t, postgres.InTx(t.Context(), c.db, func(tx *sqlx.Tx) error {
		var cash uuid.UUID
		must(t, tx.Get(&cash, `select id from payment_refunds where means = 'cash_on_delivery'`))
		return c.GivenTx(t.Context(), tx, cash, payment.Given{Means: payment.CashOnDelivery}, c.clock())
	}))
	c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, []money.Amount{110_00})
}

// Somebody decides that it is given otherwise while the provider is asked to give: whatever becomes of that request, the
// buyer has it once.
func TestWhoeverHasItGivenOtherwiseWhileTheProviderIsAskedGivesItOnce(t *testing.T) {
	t.Parallel()
	lost := errors.New("the answer is lost")
	for what, c := range map[string]struct {
		lands  bool
		answer error // in place of the provider's name of what it gave
		want   string
	}{
		"it gives":             {true, nil, "110 waiting"},
		"its answer is lost":   {true, lost, "110 waiting"},
		"it never heard of it": {false, lost, "110 failed, 110 pending"},
		"it says no":           {false, payment.ErrRefused, "110 failed, 110 pending"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			till := newTill(t)
			refund, _ := till.postponed(t)
			till.card.Giving = func(give func() (string, error)) (name string, err error) {
				must(t, till.inCash(t, refund))
				if snoozed := new(river.JobSnoozeError); !errors.As(till.asksFor(t, refund), &snoozed) || snoozed.Duration != 2*time.Minute {
					t.Errorf("while it is asked the other job waits for %v", snoozed.Duration)
				}
				if c.lands {
					name, err = give()
				}
				if c.answer != nil {
					return "", c.answer
				}
				return name, err
			}
			if err := till.asksFor(t, refund); errors.Is(err, lost) != errors.Is(c.answer, lost) || err != nil && !errors.Is(err, lost) {
				t.Error(err)
			}
			till.later(2 * time.Minute)
			for range 2 {
				must(t, till.asksFor(t, refund))
			}
			if got := till.refundsOf(t); got != c.want {
				t.Errorf("it is %s, not %s", got, c.want)
			}
			if _, back := till.card.Asked(); c.lands != (back == 110_00) {
				t.Errorf("the card gave %s", back)
			}
			if len(till.failed) != 0 {
				t.Errorf("told that %v failed, which nobody has to do anything about", till.failed)
			}
		})
	}
}

// A provider may give its fee back with what it gives back, or keep more; of what it has not kept it gives nothing back.
func TestTheFeeOfARefundIsOfWhatTheProviderKeeps(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	order := c.openBy(t, paymenttest.Name, 238_00)
	name := c.start(t, order)
	paid := succeeded(name, 238_00)
	paid.Fee = 7_00
	must(t, c.tell(t, "paid", c.card.Say(paid)))
	must(t, c.refund(t, order, 110_00, "honey"))
	refund := c.ask(t)[0]
	given := func(state payment.State, fee money.Amount) payment.Outcome {
		return payment.Outcome{Refund: refund, State: state, Amount: 110_00, Fee: fee}
	}
	for n, o := range []payment.Outcome{
		given(payment.Succeeded, -3_00), given(payment.Succeeded, -3_00), paid, given(payment.Succeeded, -9_00), given(payment.Succeeded, 2_00), paid,
		given(payment.Failed, 0),
	} {
		must(t, c.tell(t, fmt.Sprint("told ", n), c.card.Say(o)))
	}
	if diff := cmp.Diff([]money.Amount{7_00, -3_00, -4_00, 9_00, -2_00}, c.fees); diff != "" {
		t.Errorf("fees (+): %s", diff)
	}
	var kept money.Amount
	must(t, c.db.Get(&kept, `select fee_centimes from payment_attempts`))
	if kept != 7_00 {
		t.Errorf("%s is kept in the end", kept)
	}
}

func TestWhatFailedMayBeGivenByHand(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	order := c.openBy(t, paymenttest.Name, 238_00)
	must(t, c.tell(t, "evt_1", c.card.Say(succeeded(c.start(t, order), 238_00))))
	must(t, c.refund(t, order, 110_00, "honey"))
	c.fail(t)
	var id uuid.UUID
	must(t, c.db.Get(&id, `select id from payment_refunds`))
	for range 2 {
		must(t, postgres.InTx(t.Context(), c.db, func(tx *sqlx.Tx) error { return c.GivenTx(t.Context(), tx, id, payment.Given{}, c.clock()) }))
	}
	must(t, c.refund(t, order, 110_00, "honey"))
	if got := c.refundsOf(t); got != "110 succeeded" {
		t.Errorf("asked for %s", got)
	}
	c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, []money.Amount{110_00})
}

// The buyer's bank sends back what was given: it is due again, unless somebody has given it otherwise meanwhile.
func TestWhatWasGivenAndComesBackIsDueAgain(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	order := c.openBy(t, paymenttest.Name, 238_00)
	must(t, c.tell(t, "evt_1", c.card.Say(succeeded(c.start(t, order), 238_00))))
	must(t, c.refund(t, order, 110_00, "honey"))
	name := c.ask(t)[0]
	must(t, c.tell(t, "evt_2", c.card.Say(payment.Outcome{Refund: name, State: payment.Succeeded, Amount: 110_00})))
	for _, id := range []string{"evt_3", "evt_4"} {
		must(t, c.tell(t, id, c.card.Say(payment.Outcome{Refund: name, State: payment.Failed})))
	}
	c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, []money.Amount{110_00, -110_00})
	if n, sum, err := payment.FailedRefunds(t.Context(), c.db); n != 1 || sum != 110_00 || err != nil || !slices.Equal(c.failed, []money.Amount{110_00}) {
		t.Errorf("%d refunds of %s wait to be asked for again, told of %v: %v", n, sum, c.failed, err)
	}
	var id uuid.UUID
	must(t, c.db.Get(&id, `select id from payment_refunds`))
	by := payment.Given{By: uuid.New()}
	must(t, postgres.InTx(t.Context(), c.db, func(tx *sqlx.Tx) error { return c.GivenTx(t.Context(), tx, id, by, c.clock()) }))
	must(t, c.tell(t, "evt_5", c.card.Say(payment.Outcome{Refund: name, State: payment.Failed})))
	c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, []money.Amount{110_00, -110_00, 110_00})
}

// Whatever fails, and whenever it is asked for again: each request is promised, given or waits, once, and never more
// than was received. The same money received twice takes part.
func TestWhateverFailsIsGivenOnceOrWaits(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	failed, given := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		order := c.openBy(t, paymenttest.Name, 100_00)
		first := c.start(t, order)
		news := 0
		told := func(o payment.Outcome) error {
			news++
			return c.tell(t, fmt.Sprint(order, news), c.card.Say(o))
		}
		must(t, told(payment.Outcome{Attempt: first, State: payment.Failed}))
		must(t, told(succeeded(c.start(t, order), 100_00)))
		wanted := map[string]money.Amount{}
		left, surplus := money.Amount(100_00), money.Amount(0)
		steps := map[string]func(){
			"paid twice": func() {
				if amount := money.Amount(rapid.Int64Range(1, 120_00).Draw(rt, "amount")); amount > surplus {
					must(t, told(succeeded(first, amount)))
					wanted[fmt.Sprintf("%s:%d", payment.ReasonSurplus, amount)] = amount - surplus
					surplus = amount
				}
			},
			"asked for": func() {
				key := rapid.SampledFrom([]string{"honey", "soap", "wheat"}).Draw(rt, "key")
				amount, before := wanted[key]
				if !before {
					amount = money.Amount(rapid.Int64Range(1, 120_00).Draw(rt, "amount"))
				}
				switch err := c.refund(t, order, amount, key); {
				case !before && amount > left:
					if !errors.Is(err, payment.ErrTooMuch) {
						rt.Fatalf("%s of %s: %v", amount, left, err)
					}
				case err != nil:
					rt.Fatal(err)
				case !before:
					wanted[key], left = amount, left-amount
				}
			},
			"asked for all again": func() {
				must(t, postgres.InTx(t.Context(), c.db, func(tx *sqlx.Tx) error {
					_, err := c.RefundAgainTx(t.Context(), tx, order, c.clock())
					return err
				}))
			},
			"news": func() {
				c.ask(t)
				var names []string
				must(t, c.db.Select(&names, `
					select r.provider_reference from payment_refunds r
					join payment_attempts a on a.id = r.attempt_id join payment_intents i on i.id = a.intent_id
					where i.reference = $1 and r.state in ('waiting', 'succeeded') order by r.id`, order))
				if len(names) == 0 {
					return
				}
				name := rapid.SampledFrom(names).Draw(rt, "refund")
				if rapid.IntRange(0, 2).Draw(rt, "it fails") > 0 {
					failed++
					must(t, told(payment.Outcome{Refund: name, State: payment.Failed}))
					return
				}
				given++
				var amount money.Amount
				must(t, c.db.Get(&amount, `select amount_centimes from payment_refunds where provider_reference = $1`, name))
				must(t, told(payment.Outcome{Refund: name, State: payment.Succeeded, Amount: amount}))
			},
		}
		names := slices.Sorted(maps.Keys(steps))
		for range rapid.IntRange(1, 10).Draw(rt, "steps") {
			steps[rapid.SampledFrom(names).Draw(rt, "step")]()
			var is struct{ Received, Promised, Failed money.Amount }
			must(t, c.db.Get(&is, `
				select received_centimes as received, promised_centimes as promised, failed_centimes as failed
				from payments where reference = $1`, order))
			sum := money.Amount(0)
			for key, amount := range wanted {
				sum += amount
				var of money.Amount
				must(t, c.db.Get(&of, `
					select coalesce(sum(amount_centimes), 0) from payment_refunds
					where request = $1 and (state <> 'failed' or id in (select id from payment_refunds_failed))`, order.String()+":"+key))
				if of != amount {
					rt.Fatalf("%s was to have %s back, and has or waits for %s", key, amount, of)
				}
			}
			if is.Promised+is.Failed != sum || sum > is.Received {
				rt.Fatalf("%s is due back: %+v", sum, is)
			}
			checks, err := payment.Audit(t.Context(), c.db)
			must(t, err)
			for _, check := range checks {
				if !check.OK() {
					rt.Fatalf("%s: %v", check.Name, check.Problems)
				}
			}
		}
	})
	if failed == 0 || given == 0 {
		t.Errorf("%d failed, %d were given", failed, given)
	}
}

func TestTheStatesAreDrawnAsTheTablesAre(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("doc.go")
	must(t, err)
	var drawn []string
	for line := range strings.Lines(string(text)) {
		subject, way, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, "//\t")), ": ")
		stops := strings.Split(way, " ▶ ")
		for i, stop := range stops[:len(stops)-1] {
			from, by, _ := strings.Cut(stop, " ─ ")
			to, _, _ := strings.Cut(stops[i+1], " ─ ")
			drawn = append(drawn, subject+": "+from+" ─ "+by+" ▶ "+to)
		}
	}
	slices.Sort(drawn)
	if diff := cmp.Diff(slices.Sorted(slices.Values(payment.Edges())), drawn); diff != "" {
		t.Errorf("allowed and drawn (+): %s", diff)
	}
}

func TestTheDatabaseDefendsAttemptsAndRefunds(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	order := c.openBy(t, paymenttest.Name, 238_00)
	c.start(t, order)
	another := func(number, state, ended string) string {
		return fmt.Sprintf(`insert into payment_attempts (id, intent_id, number, provider, amount_centimes, state, key, created_at, ended_at)
			select gen_random_uuid(), intent_id, %s, provider, amount_centimes, '%s', key || %s, now(), %s from payment_attempts`, number, state, number, ended)
	}
	refund := func(amount, reason string) string {
		return fmt.Sprintf(`insert into payment_refunds (id, attempt_id, amount_centimes, reason, state, request, key, created_at)
			select gen_random_uuid(), id, %s, '%s', 'pending', 'x', gen_random_uuid(), now() from payment_attempts`, amount, reason)
	}
	for _, s := range []struct{ constraint, statement string }{
		{"payment_attempts_one_live", another("2", "pending", "null")},
		{"payment_attempts_number_key", another("1", "failed", "now()")},
		{"payment_attempts_state_known", another("2", "lost", "now()")},
		{"payment_attempts_end_told", another("2", "failed", "null")},
		{"payment_attempts_received_when_succeeded", another("2", "succeeded", "now()")},
		{"payment_attempts_amount_positive", `update payment_attempts set amount_centimes = 0`},
		{"payment_attempts_refunded_sane", `update payment_attempts set refunded_centimes = 1`},
		{"payment_refunds_amount_positive", refund("0", "x")},
		{"payment_refunds_reason_given", refund("1", " ")},
		{"payment_refunds_number_key", refund("1", "x") + `; ` + refund("1", "y")},
		{"payment_events_bounded", `insert into payment_events (provider, id, payload, received_at) values ('x', '', '', now())`},
	} {
		if _, err := c.db.Exec(s.statement); !postgres.Violates(err, s.constraint) {
			t.Errorf("%s: %v", s.constraint, err)
		}
	}
}

// Each of these leaves something untrue behind; the audit has to name it.
func TestTheAuditFindsWhatContradictsPayments(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]struct{ damage, want string }{
		"an attempt less":            {`update payment_intents set paid_by = null; delete from payment_refunds; delete from payment_attempts`, "payment: what was paid was received in an attempt"},
		"an attempt goes on":         {`update payment_attempts set state = 'waiting', ended_at = null, received_centimes = 0, refunded_centimes = 0`, "payment: an intent that is over has no attempt under way"},
		"a refund less":              {`delete from payment_refunds`, "payment: what an attempt gives back is the sum of its refunds"},
		"an event that nobody works": {`update payment_events set worked_at = null; delete from river_job`, "payment: an event that is not worked has its job before it"},
		"another is promised what failed": {`update payment_refunds set state = 'failed', ended_at = now(); update payment_attempts set refunded_centimes = 12801`,
			"payment: no more is given back, and waits to be asked for again, than an attempt received"},
		"asked for again too early": {`insert into payment_refunds (id, attempt_id, amount_centimes, reason, state, request, number, key, created_at)
			select gen_random_uuid(), attempt_id, amount_centimes, reason, state, request, 2, 'x', created_at from payment_refunds`,
			"payment: a refund is asked for again only when it has failed, and is as large then"},
		"asked for again for more": {`update payment_refunds set state = 'failed', ended_at = now();
			insert into payment_refunds (id, attempt_id, amount_centimes, reason, state, request, number, key, created_at)
			select gen_random_uuid(), attempt_id, amount_centimes + 1, reason, 'pending', request, 2, 'x', created_at from payment_refunds`,
			"payment: a refund is asked for again only when it has failed, and is as large then"},
		"a refund that nobody asks for": {`delete from river_job`, "payment: a refund that its provider was not asked for has its job before it"},
		"more given back than is due":   {`update payment_attempts set refunded_centimes = refunded_centimes + 1`, "payment: what an attempt gives back is the sum of its refunds"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newTill(t)
			order := c.openBy(t, paymenttest.Name, 238_00)
			must(t, c.tell(t, "evt_1", c.card.Say(succeeded(c.start(t, order), 238_00))))
			must(t, c.refund(t, order, 110_00, "honey"))
			c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, nil)
			_, err := c.db.Exec(s.damage)
			must(t, err)
			checks, err := payment.Audit(t.Context(), c.db)
			must(t, err)
			for _, check := range checks {
				if check.Name == s.want && check.OK() {
					t.Errorf("%q found nothing", check.Name)
				}
			}
		})
	}
}

// collecting is a provider whose attempts are paid in several payments.
type collecting struct{ *paymenttest.Provider }

func (collecting) Collects() {}

func newCollectingTill(t *testing.T) *till {
	t.Helper()
	c := newTill(t)
	jobs, err := job.New(c.db, nil, nil, slog.New(slog.DiscardHandler))
	must(t, err)
	c.Service = payment.New(c.db, jobs, c.clock, payment.Cash{}, collecting{c.card})
	c.Payee = c
	return c
}

func TestWhatIsPaidInPartsIsPaidWhenAllOfItHasCome(t *testing.T) {
	t.Parallel()
	for name, parts := range map[string]struct {
		received, deposits, surplus []money.Amount
	}{
		"to the centime": {[]money.Amount{100_00, 100_00, 238_00}, []money.Amount{100_00}, nil},
		"and more":       {[]money.Amount{100_00, 150_00, 250_00}, []money.Amount{100_00, 50_00}, []money.Amount{12_00}},
		"at once":        {[]money.Amount{250_00}, nil, []money.Amount{12_00}},
		"too much later": {[]money.Amount{238_00, 240_00}, nil, []money.Amount{2_00}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCollectingTill(t)
			order := c.openBy(t, paymenttest.Name, 238_00)
			first := c.start(t, order)
			for i, received := range parts.received {
				must(t, c.tell(t, fmt.Sprint(i), c.card.Say(succeeded(first, received))))
			}
			c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, parts.surplus, nil)
			if diff := cmp.Diff(parts.deposits, c.deposits); diff != "" {
				t.Errorf("deposits: %s", diff)
			}
		})
	}
}

func TestAPartOfWhatIsToBePaidGoesBackWhenTheTimeIsOver(t *testing.T) {
	t.Parallel()
	c := newCollectingTill(t)
	order := c.openBy(t, paymenttest.Name, 238_00)
	first := c.start(t, order)
	must(t, c.tell(t, "1", c.card.Say(succeeded(first, 100_00))))
	must(t, postgres.InTx(t.Context(), c.db, func(tx *sqlx.Tx) error { return c.ExpireTx(t.Context(), tx, order) }))
	c.want(t, order, "cancelled: expired", nil, nil, nil)
	if diff := cmp.Diff([]money.Amount{100_00, -100_00}, c.deposits); diff != "" {
		t.Errorf("deposits: %s", diff)
	}
	must(t, c.tell(t, "2", c.card.Say(succeeded(first, 238_00)))) // the rest, too late
	c.want(t, order, "cancelled: succeeded", nil, []money.Amount{138_00}, nil)
	c.ask(t)
	if _, back := c.card.Asked(); back != 238_00 {
		t.Errorf("asked to give back %s", back)
	}
}

func TestMoneyThatComesLateIsTakenIfItIsWantedStill(t *testing.T) {
	t.Parallel()
	for _, again := range []bool{true, false} {
		t.Run(fmt.Sprint(again), func(t *testing.T) {
			t.Parallel()
			c := newTill(t)
			c.again = again
			order := c.openBy(t, paymenttest.Name, 238_00)
			first := c.start(t, order)
			must(t, postgres.InTx(t.Context(), c.db, func(tx *sqlx.Tx) error { return c.ExpireTx(t.Context(), tx, order) }))
			for i := range 2 {
				must(t, c.tell(t, fmt.Sprint(i), c.card.Say(succeeded(first, 238_00))))
			}
			if again {
				c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, nil)
			} else {
				c.want(t, order, "cancelled: succeeded", nil, []money.Amount{238_00}, nil)
			}
		})
	}
}

func TestAnotherMeansIsChosenWhileItIsNotPaid(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	order := c.openBy(t, paymenttest.Name, 238_00)
	first := c.start(t, order)
	choose := func(provider string, amount money.Amount) error {
		return postgres.InTx(t.Context(), c.db, func(tx *sqlx.Tx) error {
			return c.ChooseTx(t.Context(), tx, order, provider, amount, c.clock(), c.clock().Add(time.Hour))
		})
	}
	must(t, choose(payment.CashOnDelivery, 240_00))
	c.want(t, order, "pending: cancelled", nil, nil, nil)
	must(t, choose(paymenttest.Name, 238_00))
	c.want(t, order, "pending: cancelled pending", nil, nil, nil)
	must(t, c.tell(t, "1", c.card.Say(succeeded(first, 238_00)))) // in the window that stands open still
	c.want(t, order, "succeeded: succeeded cancelled", []money.Amount{238_00}, nil, nil)
	if err := choose(payment.CashOnDelivery, 238_00); !errors.Is(err, payment.ErrNotPending) {
		t.Errorf("chosen after it was paid: %v", err)
	}
}

func TestWhatAProviderKeepsIsToldOnce(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	order := c.openBy(t, paymenttest.Name, 238_00)
	o := succeeded(c.start(t, order), 238_00)
	must(t, c.tell(t, "1", c.card.Say(o)))
	o.Fee = 7_00
	must(t, c.tell(t, "2", c.card.Say(o))) // known later
	must(t, c.tell(t, "3", c.card.Say(o)))
	o.Fee = 9_00
	must(t, c.tell(t, "4", c.card.Say(o)))
	o.Fee = 7_00
	must(t, c.tell(t, "5", c.card.Say(o))) // some of it is given back
	if diff := cmp.Diff([]money.Amount{7_00, 2_00, -2_00}, c.fees); diff != "" {
		t.Errorf("kept: %s", diff)
	}
}

// slow is a provider whose buyer chooses another means before it answers.
type slow struct {
	*paymenttest.Provider
	before func(a payment.Attempt)
}

func (p slow) Start(ctx context.Context, a payment.Attempt) (payment.Started, error) {
	p.before(a)
	return p.Provider.Start(ctx, a)
}

func (slow) Close(context.Context, payment.Attempt) error { return nil }

func TestAnAttemptThatIsOverBeforeItsProviderAnswersIsClosedThere(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	jobs, err := job.New(c.db, nil, nil, slog.New(slog.DiscardHandler))
	must(t, err)
	var order uuid.UUID
	c.Service = payment.New(c.db, jobs, c.clock, payment.Cash{}, slow{c.card, func(payment.Attempt) {
		must(t, postgres.InTx(t.Context(), c.db, func(tx *sqlx.Tx) error {
			return c.ChooseTx(t.Context(), tx, order, payment.CashOnDelivery, 238_00, c.clock(), time.Time{})
		}))
		_, err := c.db.Exec(`delete from river_job`) // its provider could not be told by name yet
		must(t, err)
	}})
	c.Payee = c
	order = c.openBy(t, paymenttest.Name, 238_00)
	if a, err := c.Start(t.Context(), order); !errors.Is(err, payment.ErrNotPending) {
		t.Errorf("started %+v: %v", a, err)
	}
	var closed int
	must(t, c.db.Get(&closed, `
		select count(*) from river_job j join payment_attempts a on a.id = (j.args->>'attempt_id')::uuid
		where j.kind = 'payment_close' and a.provider_reference <> '' and a.state = 'cancelled'`))
	if closed != 1 {
		t.Errorf("%d are closed", closed)
	}
}

// closing is a provider whose buyer pays before it can close her attempt.
type closing struct {
	*paymenttest.Provider
	before func(a payment.Attempt)
}

func (p closing) Close(_ context.Context, a payment.Attempt) error {
	p.before(a)
	return nil
}

// The event may be lost as well, and nobody asks after an attempt that is over.
func TestWhatWasPaidBeforeItIsClosedIsLearntThen(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	jobs, err := job.New(c.db, nil, nil, slog.New(slog.DiscardHandler))
	must(t, err)
	c.Service = payment.New(c.db, jobs, c.clock, payment.Cash{}, closing{c.card, func(a payment.Attempt) {
		c.card.Say(succeeded(a.ProviderReference, 238_00))
	}})
	c.Payee = c
	order := c.openBy(t, paymenttest.Name, 238_00)
	c.start(t, order)
	must(t, postgres.InTx(t.Context(), c.db, func(tx *sqlx.Tx) error {
		return c.ChooseTx(t.Context(), tx, order, payment.CashOnDelivery, 238_00, c.clock(), time.Time{})
	}))
	c.want(t, order, "pending: cancelled", nil, nil, nil)
	var attempt uuid.UUID
	must(t, c.db.Get(&attempt, `select id from payment_attempts`))
	worker := payment.CloseWorker{Payments: c.Service}
	must(t, worker.Work(t.Context(), &river.Job[payment.CloseArgs]{Args: payment.CloseArgs{AttemptID: attempt}}))
	c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, nil)
}

// Nobody would hear that it was paid there.
func TestWhatIsNotTakenAnyMoreIsNotPaidSo(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	order := c.openBy(t, paymenttest.Name, 238_00)
	c.start(t, order)
	later := payment.New(c.db, nil, c.clock, payment.Cash{})
	if a, err := later.Start(t.Context(), order); !errors.Is(err, payment.ErrUnknownProvider) {
		t.Errorf("led to %q, %v", a.URL, err)
	}
	for name, want := range map[string]string{paymenttest.Name: payment.Card, payment.CashOnDelivery: payment.CashOnDelivery, payment.BankTransfer: payment.BankTransfer} {
		if got := later.MeansOf(name); got != want {
			t.Errorf("%s is called %s, not %s", name, got, want)
		}
	}
}
