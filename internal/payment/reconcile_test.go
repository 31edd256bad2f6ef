package payment_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/paymenttest"
)

// asks has the provider asked after what it did not tell.
func (c *till) asks(t *testing.T) error {
	t.Helper()
	return (&payment.AskWorker{Payments: c.Service}).Work(t.Context(), &river.Job[payment.AskArgs]{})
}

// compares has past days compared, and gives what differs.
func (c *till) compares(t *testing.T) (differ []string, err error) {
	t.Helper()
	err = (&payment.CompareWorker{Payments: c.Service}).Work(t.Context(), &river.Job[payment.CompareArgs]{})
	list, _, listErr := c.Differences(t.Context(), uuid.Nil, 100)
	must(t, listErr)
	for _, d := range list {
		differ = append(differ, fmt.Sprintf("%s %s: %s %s, here %s", d.Subject, d.Reason, d.Name, d.Theirs, d.Ours))
	}
	slices.Sort(differ)
	return differ, err
}

func TestWhatAProviderDoesNotTellItIsAskedAfter(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	order := c.openBy(t, paymenttest.Name, 238_00)
	c.card.Say(succeeded(c.start(t, order), 238_00)) // and the event is lost
	must(t, c.asks(t))
	c.want(t, order, "pending: waiting", nil, nil, nil) // it may yet come
	c.later(5 * time.Minute)
	c.card.Refuse(payment.ErrDown)
	if err := c.asks(t); !errors.Is(err, payment.ErrDown) {
		t.Errorf("asked while nobody is there: %v", err)
	}
	c.card.Refuse(nil)
	must(t, c.asks(t))
	c.want(t, order, "pending: waiting", nil, nil, nil) // not at once again
	c.later(5 * time.Minute)
	must(t, c.asks(t))
	c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, nil)

	must(t, c.refund(t, order, 38_00, "honey"))
	name := c.ask(t)[0]
	c.later(5 * time.Minute)
	must(t, c.asks(t)) // it is under way still
	c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, nil)
	c.card.Say(payment.Outcome{Refund: name, State: payment.Succeeded, Amount: 38_00})
	c.later(5 * time.Minute)
	must(t, c.asks(t))
	c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, []money.Amount{38_00})
}

// The answer to what was asked for may be lost: then the provider knows of it by its key alone.
func TestWhatWasAskedForWithoutAnAnswerIsFoundByItsKey(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	order := c.openBy(t, paymenttest.Name, 238_00)
	unknown := c.openBy(t, paymenttest.Name, 10_00)
	name := c.start(t, order)
	c.card.Say(succeeded(name, 238_00))
	_, err := c.db.Exec(`update payment_attempts set provider_reference = null, url = '', state = 'pending' where provider_reference = $1`, name)
	must(t, err)
	c.later(5 * time.Minute)
	must(t, c.asks(t))
	if got := c.states(t, order); got != "succeeded: succeeded" {
		t.Errorf("it is %s", got)
	}
	if got := c.states(t, unknown); got != "pending: pending" {
		t.Errorf("of what nobody begun it says %s", got)
	}
}

func TestDaysAreComparedWithTheProvidersList(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	both, missed, ours := c.openBy(t, paymenttest.Name, 238_00), c.openBy(t, paymenttest.Name, 50_00), c.openBy(t, paymenttest.Name, 70_00)
	nameBoth, nameMissed, nameOurs := c.start(t, both), c.start(t, missed), c.start(t, ours)
	must(t, c.tell(t, "evt_1", c.card.Say(succeeded(nameBoth, 238_00))))
	must(t, c.tell(t, "evt_2", c.card.Say(succeeded(nameOurs, 70_00))))
	c.card.Move(c.clock(),
		payment.Outcome{Attempt: nameBoth, Amount: 238_00}, payment.Outcome{Attempt: nameMissed, Amount: 50_00},
		payment.Outcome{Attempt: "try-elsewhere", Amount: 12_00}, payment.Outcome{Refund: "back-elsewhere", Amount: 3_00})
	differ, err := c.compares(t)
	must(t, err)
	if slices.ContainsFunc(differ, func(d string) bool { return d == "payment differs: "+nameOurs+" 0.00, here 70.00" }) {
		t.Errorf("the day is not over and differs: %v", differ)
	}
	c.later(30 * time.Hour)
	c.card.Refuse(payment.ErrDown)
	if _, err := c.compares(t); !errors.Is(err, payment.ErrDown) {
		t.Errorf("compared while nobody is there: %v", err)
	}
	c.card.Refuse(nil)
	want := []string{
		"payment differs: " + nameOurs + " 0.00, here 70.00", "payment differs: try-elsewhere 12.00, here 0.00", "refund differs: back-elsewhere 3.00, here 0.00",
	}
	slices.Sort(want)
	for range 2 {
		differ, err = c.compares(t)
		must(t, err)
		if diff := cmp.Diff(want, differ); diff != "" {
			t.Errorf("what differs (+): %s", diff)
		}
	}
	if got := c.states(t, missed); got != "succeeded: succeeded" { // what was not told is learnt from the list
		t.Errorf("what was not told of is %s", got)
	}
}

// A provider's day is when it was paid there; here it is when that became known.
func TestWhatIsKnownADayLaterAgrees(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	learnt, late, back := c.openBy(t, paymenttest.Name, 50_00), c.openBy(t, paymenttest.Name, 70_00), c.openBy(t, paymenttest.Name, 90_00)
	nameLearnt, nameLate, nameBack := c.start(t, learnt), c.start(t, late), c.start(t, back)
	must(t, c.tell(t, "evt_1", c.card.Say(succeeded(nameBack, 90_00))))
	must(t, c.refund(t, back, 90_00, "honey"))
	refund := c.ask(t)[0]
	c.card.Move(c.clock(), payment.Outcome{Attempt: nameBack, Amount: 90_00}, payment.Outcome{Attempt: nameLearnt, Amount: 50_00},
		payment.Outcome{Attempt: nameLate, Amount: 70_00}, payment.Outcome{Refund: refund, Amount: 90_00})
	c.later(16 * time.Hour) // over midnight
	must(t, c.tell(t, "evt_2", c.card.Say(succeeded(nameLate, 70_00))))
	for range 3 {
		c.later(24 * time.Hour)
		differ, err := c.compares(t)
		must(t, err)
		if len(differ) > 0 {
			t.Errorf("at %s: %v", c.clock(), differ)
		}
	}
	if got := c.states(t, learnt); got != "succeeded: succeeded" {
		t.Errorf("what was not told of is %s", got)
	}
}

func TestADifferenceIsSettledOnceAndSaysHow(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	c.card.Move(c.clock().Add(-36*time.Hour), payment.Outcome{Attempt: "try-elsewhere", Amount: 12_00})
	_, err := c.compares(t)
	must(t, err)
	list, _, err := c.Differences(t.Context(), uuid.Nil, 10)
	must(t, err)
	if len(list) != 1 {
		t.Fatalf("differences: %+v", list)
	}
	by := actor.OfSystem()
	for _, nothing := range []string{"  ", "\u3164\u2800", "\u200b\u00a0"} {
		if f := fault.As(c.Settle(t.Context(), list[0].ID, nothing, by)); f == nil || f.Fields["note"].Key == "" {
			t.Errorf("settled without a word (%q): %v", nothing, f)
		}
	}
	must(t, c.Settle(t.Context(), list[0].ID, "of the shop beside", by))
	if err := c.Settle(t.Context(), list[0].ID, "again", by); !errors.Is(err, payment.ErrSettled) {
		t.Errorf("settled twice: %v", err)
	}
	if differ, err := c.compares(t); err != nil || len(differ) != 0 {
		t.Errorf("after it was settled: %v, %v", differ, err)
	}
}
