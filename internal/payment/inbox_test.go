package payment_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"golang.org/x/sync/errgroup"

	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/paymenttest"
)

// hear has something come to the provider's address.
func (c *till) hear(t *testing.T, provider string, headers map[string]string, body []byte) (payment.Heard, error) {
	t.Helper()
	return c.Hear(t.Context(), provider, func(name string) string { return headers[name] }, body)
}

// listed are the events of a state, the latest first, in words.
func (c *till) listed(t *testing.T, state payment.EventState) (list []string) {
	t.Helper()
	events, _, err := c.Events(t.Context(), state, uuid.Nil, 100)
	must(t, err)
	for _, e := range events {
		list = append(list, fmt.Sprintf("%s %s %d", e.ID, e.State, e.Times))
	}
	return list
}

// wantCounted fails the test if what is counted of the events is not what there is.
func (c *till) wantCounted(t *testing.T, want map[payment.EventState]int) {
	t.Helper()
	counts, err := c.EventCounts(t.Context())
	must(t, err)
	for _, state := range payment.EventStates() {
		if counts[state] != want[state] || len(c.listed(t, state)) != want[state] {
			t.Errorf("%s: counted %d, listed %v, want %d", state, counts[state], c.listed(t, state), want[state])
		}
	}
}

func TestWhatAProviderTellsIsKeptOnceAndCounted(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	order := c.openBy(t, paymenttest.Name, 238_00)
	event := c.card.Say(succeeded(c.start(t, order), 238_00))
	sent := map[string]string{"Event": "evt_1", "Kind": "paid"}
	for n := range 3 {
		heard, err := c.hear(t, paymenttest.Name, sent, event)
		must(t, err)
		if heard.Again != (n > 0) || heard.Foreign || heard.Answer != "" {
			t.Errorf("told for the %dth time: %+v", n+1, heard)
		}
	}
	c.wantCounted(t, map[payment.EventState]int{payment.EventWaiting: 1})
	must(t, c.work(t, "evt_1"))
	c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, nil)
	if got := c.listed(t, ""); !slices.Equal(got, []string{"evt_1 done 3"}) {
		t.Errorf("listed: %v", got)
	}
	var jobs int
	must(t, c.db.Get(&jobs, `select count(*) from river_job where kind = 'payment_event' and queue = 'money'`))
	if jobs != 1 {
		t.Errorf("%d jobs", jobs)
	}
	if _, err := c.hear(t, payment.CashOnDelivery, sent, event); err == nil {
		t.Error("cash told something")
	}
	if _, err := c.hear(t, paymenttest.Name, sent, make([]byte, payment.MaxEvent+1)); err == nil {
		t.Error("an event larger than any is was kept")
	}
}

func TestWhatIsForgedIsCountedByDayAndNothingOfItKept(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	for range 5 {
		if _, err := c.hear(t, paymenttest.Name, map[string]string{"Event": "evt_1", "Forged": "yes"}, []byte("pay me")); err == nil {
			t.Fatal("a forged event was kept")
		}
	}
	c.wantCounted(t, nil)
	var list []payment.Forged
	for deadline := time.Now().Add(10 * time.Second); len(list) == 0 && time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		var err error
		list, err = c.Forged(t.Context(), 30)
		must(t, err)
	}
	day := c.clock().UTC().Truncate(24 * time.Hour)
	if len(list) != 1 || list[0].Provider != paymenttest.Name || !list[0].Day.Equal(day) || list[0].Events != 5 {
		t.Errorf("forged: %+v, want 5 on %s", list, day)
	}
	c.later(31 * 24 * time.Hour)
	if list, err := c.Forged(t.Context(), 30); err != nil || len(list) != 0 {
		t.Errorf("a month later: %+v, %v", list, err)
	}
}

func TestAnEventOfAnotherEnvironmentIsKeptAndNeverWorked(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	order := c.openBy(t, paymenttest.Name, 238_00)
	event := c.card.Say(succeeded(c.start(t, order), 238_00))
	heard, err := c.hear(t, paymenttest.Name, map[string]string{"Event": "evt_1", "Foreign": "yes"}, event)
	must(t, err)
	if !heard.Foreign {
		t.Error("it is not known to be foreign")
	}
	must(t, c.work(t, "evt_1"))
	c.wantCounted(t, map[payment.EventState]int{payment.EventForeign: 1})
	var jobs int
	must(t, c.db.Get(&jobs, `select count(*) from river_job where kind = 'payment_event'`))
	if jobs != 0 {
		t.Errorf("%d jobs", jobs)
	}
	c.want(t, order, "pending: waiting", nil, nil, nil)
}

// A provider says the names, and they are read by people.
func TestAnEventWhoseNamesAreNoTextIsRefused(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	for name, sent := range map[string]map[string]string{
		"no id":             {},
		"an id that ends":   {"Event": "evt\x00_1"},
		"a kind that ends":  {"Event": "evt_1", "Kind": "paid\x00"},
		"a kind of a book":  {"Event": "evt_1", "Kind": strings.Repeat("paid ", 600)},
		"a broken letter":   {"Event": "evt_\xff"},
		"an id of a book":   {"Event": strings.Repeat("evt_", 100)},
		"an attempt's name": {"Event": "evt_1", "Reserved": "try\x00", "Amount": "1.00", "Currency": money.Currency},
	} {
		if _, err := c.hear(t, paymenttest.Name, sent, []byte("x")); !errors.Is(err, payment.ErrEvent) {
			t.Errorf("%s: %v", name, err)
		}
	}
	c.wantCounted(t, nil)
}

// Two markets may have one account, and somebody may give back in the provider's own pages.
func TestWhatNobodyHereAskedForIsForeign(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	must(t, c.tell(t, "evt_1", c.card.Say(succeeded("try-elsewhere", 12_00))))
	must(t, c.tell(t, "evt_2", c.card.Say(payment.Outcome{Refund: "back-elsewhere", State: payment.Succeeded, Amount: 3_00})))
	c.wantCounted(t, map[payment.EventState]int{payment.EventForeign: 2})
	c.want(t, c.open(t, 10_00), "pending: ", nil, nil, nil)
}

// A provider that does not find what it told of never will, unless the market asks it with another account's key.
func TestAnEventAboutWhatNobodyKnowsIsForeignAfterItsTries(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	ours := c.start(t, c.openBy(t, paymenttest.Name, 238_00))
	c.card.Refuse(payment.ErrUnknown)
	told := func(id string, o payment.Outcome) func(try int) error {
		must(t, c.Receive(t.Context(), paymenttest.Name, payment.Event{ID: id, Payload: c.card.Say(o)}))
		return func(try int) error {
			return (&payment.EventWorker{Payments: c.Service}).Work(t.Context(), &river.Job[payment.EventArgs]{
				JobRow: &rivertype.JobRow{Attempt: try}, Args: payment.EventArgs{Provider: paymenttest.Name, ID: id},
			})
		}
	}
	elsewhere, here, unnamed := told("evt_1", succeeded("try-elsewhere", 12_00)), told("evt_2", succeeded(ours, 238_00)), told("evt_3", payment.Outcome{})
	for try := 1; try <= 3; try++ {
		if err := elsewhere(try); !errors.Is(err, payment.ErrUnknown) {
			t.Fatalf("try %d: %v", try, err)
		}
	}
	c.wantCounted(t, map[payment.EventState]int{payment.EventWaiting: 2, payment.EventFailed: 1})
	must(t, elsewhere(4))
	for name, event := range map[string]func(int) error{"what was asked for here": here, "nothing that it names": unnamed} {
		if err := event(4); !errors.Is(err, payment.ErrUnknown) {
			t.Errorf("an event about %s: %v", name, err)
		}
	}
	c.wantCounted(t, map[payment.EventState]int{payment.EventForeign: 1, payment.EventFailed: 2})
	c.card.Refuse(nil)
	must(t, here(5))
	c.wantCounted(t, map[payment.EventState]int{payment.EventForeign: 1, payment.EventFailed: 1, payment.EventDone: 1})
}

func TestAnEventThatFailedSaysWhyAndIsTriedAgainOnRequest(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	order := c.openBy(t, paymenttest.Name, 238_00)
	name := c.start(t, order)
	event := c.card.Say(succeeded(name, 238_00))
	c.card.Refuse(payment.ErrDown)
	if c.tell(t, "evt_1", event) == nil {
		t.Fatal("it was worked without the provider")
	}
	c.wantCounted(t, map[payment.EventState]int{payment.EventFailed: 1})
	events, _, err := c.Events(t.Context(), payment.EventFailed, uuid.Nil, 10)
	must(t, err)
	if events[0].Fault != "payment.provider_down" || events[0].Error == "" || events[0].WorkedAt != nil {
		t.Errorf("it says %+v", events[0])
	}
	waiting := func() (jobs int) {
		must(t, c.db.Get(&jobs, `select count(*) from river_job where kind = 'payment_event' and state = 'available'`))
		return jobs
	}
	_, err = c.db.Exec(`update river_job set state = 'retryable', attempt = 5, scheduled_at = now() + interval '1 day' where kind = 'payment_event'`)
	must(t, err)
	for range 2 {
		must(t, c.WorkAgain(t.Context(), events[0].Key))
	}
	if waiting() != 1 {
		t.Errorf("asked for twice there are %d jobs", waiting())
	}
	c.card.Refuse(nil)
	must(t, c.work(t, "evt_1"))
	c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, nil)
	c.wantCounted(t, map[payment.EventState]int{payment.EventDone: 1})
	must(t, c.WorkAgain(t.Context(), events[0].Key))
	if waiting() != 1 {
		t.Error("an event that is done has a job again")
	}
	if err := c.WorkAgain(t.Context(), uuid.New()); err == nil {
		t.Error("there is an event that nobody told")
	}
}

func TestEventsAreTurnedPageByPage(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	var want []string
	for n := range 5 {
		must(t, c.Receive(t.Context(), paymenttest.Name, payment.Event{ID: fmt.Sprint("evt_", n), Payload: []byte("nothing"), Foreign: n%2 == 1}))
		want = append([]string{fmt.Sprint("evt_", n)}, want...)
	}
	for _, c2 := range []struct {
		state payment.EventState
		want  []string
	}{{"", want}, {payment.EventForeign, []string{"evt_3", "evt_1"}}} {
		var got []string
		for next, more := uuid.Nil, true; more; more = next != uuid.Nil {
			var page []payment.Told
			var err error
			page, next, err = c.Events(t.Context(), c2.state, next, 2)
			must(t, err)
			for _, e := range page {
				got = append(got, e.ID)
			}
		}
		if diff := cmp.Diff(c2.want, got); diff != "" {
			t.Errorf("%s (+): %s", c2.state, diff)
		}
	}
}

// reserve tells that a buyer's money is reserved, and gives what that is answered.
func (c *till) reserve(t *testing.T, id string, r payment.Reservation) string {
	t.Helper()
	heard, err := c.hear(t, paymenttest.Name, map[string]string{"Event": id, "Reserved": r.Attempt, "Amount": r.Amount.String(), "Currency": r.Currency}, []byte(r.Attempt))
	must(t, err)
	return heard.Answer
}

func TestReservedMoneyIsTakenOnceAndOnlyWhereItFits(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	order := c.openBy(t, paymenttest.Name, 238_00)
	first := c.start(t, order)
	right := payment.Reservation{Attempt: first, Amount: 238_00, Currency: money.Currency}
	less, little, foreign, unknown := right, right, right, right
	less.Amount, little.Amount, foreign.Currency, unknown.Attempt = 237_99, 1_00, "978", "try-nothing"
	for n, wrong := range []payment.Reservation{less, foreign, unknown, little} {
		for range 2 {
			if got := c.reserve(t, fmt.Sprint("wrong ", n), wrong); got != "refused" {
				t.Errorf("%+v is answered %q", wrong, got)
			}
		}
	}
	c.card.Say(succeeded(first, 238_00))
	for range 2 {
		if got := c.reserve(t, "evt_1", right); got != "taken" {
			t.Errorf("what was asked for is answered %q", got)
		}
		if got := c.reserve(t, "evt_2", right); got != "left" {
			t.Errorf("reserved once more it is answered %q", got)
		}
	}
	must(t, c.work(t, "evt_1"))
	if got := c.reserve(t, "evt_3", right); got != "left" {
		t.Errorf("reserved after it was paid it is answered %q", got)
	}
	if got := c.reserve(t, "evt_1", right); got != "taken" {
		t.Errorf("told again after it was paid it is answered %q", got)
	}
	for _, id := range []string{"evt_2", "evt_3", "wrong 0", "wrong 1", "wrong 2", "wrong 3"} {
		must(t, c.work(t, id)) // nothing follows from these
	}
	c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, nil)

	list, _, err := c.Differences(t.Context(), uuid.Nil, 10)
	must(t, err)
	var got []string
	for _, d := range list {
		got = append(got, fmt.Sprintf("%s %s %s", d.Name, d.Reason, d.Theirs))
	}
	slices.Sort(got)
	want := []string{ // of euros it is not said what they are in dirhams
		first + " currency 0.00", first + " reserved 238.00", first + " unfit 1.00", first + " unfit 237.99", "try-nothing unfit 238.00",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("differences (+): %s", diff)
	}
}

// What is taken back of a payout in the provider's own pages people look into; once they have, only more of it is news.
func TestWhatIsTakenBackByHandDiffersUntilItIsSettled(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	order := c.openBy(t, paymenttest.Name, 238_00)
	must(t, c.tell(t, "paid", c.card.Say(succeeded(c.start(t, order), 238_00))))
	id := uuid.New()
	_, err := c.db.Exec(`
		insert into payment_payouts (id, attempt_id, account, amount_centimes, state, created_at, provider_reference, ended_at)
		select $1, id, 'acct_1', 20000, 'succeeded', $2, 'tr_1', $2 from payment_attempts`, id, noon)
	must(t, err)
	said := 0
	tells := func(name, key string, amount money.Amount) {
		t.Helper()
		said++
		must(t, c.tell(t, fmt.Sprint("back ", said), c.card.Say(payment.Outcome{Payout: name, Key: key, State: payment.Succeeded, Amount: amount})))
	}
	differ := func(want ...string) {
		t.Helper()
		list, _, err := c.Differences(t.Context(), uuid.Nil, 10)
		must(t, err)
		var got []string
		for _, d := range list {
			got = append(got, fmt.Sprintf("%s %s %s %s", d.Subject, d.Name, d.Reason, d.Theirs))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("differences (+): %s", diff)
		}
	}
	tells("tr_elsewhere", "payout:"+uuid.NewString(), 10_00)
	differ()
	for range 2 {
		tells("tr_1", payment.Payout{ID: id}.Key(), 50_00)
	}
	differ("payout tr_1 taken_back 50.00")
	_, err = c.db.Exec(`update payment_differences set settled_at = $1, note = 'transferred again'`, noon)
	must(t, err)
	tells("tr_1", payment.Payout{ID: id}.Key(), 50_00)
	differ()
	c.later(30 * time.Hour) // the list of a day that is compared says it, too
	c.card.Move(c.clock().Add(-24*time.Hour), payment.Outcome{Payout: "tr_1", Amount: 60_00})
	_, err = c.compares(t)
	must(t, err)
	if list, _, err := c.Differences(t.Context(), uuid.Nil, 10); err != nil || !slices.ContainsFunc(list, func(d payment.Difference) bool {
		return d.Reason == payment.TakenBack && d.Theirs == 60_00
	}) {
		t.Errorf("of more that was taken back it says %+v, %v", list, err)
	}
}

func TestOfTwoOpenWindowsOneIsTaken(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	order := c.openBy(t, paymenttest.Name, 238_00)
	first := c.start(t, order)
	must(t, c.tell(t, "refused", c.card.Say(payment.Outcome{Attempt: first, State: payment.Failed})))
	second := c.start(t, order)
	answers := make([]string, 8)
	var all errgroup.Group
	for n := range answers {
		name := []string{first, second}[n%2]
		all.Go(func() error {
			heard, err := c.Hear(context.WithoutCancel(t.Context()), paymenttest.Name, func(header string) string {
				return map[string]string{"Event": fmt.Sprint("evt_", n), "Reserved": name, "Amount": "238.00", "Currency": money.Currency}[header]
			}, []byte(name))
			answers[n] = heard.Answer
			return err
		})
	}
	must(t, all.Wait())
	if said := strings.Join(answers, " "); strings.Count(said, "taken") != 1 || strings.Count(said, "left") != len(answers)-1 {
		t.Errorf("answered: %s", said)
	}
	taken := slices.Index(answers, "taken")
	c.card.Say(succeeded([]string{first, second}[taken%2], 238_00))
	must(t, c.work(t, fmt.Sprint("evt_", taken)))
	if got := c.state(t, order); got != "succeeded" {
		t.Errorf("it is %s", got)
	}
}

func TestTheAuditFindsEventsThatKeepFailingAndAreMiscounted(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	broken := func() (names []string) {
		t.Helper()
		checks, err := payment.Audit(t.Context(), c.db)
		must(t, err)
		for _, check := range checks {
			if !check.OK() {
				names = append(names, check.Name)
			}
		}
		return names
	}
	if c.tell(t, "evt_1", []byte("rubbish")) == nil {
		t.Fatal("rubbish was worked")
	}
	for _, c2 := range []struct{ change, undo, want string }{
		{`update river_job set attempt = 4`, `update river_job set attempt = 4`, ""},
		{`update river_job set attempt = 5, state = 'retryable'`, `update river_job set attempt = 1`, "payment: no event keeps failing"},
		{`update payment_event_counts set events = events + 1 where state = 'failed'`, `update payment_event_counts set events = events - 1 where state = 'failed'`, "payment: events are counted by their state"},
	} {
		_, err := c.db.Exec(c2.change)
		must(t, err)
		if got := strings.Join(broken(), ", "); got != c2.want {
			t.Errorf("after %s it finds %q, want %q", c2.change, got, c2.want)
		}
		_, err = c.db.Exec(c2.undo)
		must(t, err)
	}
}
