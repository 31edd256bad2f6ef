package payment_test

import (
	"slices"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/paymenttest"
)

func TestWhatWasToldIsEmptiedAfterTheTimeForDisputes(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	order := c.openBy(t, paymenttest.Name, 238_00)
	event := c.card.Say(succeeded(c.start(t, order), 238_00))
	must(t, c.tell(t, "worked", event))
	if err := c.tell(t, "not worked", []byte("rubbish")); err == nil {
		t.Error("rubbish was worked")
	}
	kept := func() (ids []string) {
		t.Helper()
		worker := payment.CleanWorker{Payments: c.Service}
		must(t, worker.Work(t.Context(), &river.Job[payment.CleanArgs]{}))
		must(t, c.db.Select(&ids, `select id from payment_events where payload <> '' order by id`))
		return ids
	}
	c.later(120 * 24 * time.Hour)
	if ids := kept(); !slices.Equal(ids, []string{"not worked", "worked"}) {
		t.Errorf("until the last day what is kept are %v", ids)
	}
	c.later(time.Second)
	if ids := kept(); !slices.Equal(ids, []string{"not worked"}) {
		t.Errorf("after it what is kept are %v", ids)
	}
	must(t, c.tell(t, "worked", event)) // once more, and it is known still
	if ids := kept(); !slices.Equal(ids, []string{"not worked"}) {
		t.Errorf("told again what is kept are %v", ids)
	}
	c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, nil)
}
