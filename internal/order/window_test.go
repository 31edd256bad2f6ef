package order_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/postgres"
)

const day = 24 * time.Hour

// closes is when a window of seven days ends that begins on monday.
var closes = time.Date(2026, time.December, 1, 0, 0, 0, 0, clock.Zone)

// closing works the jobs that close orders whose time has come.
func (m *market) closing() {
	m.t.Helper()
	var due []uuid.UUID
	m.must(m.db.Select(&due, `
		update river_job set state = 'completed', finalized_at = now()
		where kind = 'order_close' and state <> 'completed' and scheduled_at <= $1 returning args->>'order_id'`, m.clock()))
	for _, id := range due {
		m.must(m.workClose(id, m.clock()))
	}
}

func (m *market) workClose(id uuid.UUID, scheduled time.Time) error {
	worker := order.CloseWorker{Orders: m.Service}
	return worker.Work(context.Background(), &river.Job[order.CloseArgs]{
		JobRow: &rivertype.JobRow{ScheduledAt: scheduled}, Args: order.CloseArgs{OrderID: id},
	})
}

// wantPayable compares what is owed to the couscous cooperative and to that of honey.
func (m *market) wantPayable(couscous, honey money.Amount) {
	m.t.Helper()
	for cooperative, want := range map[uuid.UUID]money.Amount{m.couscous: couscous, m.honey: honey} {
		got, err := ledger.Balance(context.Background(), m.db, ledger.PayableTo(cooperative))
		m.must(err)
		if got != want {
			m.t.Errorf("%s is owed, want %s", got, want)
		}
	}
}

func TestWhatWasPaidIsEarnedWhenNothingMayBeSentBackAnyMore(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]bool{"in cash": false, "before": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			m.returnDays(7)
			o := m.place(m.basic()).Order
			if before {
				m.pay(o.ID)
			}
			m.bring(o.ID)
			held := map[ledger.Account]money.Amount{
				ledger.Buyers: 0, ledger.PendingTo(m.couscous): 0, ledger.PendingTo(m.honey): 0, ledger.PendingTo(m.soap): 0, ledger.PendingDelivery: 0,
				cash: 238_00, ledger.HeldFor(m.couscous): 52_00, ledger.HeldFor(m.honey): 110_00, ledger.HeldFor(m.soap): 56_00,
				ledger.HeldDelivery: 0, ledger.Delivery: 20_00,
			}
			m.wantLedger(held)
			m.wantClean()
			if o = m.read(o.ID); !o.Paid || o.ClosesAt == nil || !o.ClosesAt.Equal(closes) || o.ClosedAt != nil {
				t.Errorf("paid %v, closes at %v, closed at %v", o.Paid, o.ClosesAt, o.ClosedAt)
			}
			m.later(closes.Add(-time.Second).Sub(m.clock()))
			m.must(m.Close(t.Context(), o.ID, m.clock()))
			m.wantLedger(held)
			m.later(time.Second)
			m.closing()
			earned := map[ledger.Account]money.Amount{
				ledger.Buyers: 0, ledger.PendingTo(m.couscous): 0, ledger.PendingTo(m.honey): 0, ledger.PendingTo(m.soap): 0, ledger.PendingDelivery: 0,
				ledger.HeldFor(m.couscous): 0, ledger.HeldFor(m.honey): 0, ledger.HeldFor(m.soap): 0, ledger.HeldDelivery: 0, cash: 238_00,
				ledger.PayableTo(m.couscous): 49_40, ledger.PayableTo(m.honey): 104_50, ledger.PayableTo(m.soap): 53_20,
				ledger.Commission: 10_90, ledger.Delivery: 20_00,
			}
			m.wantLedger(earned)
			m.later(time.Hour)
			m.must(m.workClose(o.ID, m.clock())) // once more
			m.wantLedger(earned)
			m.wantClean()
			if o = m.read(o.ID); o.ClosedAt == nil || !o.ClosedAt.Equal(closes) {
				t.Errorf("closed at %v", o.ClosedAt)
			}
		})
	}
}

func TestWhatSpoilsIsEarnedAtDelivery(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.returnDays(7)
	in := m.basic()
	in.Lines = []order.Line{{ProductID: m.wheat, Quantity: 1}, {ProductID: m.cheese, Quantity: 1}}
	both := m.place(in).Order
	m.bring(both.ID)
	m.wantPayable(0, 28_50)
	in.Lines = in.Lines[1:]
	spoils := m.place(in).Order
	m.bring(spoils.ID)
	m.wantPayable(0, 57_00)
	in.Lines = []order.Line{{ProductID: m.thyme, Quantity: 1}, {ProductID: m.cheese, Quantity: 1}}
	some := m.place(in).Order
	m.exec(`update products set perishable = true where id = $1`, m.thyme) // it could be sent back when it was ordered
	m.bring(some.ID)
	m.wantPayable(0, 57_00)
	m.wantClean()
	if o := m.read(spoils.ID); o.ClosedAt == nil || !o.ClosedAt.Equal(*o.ClosesAt) {
		t.Errorf("of an order of which nothing may be sent back: closes at %v, closed at %v", o.ClosesAt, o.ClosedAt)
	}
	m.later(8 * day)
	m.closing()
	m.wantPayable(24_70, 190_00)
	m.wantClean()
}

func TestAWindowStaysAsItWasAtDelivery(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.returnDays(7)
	o := m.deliverBasic()
	m.returnDays(30)
	later := m.deliverBasic()
	m.returnDays(0)
	m.later(8 * day)
	m.closing()
	m.wantPayable(49_40, 104_50)
	m.wantClean()
	if o = m.read(later.ID); o.ClosedAt != nil || !o.ClosesAt.Equal(time.Date(2026, time.December, 24, 0, 0, 0, 0, clock.Zone)) {
		t.Errorf("the later one closes at %v, closed at %v", o.ClosesAt, o.ClosedAt)
	}
	atOnce := m.deliverBasic()
	m.wantPayable(98_80, 209_00)
	if o = m.read(atOnce.ID); o.ClosedAt == nil {
		t.Error("what may not be sent back is not closed")
	}
	m.wantClean()
}

func TestWhatIsTakenOffBeforeItIsEarnedMakesNobodyADebtor(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.returnDays(7)
	o := m.deliverBasic()
	m.must(m.Adjust(t.Context(), o.ID, m.off(o, m.wheat, 1, "torn"), m.people()))
	m.must(m.Adjust(t.Context(), o.ID, m.off(o, m.thyme, 1, "all of it"), m.people()))
	m.giveBack()
	m.wantPayable(0, 0)
	m.wantClean()
	m.later(8 * day)
	m.closing()
	m.wantPayable(24_70, 0)
	m.wantClean()
	if o = m.read(o.ID); o.ClosedAt == nil {
		t.Error("it is not closed")
	}
	m.must(m.Adjust(t.Context(), o.ID, m.off(o, m.wheat, 1, "torn, too"), m.people())) // now it was earned
	m.giveBack()
	m.wantPayable(0, 0)
	m.wantClean()
}

func TestASlowClockDoesNotLoseAClosing(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.returnDays(7)
	o := m.deliverBasic()
	m.later(o.ClosesAt.Add(-time.Hour).Sub(m.clock()))
	m.must(m.workClose(o.ID, *o.ClosesAt))
	m.wantPayable(49_40, 104_50)
}

func TestTheClosingOfAnUnknownOrderIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	var cancelled *river.JobCancelError
	if err := m.workClose(postgres.NewID(), monday); !errors.As(err, &cancelled) {
		t.Errorf("%T: %v", err, err)
	}
}

func TestABuyerIsKnownWhileGoodsMayBeSentBack(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.returnDays(60)
	m.exec(`update settings set decided = decided || '{"buyer_months": "1"}'`)
	o := m.deliverBasic()
	m.later(59 * day)
	m.must((&order.EraseWorker{Orders: m.Service}).Work(t.Context(), nil))
	if m.read(o.ID).ErasedAt != nil {
		t.Fatal("the buyer was erased")
	}
	if of, err := m.OfBuyer(t.Context(), o.ID); err != nil || of.Has(o.ID) {
		t.Errorf("the buyer can be erased: %+v, %v", of, err)
	}
	m.later(2 * day)
	m.closing()
	m.must((&order.EraseWorker{Orders: m.Service}).Work(t.Context(), nil))
	if m.read(o.ID).ErasedAt == nil {
		t.Error("the buyer was not erased")
	}
}

func TestTheAuditFindsWhatIsNotEarnedInTime(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		does func(m *market, o order.Order)
		want string
	}{
		"nobody closes it": {func(m *market, o order.Order) {
			m.exec(`update river_job set state = 'discarded', finalized_at = now() where kind = 'order_close'`)
		}, "order: what waits to be earned has its job before it, or is frozen, and waits no day longer than its window"},
		"nobody has closed it": {func(m *market, o order.Order) {
			m.later(9 * day)
			m.place(m.basic())
		}, "order: what waits to be earned has its job before it, or is frozen, and waits no day longer than its window"},
		"it is said to be closed": {func(m *market, o order.Order) {
			m.exec(`update orders set closed_at = closes_at where id = $1`, o.ID)
		}, "order: it is closed when nothing of it waits to be earned, and not before its window is over"},
		"nothing waits": {func(m *market, o order.Order) {
			m.exec(`update sub_orders set earns_at = null where order_id = $1`, o.ID)
		}, "order: it is closed when nothing of it waits to be earned, and not before its window is over"},
		"another day": {func(m *market, o order.Order) {
			m.exec(`update sub_orders set earns_at = earns_at + interval '1 day' where cooperative_id = $1`, m.honey)
		}, "order: it is closed when nothing of it waits to be earned, and not before its window is over"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			m.returnDays(7)
			o := m.deliverBasic()
			m.wantClean()
			c.does(m, o)
			m.wantProblem(c.want)
		})
	}
}
