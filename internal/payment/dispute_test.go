package payment_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/paymenttest"
	"github.com/souk-taawon/souk/internal/postgres"
)

// disputedOrder is one that was paid by 238 dirhams, and what its provider says of a dispute of them.
func disputedOrder(t *testing.T) (c *till, order uuid.UUID, says func(name string, state payment.DisputeState, amount money.Amount)) {
	t.Helper()
	c = newTill(t)
	order = c.openBy(t, paymenttest.Name, 238_00)
	first, n := c.start(t, order), 0
	must(t, c.tell(t, "paid", c.card.Say(succeeded(first, 238_00))))
	return c, order, func(name string, state payment.DisputeState, amount money.Amount) {
		t.Helper()
		n++
		o := payment.Outcome{Attempt: first, Dispute: &payment.Dispute{Reference: name, State: state, Amount: amount, Fee: 15_00}}
		must(t, c.tell(t, fmt.Sprint("dispute ", n), c.card.Say(o)))
	}
}

func (c *till) disputes(t *testing.T) (lines []string) {
	t.Helper()
	must(t, c.db.Select(&lines, `
		select concat_ws(' ', name, state, 'given', given_centimes / 100, 'off', written_off_centimes / 100) from payment_disputes order by name`))
	return lines
}

func TestADisputeTakesMoneyAndBringsItBackWhateverIsToldFirst(t *testing.T) {
	t.Parallel()
	const asked, open, won, lost = payment.DisputeAsked, payment.DisputeOpen, payment.DisputeWon, payment.DisputeLost
	for name, test := range map[string]struct {
		told    []payment.DisputeState
		end     string
		taken   []money.Amount
		differs int
	}{
		"in order":              {[]payment.DisputeState{asked, asked, open, open, won, won}, "won", []money.Amount{0, 100_00, -100_00}, 0},
		"the end first":         {[]payment.DisputeState{won, open, asked}, "won", []money.Amount{0}, 0},
		"lost":                  {[]payment.DisputeState{open, lost, open, lost}, "lost", []money.Amount{100_00, 0}, 0},
		"lost, and won later":   {[]payment.DisputeState{open, lost, won}, "won", []money.Amount{100_00, 0, -100_00}, 0},
		"won, and lost later":   {[]payment.DisputeState{open, won, lost}, "won", []money.Amount{100_00, -100_00}, 1},
		"a question, and taken": {[]payment.DisputeState{asked, lost}, "lost", []money.Amount{0, 100_00}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, order, says := disputedOrder(t)
			for _, state := range test.told {
				says("dp_1", state, 100_00)
			}
			if diff := cmp.Diff([]string{"dp_1 " + test.end + " given 0 off 0"}, c.disputes(t)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.taken, c.taken); diff != "" {
				t.Errorf("taken (+): %s", diff)
			}
			if list, _, err := c.Differences(t.Context(), uuid.Nil, 10); err != nil || len(list) != test.differs {
				t.Errorf("it differs in %+v: %v", list, err)
			}
			c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, nil)
		})
	}
}

func TestADisputeOfWhatIsNotPaidYetWaits(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	order := c.openBy(t, paymenttest.Name, 238_00)
	first := c.start(t, order)
	d := &payment.Dispute{Reference: "dp_1", State: payment.DisputeOpen, Amount: 100_00}
	if err := c.tell(t, "1", c.card.Say(payment.Outcome{Attempt: first, Dispute: d})); err == nil {
		t.Error("nobody has paid, and it is disputed")
	}
	o := succeeded(first, 238_00)
	o.Dispute = d // which tells of both
	c.card.Say(o)
	must(t, c.work(t, "1"))
	if diff := cmp.Diff([]string{"dp_1 open given 0 off 0"}, c.disputes(t)); diff != "" {
		t.Error(diff)
	}
	c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, nil)
}

func TestNothingIsGivenBackWhileItIsDisputed(t *testing.T) {
	t.Parallel()
	c, order, says := disputedOrder(t)
	must(t, c.refund(t, order, 10_00, "before"))
	says("dp_1", payment.DisputeOpen, 100_00)
	must(t, c.refund(t, order, 60_00, "meanwhile"))
	c.ask(t)
	if got := c.refundsOf(t); got != "10 pending, 60 pending" {
		t.Errorf("while it is disputed: %s", got)
	}
	var id uuid.UUID
	must(t, c.db.Get(&id, `select min(id::text) from payment_refunds`))
	err := postgres.InTx(t.Context(), c.db, func(tx *sqlx.Tx) error { return c.GivenTx(t.Context(), tx, id, payment.Given{}, c.clock()) })
	if !errors.Is(err, payment.ErrRefundChanged) && !errors.Is(err, payment.ErrDisputed) {
		t.Errorf("given by hand: %v", err)
	}
	_, err = c.db.Exec(`delete from river_job where kind = 'payment_refund'`) // they were worked
	must(t, err)
	c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, nil)
	says("dp_1", payment.DisputeWon, 100_00)
	c.ask(t)
	if _, back := c.card.Asked(); back != 70_00 {
		t.Errorf("after it was won %s is asked for", back)
	}
	c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, nil)
}

func TestWhatABankHasGivenIsNotGivenAgain(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		before, after money.Amount // to be given back
		lost          money.Amount
		banked        []money.Amount
		refunds       string
	}{
		"all of it":         {60_00, 0, 60_00, []money.Amount{60_00}, "60 succeeded"},
		"some of it":        {60_00, 0, 25_00, []money.Amount{25_00}, "35 pending, 25 succeeded"},
		"and more, later":   {60_00, 50_00, 90_00, []money.Amount{60_00, 30_00}, "60 succeeded, 20 pending, 30 succeeded"},
		"only what is then": {0, 50_00, 90_00, []money.Amount{50_00}, "50 succeeded"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, order, says := disputedOrder(t)
			says("dp_1", payment.DisputeOpen, test.lost)
			if test.before > 0 {
				must(t, c.refund(t, order, test.before, "before"))
			}
			says("dp_1", payment.DisputeLost, test.lost)
			for range 2 { // asked again under the same key it is nothing more
				if test.before > 0 {
					must(t, c.refund(t, order, test.before, "before"))
				}
				if test.after > 0 {
					must(t, c.refund(t, order, test.after, "after"))
				}
			}
			if diff := cmp.Diff(test.banked, c.banked); diff != "" {
				t.Errorf("her bank gave (+): %s", diff)
			}
			if got := c.refundsOf(t); got != test.refunds {
				t.Errorf("refunds are %s, want %s", got, test.refunds)
			}
			c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, nil)
			// Nobody takes it from her any more, nor is it won for who has borne it.
			says("dp_1", payment.DisputeWon, test.lost)
			if list, _, err := c.Differences(t.Context(), uuid.Nil, 10); err != nil || len(list) != 1 || list[0].Reason != payment.Disputed {
				t.Errorf("won after it was given: %+v, %v", list, err)
			}
		})
	}
}

func TestWhatFailedIsGivenByTheBankThatHasTakenIt(t *testing.T) {
	t.Parallel()
	c, order, says := disputedOrder(t)
	must(t, c.refund(t, order, 60_00, "honey"))
	c.fail(t)
	must(t, c.refund(t, order, 60_00, "honey"))
	c.fail(t)
	says("dp_1", payment.DisputeLost, 25_00)
	if got := c.refundsOf(t); got != "35 failed, 35 failed, 25 succeeded" {
		t.Errorf("refunds are %s", got)
	}
	must(t, c.refund(t, order, 60_00, "honey")) // asks for the rest
	c.ask(t)
	if _, back := c.card.Asked(); back != 60_00+60_00+35_00 {
		t.Errorf("asked for %s in all", back)
	}
	c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, nil)
}

// answering is a provider of which something becomes known while it is asked to give back, before it answers.
type answering struct {
	*paymenttest.Provider
	meanwhile func(r payment.Refund) error // what it answers; nil: that it does
}

func (p answering) Refund(ctx context.Context, r payment.Refund) (string, error) {
	name, err := p.Provider.Refund(ctx, r)
	if told := p.meanwhile(r); told != nil {
		return "", told
	}
	return name, err
}

// takes has what is paid before taken by a provider from now on, in place of the card.
func (c *till) takes(t *testing.T, p payment.Provider) {
	t.Helper()
	jobs, err := job.New(c.db, nil, nil, slog.New(slog.DiscardHandler))
	must(t, err)
	c.Service = payment.New(c.db, jobs, c.clock, payment.Cash{}, p)
	c.Payee = c
}

func TestWhatIsGivenTwiceIsADifference(t *testing.T) {
	t.Parallel()
	c, order, says := disputedOrder(t)
	must(t, c.refund(t, order, 60_00, "honey"))
	c.takes(t, answering{c.card, func(payment.Refund) error {
		says("dp_1", payment.DisputeLost, 60_00)
		return nil
	}})
	name := c.ask(t)[0]
	differs := func(what string, want ...string) {
		t.Helper()
		differ, err := c.compares(t)
		must(t, err)
		if diff := cmp.Diff(want, differ); diff != "" {
			t.Errorf("%s differs (+): %s", what, diff)
		}
		c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, nil)
	}
	differs("what her bank gave alone")
	given := payment.Outcome{Refund: name, State: payment.Succeeded, Amount: 60_00}
	must(t, c.tell(t, "given", c.card.Say(given)))
	differs("what both have given", "refund differs: "+name+" 60.00, here 0.00")
	var paid string
	must(t, c.db.Get(&paid, `select provider_reference from payment_attempts`))
	c.card.Move(c.clock(), succeeded(paid, 238_00), given)
	c.later(40 * time.Hour)
	differs("what its list has", "refund differs: "+name+" 60.00, here 0.00")
	must(t, c.tell(t, "and back", c.card.Say(payment.Outcome{Refund: name, State: payment.Failed})))
	differs("what came back to it")
	if diff := cmp.Diff([]money.Amount{60_00}, c.banked); diff != "" {
		t.Errorf("her bank gave (+): %s", diff)
	}
}

// The answer that it will not comes after the news that it has.
func TestARefusalThatComesLateUndoesNothing(t *testing.T) {
	t.Parallel()
	c, order, _ := disputedOrder(t)
	must(t, c.refund(t, order, 60_00, "honey"))
	c.takes(t, answering{c.card, func(r payment.Refund) error {
		must(t, c.tell(t, "given", c.card.Say(payment.Outcome{Refund: "back-" + r.Key, Key: r.Key, State: payment.Succeeded, Amount: 60_00})))
		return payment.ErrRefused
	}})
	c.ask(t)
	if got := c.refundsOf(t); got != "60 succeeded" {
		t.Errorf("asked for %s", got)
	}
	c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, []money.Amount{60_00})
}

func TestWhatNoDisputeKeptWaitingIsAskedForOnce(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		told []payment.DisputeState
		jobs int // of which one is that of the refund itself
	}{
		"a question":               {[]payment.DisputeState{payment.DisputeAsked}, 1},
		"a question that is over":  {[]payment.DisputeState{payment.DisputeAsked, payment.DisputeWon}, 1},
		"one that kept it waiting": {[]payment.DisputeState{payment.DisputeOpen, payment.DisputeWon}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, order, says := disputedOrder(t)
			must(t, c.refund(t, order, 60_00, "honey"))
			for _, state := range test.told {
				says("dp_1", state, 100_00)
			}
			var jobs int
			must(t, c.db.Get(&jobs, `select count(*) from river_job where kind = 'payment_refund'`))
			if jobs != test.jobs {
				t.Errorf("it is asked for %d times, want %d", jobs, test.jobs)
			}
		})
	}
}

// silent is a provider that does not tell of disputes.
type silent struct{ payment.Teller }

// What people enter of disputes is together no more than was paid, but for what was won.
func TestNoMoreIsDisputedByHandThanWasPaid(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	c.takes(t, silent{c.card})
	order := c.openBy(t, paymenttest.Name, 238_00)
	must(t, c.tell(t, "paid", c.card.Say(succeeded(c.start(t, order), 238_00))))
	record := func(name string, amount money.Amount) error {
		return postgres.InTx(t.Context(), c.db, func(tx *sqlx.Tx) error {
			return c.RecordDisputeTx(t.Context(), tx, order, payment.DisputeInput{Name: name, Amount: amount}, c.clock())
		})
	}
	left := func(want money.Amount) {
		t.Helper()
		if got, err := c.Disputable(t.Context(), order); err != nil || got != want {
			t.Errorf("%s may be disputed, want %s: %v", got, want, err)
		}
	}
	for range 2 { // said again it is the same
		must(t, record("first", 200_00))
		left(38_00)
	}
	if f := fault.As(record("second", 38_01)); f == nil || f.Fields["amount"].Key == "" {
		t.Errorf("a centime more than is left: %v", f)
	}
	for range 2 {
		must(t, record("second", 38_00))
		left(0)
	}
	if err := record("third", 1); !errors.Is(err, payment.ErrDisputeTold) {
		t.Errorf("all is disputed, and more: %v", err)
	}
	list, err := c.DisputesOf(t.Context(), order)
	must(t, err)
	must(t, postgres.InTx(t.Context(), c.db, func(tx *sqlx.Tx) error {
		return c.DecideDisputeTx(t.Context(), tx, list[0].ID, list[0].Version, payment.DisputeWon, c.clock())
	}))
	left(200_00)
	c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, nil)
}

func TestTheAuditFindsDisputesThatContradict(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]string{
		"more was given than by it":   `update payment_disputes set given_centimes = given_centimes + 1`,
		"it waits although it is had": `update payment_refunds set state = 'pending', ended_at = null, dispute_id = null`,
		"more than was paid":          `update payment_disputes set amount_centimes = 23801`,
		"of another provider":         `update payment_disputes set provider = 'stripe'`,
		"cut off nothing":             `update payment_refunds set number = 0, dispute_id = null`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, order, says := disputedOrder(t)
			must(t, c.refund(t, order, 60_00, "honey"))
			says("dp_1", payment.DisputeLost, 80_00)
			c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, nil)
			_, err := c.db.Exec(damage)
			must(t, err)
			checks, err := payment.Audit(t.Context(), c.db)
			must(t, err)
			found := 0
			for _, check := range checks {
				found += len(check.Problems)
			}
			if found == 0 {
				t.Error("the audit finds nothing")
			}
		})
	}
}

// Of very many that are decided those about which there is something to do are found without reading the others.
func TestDisputesToDoAreFoundAmongVeryManyThatAreOver(t *testing.T) {
	t.Parallel()
	c := newTill(t)
	order := c.openBy(t, paymenttest.Name, 238_00)
	must(t, c.tell(t, "paid", c.card.Say(succeeded(c.start(t, order), 238_00))))
	must(t, c.work(t, "paid"))
	const over = 5_000
	c.db.MustExec(`
		insert into payment_disputes (id, attempt_id, provider, name, state, amount_centimes, opened_at, decided_at)
		select ('0190a000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, a.id, a.provider, 'over-' || n, case when n % 100 = 0 then 'open' else 'won' end, 1,
		       now(), case when n % 100 = 0 then null else now() end
		from payment_attempts a cross join generate_series(1, $1) n`, over)
	c.db.MustExec(`vacuum analyze payment_disputes`)
	read := func(toDo bool) (rows int) {
		c.db.SetMaxOpenConns(1) // what it has read is counted for each connection
		count := func() (n int) {
			c.db.MustExec(`select pg_stat_force_next_flush()`)
			must(t, c.db.Get(&n, `
				select (select seq_tup_read from pg_stat_user_tables where relname = 'payment_disputes')
				     + (select sum(idx_tup_read) from pg_stat_user_indexes where relname = 'payment_disputes')`))
			return n
		}
		before := count()
		after, found := uuid.Nil, 0
		for range 2 {
			list, next, err := c.Disputes(t.Context(), toDo, after, 20)
			must(t, err)
			after, found = next, found+len(list)
		}
		if found != 40 {
			t.Errorf("to do %v: %d are found on two pages of twenty", toDo, found)
		}
		return count() - before
	}
	for _, toDo := range []bool{true, false} {
		if n := read(toDo); n > 200 {
			t.Errorf("to do %v: %d of %d are read for two pages of twenty", toDo, n, over)
		}
	}
}

func TestTheAuditFindsWhatGoesBackForADisputeOfOtherMoney(t *testing.T) {
	t.Parallel()
	c, order, _ := disputedOrder(t)
	must(t, c.refund(t, order, 60_00, "honey"))
	c.want(t, order, "succeeded: succeeded", []money.Amount{238_00}, nil, nil)
	_, err := c.db.Exec(`update payment_refunds set reason = 'disputed'`)
	must(t, err)
	checks, err := payment.Audit(t.Context(), c.db)
	must(t, err)
	for _, check := range checks {
		if check.OK() == (check.Name == "payment: what goes back because of a dispute her bank has given, by one of that attempt") {
			t.Errorf("%s: %v", check.Name, check.Problems)
		}
	}
}
