package order_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/postgres"
)

// deliverTo delivers a basic order, of 238 dirhams, of which that holder takes the cash.
func (m *market) deliverTo(holder order.CashHolder) (order.Order, error) {
	m.t.Helper()
	o := m.place(m.basic()).Order
	m.handOverAll(o.ID)
	m.must(m.Move(context.Background(), order.MoveDispatch, o.ID, m.people()))
	by := m.people()
	by.Cash = holder
	return o, m.Move(context.Background(), order.MoveDeliver, o.ID, by)
}

// carrier is one that the association knows.
func (m *market) carrier(name string) order.CashHolder {
	m.t.Helper()
	m.must(m.AddCarrier(context.Background(), name))
	carriers, err := m.Carriers(context.Background())
	m.must(err)
	for _, c := range carriers {
		if c.Name == name {
			return order.CashHolder{Carrier: c.ID}
		}
	}
	m.t.Fatalf("%s is none of %v", name, carriers)
	return order.CashHolder{}
}

func (m *market) cash() order.Cash {
	m.t.Helper()
	c, err := m.Cash(context.Background())
	m.must(err)
	return c
}

func TestCashThatACarrierTookIsBroughtAndCounted(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ali := m.carrier("Ali")
	for range 2 {
		_, err := m.deliverTo(ali)
		m.must(err)
		m.later(day)
	}
	c := m.cash()
	if h := c.Carriers[0]; c.Till != 0 || h.Amount != 476_00 || h.Orders != 2 || h.Since == nil || !h.Since.Equal(monday) {
		t.Errorf("the till has %s, the carrier %+v", c.Till, h)
	}
	m.wantClean()
	by := m.people().Actor
	m.must(m.CountCash(t.Context(), ali, 476_00, 300_00, by)) // something is missing
	c = m.cash()
	if h := c.Carriers[0]; c.Till != 300_00 || h.Amount != 176_00 || h.Orders != 1 || !h.Since.Equal(monday.Add(day)) {
		t.Errorf("the till has %s, the carrier %+v", c.Till, h)
	}
	if n := c.Counts; len(n) != 1 || n[0].Expected != 476_00 || n[0].Counted != 300_00 || n[0].Name.FR != "Ali" || n[0].User == "" {
		t.Errorf("counted: %+v", n)
	}
	m.wantClean()
	var over *fault.Error
	if err := m.CountCash(t.Context(), ali, 176_00, 176_01, by); !errors.As(err, &over) || over.Fields["counted"].Key != "order.cash_over" {
		t.Errorf("more than there is: %v", err)
	}
	for _, counted := range []money.Amount{0, -1} {
		if err := m.CountCash(t.Context(), ali, 176_00, counted, by); !errors.Is(err, order.ErrInvalid) {
			t.Errorf("%s: %v", counted, err)
		}
	}
	var all errgroup.Group // two at once
	for range 2 {
		all.Go(func() error {
			if err := m.CountCash(context.Background(), ali, 176_00, 176_00, by); !errors.Is(err, order.ErrCashChanged) {
				return err
			}
			return nil
		})
	}
	m.must(all.Wait())
	if c = m.cash(); c.Till != 476_00 || c.Carriers[0].Amount != 0 || len(c.Counts) != 2 {
		t.Errorf("counted twice: %+v", c)
	}
	if err := m.BankCash(t.Context(), 476_00, 476_01, "DEP 1", by); !errors.Is(err, order.ErrInvalid) {
		t.Errorf("more than there is went to the bank: %v", err)
	}
	if err := m.BankCash(t.Context(), 476_00, 400_00, " ", by); !errors.Is(err, order.ErrInvalid) {
		t.Errorf("without a reference: %v", err)
	}
	var banked atomic.Int32 // by several at once
	for i := range 8 {
		all.Go(func() error {
			err := m.BankCash(context.Background(), 476_00, 400_00, fmt.Sprint("DEP ", i), by)
			if err == nil {
				banked.Add(1)
			} else if !errors.Is(err, order.ErrCashChanged) {
				return err
			}
			return nil
		})
	}
	m.must(all.Wait())
	if n := banked.Load(); n != 1 {
		t.Errorf("banked %d times", n)
	}
	if err := m.BankCash(t.Context(), 476_00, 400_00, "DEP 1", by); !errors.Is(err, order.ErrCashChanged) {
		t.Errorf("twice: %v", err)
	}
	if c = m.cash(); c.Till != 76_00 || !strings.HasPrefix(c.Counts[0].Reference, "DEP ") {
		t.Errorf("the till has %s, %+v", c.Till, c.Counts)
	}
	bank, err := ledger.Balance(t.Context(), m.db, ledger.Bank)
	m.must(err)
	if bank != 400_00 {
		t.Errorf("the bank has %s", bank)
	}
	m.wantClean()
}

func TestACooperativeThatDeliveredItselfOwesTheCash(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o, err := m.deliverTo(order.CashHolder{Cooperative: m.honey})
	m.must(err)
	c := m.cash()
	if h := c.Cooperatives[0]; c.Till != 0 || h.Cooperative != m.honey || h.Amount != 238_00 || h.Orders != 1 || h.Slug == "" {
		t.Errorf("the till has %s, the cooperative %+v", c.Till, h)
	}
	stands, err := m.settlements().OwedTo(t.Context(), m.honey)
	m.must(err)
	if stands.Due != 104_50 || stands.Owes != 238_00 || stands.Transferable() != 0 {
		t.Errorf("it stands at %+v", stands)
	}
	m.wantClean()
	m.must(m.CountCash(t.Context(), order.CashHolder{Cooperative: m.honey}, 238_00, 138_00, m.people().Actor))
	if c = m.cash(); c.Till != 138_00 || c.Cooperatives[0].Amount != 100_00 || c.Cooperatives[0].Orders != 1 {
		t.Errorf("the till has %s, the cooperative %+v", c.Till, c.Cooperatives[0])
	}
	_, err = m.payOut(m.honey, 4_50) // what is left after 100 are set off
	m.must(err)
	if c = m.cash(); len(c.Cooperatives) != 0 {
		t.Errorf("it owes %+v", c.Cooperatives)
	}
	m.wantClean()
	m.later(time.Minute)
	m.must(m.Adjust(t.Context(), o.ID, m.off(o, m.thyme, 1, "back"), m.people()))
	m.giveBack()
	m.wantClean()
}

func TestOnlyWhoDeliveredCanHaveTheCash(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	for name, holder := range map[string]order.CashHolder{
		"a cooperative without a part": {Cooperative: postgres.NewID()}, "a carrier nobody knows": {Carrier: postgres.NewID()},
	} {
		o, err := m.deliverTo(holder)
		if f := fault.As(err); f == nil || f.Kind != fault.Invalid || f.Fields["cash"].Key != order.ErrHolder.Key || m.read(o.ID).State != order.StateDispatched {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := m.CountCash(t.Context(), order.CashHolder{Carrier: uuid.New()}, 1, 1, m.people().Actor); !errors.Is(err, order.ErrHolder) {
		t.Errorf("a carrier nobody knows: %v", err)
	}
	m.must(m.AddCarrier(t.Context(), "Ali"))
	m.must(m.AddCarrier(t.Context(), " Ali "))
	if carriers, err := m.Carriers(t.Context()); err != nil || len(carriers) != 1 {
		t.Errorf("%v, %v", carriers, err)
	}
	if err := m.AddCarrier(t.Context(), "ALI"); fault.As(err) == nil || fault.As(err).Fields["name"].Key != "order.carrier_known" {
		t.Errorf("the same name in other letters: %v", err)
	}
	if err := m.AddCarrier(t.Context(), " "); !errors.Is(err, order.ErrInvalid) {
		t.Errorf("without a name: %v", err)
	}
	m.wantClean()
}

func TestACarrierIsEndedAndTakenUpAgain(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ali := m.carrier("Ali")
	_, err := m.deliverTo(ali)
	m.must(err)
	m.must(m.EndCarrier(t.Context(), ali.Carrier, false))
	m.must(m.EndCarrier(t.Context(), ali.Carrier, false))
	if carriers, err := m.Carriers(t.Context()); err != nil || len(carriers) != 0 {
		t.Errorf("cash may be left with %v, %v", carriers, err)
	}
	o, err := m.deliverTo(ali)
	if f := fault.As(err); f == nil || f.Fields["cash"].Key != order.ErrHolder.Key || m.read(o.ID).State != order.StateDispatched {
		t.Errorf("cash was left with whoever was ended: %v", err)
	}
	if c := m.cash(); len(c.Carriers) != 1 || !c.Carriers[0].Ended || c.Carriers[0].Amount != 238_00 || len(c.Ended) != 0 {
		t.Errorf("what it has is not told: %+v", c)
	}
	m.must(m.CountCash(t.Context(), ali, 238_00, 238_00, m.people().Actor))
	if c := m.cash(); len(c.Carriers) != 0 || len(c.Ended) != 1 || c.Ended[0].Name != "Ali" {
		t.Errorf("when all is counted: %+v", c)
	}
	m.must(m.AddCarrier(t.Context(), "ali"))
	if carriers, err := m.Carriers(t.Context()); err != nil || len(carriers) != 1 || carriers[0].ID != ali.Carrier {
		t.Errorf("added again it is %v, %v", carriers, err)
	}
	m.must(m.EndCarrier(t.Context(), ali.Carrier, false))
	m.must(m.EndCarrier(t.Context(), ali.Carrier, true))
	_, err = m.deliverTo(ali)
	m.must(err)
	if err := m.EndCarrier(t.Context(), uuid.New(), false); !errors.Is(err, order.ErrHolder) {
		t.Errorf("a carrier nobody knows: %v", err)
	}
	m.wantClean()
}

func TestTheAuditFindsCashThatWasNotTakenOrCounted(t *testing.T) {
	t.Parallel()
	const said = "order: the ledger holds the cash that carriers and cooperatives took, and what was counted of it"
	for name, does := range map[string]func(m *market){
		"taken": func(m *market) {
			m.exec(`insert into order_cash (order_id, cooperative_id, amount_centimes, at) values ($1, $2, 100, $3)`, m.deliverBasic().ID, m.honey, m.now)
		},
		"counted": func(m *market) {
			m.exec(`insert into cash_counts (id, cooperative_id, expected_centimes, counted_centimes, actor, user_id, at) values ($1, $2, 100, 100, 'association', $1, $3)`,
				postgres.NewID(), m.honey, m.now)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			m.wantClean()
			does(m)
			m.wantProblem(said)
		})
	}
}
