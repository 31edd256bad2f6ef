package order_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/postgres"
)

// pay has the buyer pay for an order, whatever has become of its goods.
func (m *market) pay(id uuid.UUID) {
	m.t.Helper()
	m.must(postgres.InTx(context.Background(), m.db, func(tx *sqlx.Tx) error {
		_, err := m.payments.SettleTx(context.Background(), tx, id, m.clock())
		return err
	}))
}

func TestWhatIsPaidIsHeldUntilTheGoodsAreDelivered(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.place(m.basic()).Order
	m.pay(o.ID)
	m.wantLedger(map[ledger.Account]money.Amount{
		ledger.Buyers: 0, ledger.PendingTo(m.couscous): 0, ledger.PendingTo(m.honey): 0, ledger.PendingTo(m.soap): 0, ledger.PendingDelivery: 0,
		cash: 238_00, ledger.HeldFor(m.couscous): 52_00, ledger.HeldFor(m.honey): 110_00, ledger.HeldFor(m.soap): 56_00, ledger.HeldDelivery: 20_00,
	})
	m.wantClean()
	m.handOverAll(o.ID)
	m.must(m.Move(t.Context(), order.MoveDispatch, o.ID, m.people()))
	m.must(m.Move(t.Context(), order.MoveDeliver, o.ID, m.people()))
	m.wantLedger(map[ledger.Account]money.Amount{
		ledger.Buyers: 0, ledger.PendingTo(m.couscous): 0, ledger.PendingTo(m.honey): 0, ledger.PendingTo(m.soap): 0, ledger.PendingDelivery: 0,
		ledger.HeldFor(m.couscous): 0, ledger.HeldFor(m.honey): 0, ledger.HeldFor(m.soap): 0, ledger.HeldDelivery: 0, cash: 238_00,
		ledger.PayableTo(m.couscous): 49_40, ledger.PayableTo(m.honey): 104_50, ledger.PayableTo(m.soap): 53_20,
		ledger.Commission: 10_90, ledger.Delivery: 20_00,
	})
	m.wantClean()
}

// moves records that money of an order moves.
func (m *market) moves(id uuid.UUID, debit, credit ledger.Account, amount money.Amount) {
	m.t.Helper()
	m.must(postgres.InTx(context.Background(), m.db, func(tx *sqlx.Tx) error {
		return ledger.RecordTx(context.Background(), tx, ledger.Journal{
			Reference: postgres.NewID().String(), Kind: "kept", OrderID: &id, At: m.clock(),
			Postings: []ledger.Posting{{Debit: debit, Credit: credit, Amount: amount}},
		})
	}))
}

// deliverBasic is an order of all but soap that is delivered and paid at the door.
func (m *market) deliverBasic() order.Order {
	m.t.Helper()
	in := m.basic()
	in.Lines = in.Lines[:2]
	o := m.place(in).Order
	m.handOverAll(o.ID)
	m.must(m.Move(context.Background(), order.MoveDispatch, o.ID, m.people()))
	m.must(m.Move(context.Background(), order.MoveDeliver, o.ID, m.people()))
	return m.read(o.ID)
}

func TestCashOfAnOrderMayStandWithItsCooperatives(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.deliverBasic()
	m.moves(o.ID, ledger.OwedBy(m.honey), cash, 60_00)
	m.moves(o.ID, ledger.OwedBy(m.couscous), cash, 40_00)
	m.wantClean()
	m.must(m.Adjust(t.Context(), o.ID, m.off(o, m.wheat, 1, "torn"), m.people()))
	m.giveBack()
	m.wantClean()
	m.moves(o.ID, ledger.OwedBy(m.honey), cash, o.Due-100_00-26_00)
	m.wantClean()
	kept, err := ledger.Balance(t.Context(), m.db, ledger.OwedBy(m.honey))
	m.must(err)
	if kept != o.Due-66_00 {
		t.Errorf("%s are kept", kept)
	}
}

func TestTheAuditKnowsHowMuchOfAnOrderItsCooperativesCanHaveKept(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		does func(m *market, o order.Order)
		want int // problems
	}{
		"the cash of another order, too": {func(m *market, o order.Order) {
			m.moves(o.ID, ledger.OwedBy(m.honey), cash, o.Due)
			m.moves(o.ID, ledger.OwedBy(m.couscous), cash, 1)
		}, 3}, // of both, and of what was received
		"one that has no part of it": {func(m *market, o order.Order) {
			m.moves(o.ID, ledger.OwedBy(m.soap), cash, 10_00)
		}, 2},
		"less than nothing": {func(m *market, o order.Order) {
			m.moves(o.ID, cash, ledger.OwedBy(m.honey), 10_00)
		}, 2},
		"commission": {func(m *market, o order.Order) {
			m.moves(o.ID, ledger.OwedBy(m.honey), ledger.Commission, 10_00)
		}, 2},
		"what is due": {func(m *market, o order.Order) {
			m.moves(o.ID, ledger.OwedBy(m.honey), ledger.PayableTo(m.honey), 10_00)
		}, 2},
		"of an order that nobody paid": {func(m *market, _ order.Order) {
			m.moves(m.place(m.basic()).Order.ID, ledger.OwedBy(m.honey), ledger.Buyers, 10_00)
		}, 2},
		"in place of what would be received": {func(m *market, o order.Order) {
			m.exec(`alter table postings disable trigger user`)
			m.exec(`update postings set debit = 'cooperative_owes', cooperative_id = $1, provider = '' where debit = 'received'`, m.honey)
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			o := m.deliverBasic()
			m.deliverBasic() // has cash, too
			c.does(m, o)
			checks, err := order.Audit(t.Context(), m.db)
			m.must(err)
			found := 0
			for _, check := range checks {
				found += check.Count
			}
			if found != c.want {
				t.Errorf("%d problems, want %d", found, c.want)
			}
		})
	}
}

func TestABuyerWhoPaidForWhatDoesNotComeHasItDueBack(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	for name, c := range map[string]struct {
		drop func(m *market, o order.Order)
		want map[string]money.Amount
	}{
		"a part is declined": {func(m *market, o order.Order) {
			m.must(m.Move(ctx, order.MoveDecline, m.part(o, m.honey).ID, m.of(m.honey)))
		}, map[string]money.Amount{"held": 108_00, "held_delivery": 20_00, "refunds_due": 110_00}},
		"it is cancelled": {func(m *market, o order.Order) {
			m.must(m.Move(ctx, order.MoveCancel, o.ID, m.people()))
		}, map[string]money.Amount{"refunds_due": 238_00}},
		"a part is declined, then it is cancelled": {func(m *market, o order.Order) {
			m.must(m.Move(ctx, order.MoveDecline, m.part(o, m.honey).ID, m.of(m.honey)))
			m.must(m.Move(ctx, order.MoveCancel, o.ID, m.people()))
		}, map[string]money.Amount{"refunds_due": 238_00}},
		"nobody accepts it": {func(m *market, o order.Order) {
			m.must(m.Expire(ctx, o.ID, m.read(o.ID).ExpiresAt))
		}, map[string]money.Amount{"refunds_due": 238_00}},
		"it is refused at the door": {func(m *market, o order.Order) {
			m.handOverAll(o.ID)
			m.must(m.Move(ctx, order.MoveDispatch, o.ID, m.people()))
			m.must(m.Move(ctx, order.MoveRefuse, o.ID, m.people()))
		}, map[string]money.Amount{"refunds_due": 238_00}},
		"the rest is delivered": {func(m *market, o order.Order) {
			m.must(m.Move(ctx, order.MoveDecline, m.part(o, m.honey).ID, m.of(m.honey)))
			m.handOverAll(o.ID)
			m.must(m.Move(ctx, order.MoveDispatch, o.ID, m.people()))
			m.must(m.Move(ctx, order.MoveDeliver, o.ID, m.people()))
		}, map[string]money.Amount{"refunds_due": 110_00, "payable": 102_60, "commission": 5_40, "delivery": 20_00}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			o := m.place(m.basic()).Order
			m.pay(o.ID)
			c.drop(m, o)
			c.want["received"] = 238_00
			for _, kind := range []string{
				"buyers", "pending", "pending_delivery", "received", "held", "held_delivery", "refunds_due", "payable", "commission", "delivery",
			} {
				var got money.Amount
				m.must(m.db.Get(&got, `select coalesce(sum(amount), 0) from ledger_movements where account = $1`, kind))
				if got != c.want[kind] {
					t.Errorf("%s: %s, want %s", kind, got, c.want[kind])
				}
			}
			m.wantClean()
		})
	}
}
