package order_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
)

// Whenever buyers pay, and whatever is dropped or taken off before and after that, earned later, paid out and kept by
// cooperatives: what is held is what was paid less what was earned and is due back, what is payable is what was earned
// less commission, and nothing is below zero.
func TestWhateverIsPaidIsHeldOrEarnedOrDueBack(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	for _, product := range []uuid.UUID{m.wheat, m.thyme, m.olive} {
		m.restock(product, 100_000)
	}
	moves := slices.DeleteFunc(steps(), func(s step) bool { return s.name == "confirm by mail" })
	rapid.Check(t, func(rt *rapid.T) {
		ctx := context.Background()
		m.exec(`update settings set decided = decided || jsonb_build_object('commission', $1::text)`,
			rapid.SampledFrom([]string{"0.00", "3.33", "5.00", "100.00"}).Draw(rt, "commission"))
		m.exec(`update settings set decided = decided || jsonb_build_object('cash_fee', $1::text)`,
			rapid.SampledFrom([]string{"0.00", "7.50"}).Draw(rt, "fee of the means"))
		m.returnDays(rapid.SampledFrom([]int{0, 7}).Draw(rt, "return days"))
		placed, err := m.Place(ctx, m.basic())
		if err != nil {
			rt.Fatal(err)
		}
		paysAt := rapid.IntRange(-1, 12).Draw(rt, "pays before step") // -1: at the door, if at all
		givenUpAt := rapid.IntRange(-1, 12).Draw(rt, "given up at step")
		for n := range rapid.IntRange(1, 16).Draw(rt, "steps") {
			o := m.read(placed.Order.ID)
			if n == paysAt && o.State.Open() {
				m.pay(o.ID)
			}
			if !o.State.Open() {
				break
			}
			end := rapid.SampledFrom([]string{"deliver", "refuse"}).Draw(rt, "end")
			p, s := onward(o, moves, end)
			switch {
			case n == givenUpAt:
				s = moves[slices.IndexFunc(moves, func(s step) bool { return s.name == "cancel" })]
			case rapid.IntRange(0, 5).Draw(rt, "astray") == 0:
				p, s = rapid.SampledFrom(o.Parts).Draw(rt, "part"), rapid.SampledFrom(moves).Draw(rt, "step")
			}
			m.later(time.Minute)
			if err := s.do(ctx, m, o, p); err != nil && !fault.Is(err, fault.Conflict) {
				rt.Fatalf("%s: %v", s.name, err)
			}
			m.wantBooks(rt, placed.Order.ID)
		}
		for n := range rapid.IntRange(0, 8).Draw(rt, "steps after delivery") {
			o := m.read(placed.Order.ID)
			if o.State != order.StateDelivered {
				break
			}
			m.later(time.Minute)
			if err := m.afterDelivery(rt, o, n); err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Invalid) {
				rt.Fatal(err)
			}
			m.wantBooks(rt, o.ID)
		}
		m.later(8 * day)
		m.closing()
		m.wantBooks(rt, placed.Order.ID)
		m.giveBack()
	})
	m.wantClean()
}

// afterDelivery is something that may happen to an order that its buyer has, or to its cooperatives.
func (m *market) afterDelivery(rt *rapid.T, o order.Order, n int) error {
	ctx := context.Background()
	p := rapid.SampledFrom(o.Parts).Draw(rt, "part")
	switch rapid.SampledFrom([]string{"take off", "take off", "pay out", "pay out", "undo", "days pass"}).Draw(rt, "after") {
	case "take off":
		l := rapid.SampledFrom(p.Lines).Draw(rt, "line")
		amount := money.Amount(rapid.Int64Range(0, int64(l.Total)).Draw(rt, "amount"))
		return m.Adjust(ctx, o.ID, order.Adjustment{Line: l.ID, Amount: amount, Reason: order.ReasonGoodwill, Key: keyOf(o.Number + strconv.Itoa(n))}, m.people())
	case "pay out":
		due, err := ledger.Balance(ctx, m.db, ledger.PayableTo(p.Cooperative.ID))
		if err != nil {
			return err
		}
		paid, err := m.payOut(p.Cooperative.ID, money.Amount(rapid.Int64Range(0, int64(due)+1).Draw(rt, "paid out")))
		if err == nil {
			m.lastPayout = paid
		}
		return err
	case "undo":
		if m.lastPayout.ID == uuid.Nil {
			return nil
		}
		_, err := m.settlements().Undo(ctx, m.lastPayout.CooperativeID, m.lastPayout.ID, "the bank sent it back", actor.OfAssociation(m.association))
		return err
	default:
		m.later(3 * day)
		m.closing()
		return nil
	}
}

// What was paid is held, earned or due back at every step of every way that an order may end.
func TestEveryEndOfAnOrderLeavesTheBooksRight(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.restock(m.wheat, 100)
	m.restock(m.thyme, 100)
	m.restock(m.olive, 100)
	for _, way := range []struct {
		end  string
		pays bool
	}{{"deliver", true}, {"deliver", false}, {"refuse", true}, {"refuse", false}, {"cancel", true}, {"cancel", false}} {
		t.Run(fmt.Sprintf("%s, paid before: %v", way.end, way.pays), func(t *testing.T) {
			steps := steps()
			if way.end == "cancel" { // when all have accepted
				steps = slices.DeleteFunc(steps, func(s step) bool { return s.name == "ready" })
			}
			o := m.place(m.basic()).Order
			if way.pays {
				m.pay(o.ID)
			}
			for m.wantBooks(t, o.ID); o.State.Open(); o = m.read(o.ID) {
				p, s := onward(o, steps, way.end)
				m.later(time.Minute)
				m.must(s.do(t.Context(), m, o, p))
				m.wantBooks(t, o.ID)
			}
		})
	}
	m.wantClean()
}

// wantBooks holds the accounts of one order against each other.
func (m *market) wantBooks(t rapid.TB, id uuid.UUID) {
	var rows []struct {
		Account string
		Amount  money.Amount
	}
	m.must(m.db.Select(&rows, `select account, sum(amount) as amount from ledger_movements where order_id = $1 group by account`, id))
	var borne money.Amount // by its cooperatives, of what the buyer had back
	m.must(m.db.Get(&borne, `
		select coalesce(sum(p.amount_centimes), 0) from ledger_journals j join ledger_postings p on p.journal_id = j.id
		where j.order_id = $1 and (p.debit, p.credit) = ('cooperative_owes', 'held')`, id))
	of := make(map[string]money.Amount)
	for _, r := range rows {
		if of[r.Account] = r.Amount; r.Amount < 0 {
			t.Fatalf("%s holds %s", r.Account, r.Amount)
		}
	}
	o := m.read(id)
	held, earned := of["held"]+of["held_delivery"]+of["held_means_fee"], of["payable"]+of["commission"]+of["delivery"]+of["means_fees"]-borne
	for what, is := range map[string]bool{
		"held is paid less earned and due back":              held == of["received"]+of["cooperative_owes"]-borne-earned-of["refunds_due"],
		"buyers owe what is pending":                         of["buyers"] == of["pending"]+of["pending_delivery"]+of["pending_means_fee"],
		"what is due is owed, held or earned":                o.Due == of["buyers"]+held+earned,
		"nothing is earned before the goods are delivered":   earned == 0 || o.State == order.StateDelivered,
		"nothing is held of goods that cannot be sent back":  held == 0 || o.ClosedAt == nil,
		"commission is the association's share of the parts": of["commission"] == 0 || of["commission"] == commission(o),
	} {
		if !is {
			t.Fatalf("not so: %s: order %s, due %s, %v", what, o.State, o.Due, of)
		}
	}
}

func commission(o order.Order) (sum money.Amount) {
	for _, p := range o.Parts {
		if p.State.Active() {
			sum += p.Commission
		}
	}
	return sum
}
