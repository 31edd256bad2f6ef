package order_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/paymenttest"
)

// sellOut counts that there is nothing left of a product.
func (m *market) sellOut(product uuid.UUID) {
	m.t.Helper()
	m.exec(`
		with gone as (update products p set stock = 0 from products before where p.id = $1 and before.id = p.id returning before.stock)
		insert into stock_movements (id, product_id, delta, reason, actor, user_id, at)
		select gen_random_uuid(), $1, -stock, 'count', 'association', $2, now() from gone`, product, m.association)
}

// wantHeld looks at what these accounts hold, whatever others do.
func (m *market) wantHeld(want map[ledger.Account]money.Amount) {
	m.t.Helper()
	for account, amount := range want {
		got, err := ledger.Balance(m.t.Context(), m.db, account)
		m.must(err)
		if got != amount {
			m.t.Errorf("%s holds %s, want %s", account, got, amount)
		}
	}
}

func (m *market) attempt(o order.Order) payment.Attempt {
	m.t.Helper()
	a, err := m.payments.Start(m.t.Context(), o.ID)
	m.must(err)
	return a
}

func paid(a payment.Attempt) payment.Outcome {
	return payment.Outcome{Attempt: a.ProviderReference, State: payment.Succeeded, Amount: a.Amount}
}

func TestMoneyThatComesLateTakesTheGoodsAgain(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	in := m.basic()
	in.Payment, in.Buyer.Email = paymenttest.Name, "fatima@example.com"
	o := m.place(in).Order
	a := m.attempt(o)
	m.later(31 * time.Minute)
	m.must(m.Expire(t.Context(), o.ID, m.clock()))
	m.wantNothingLeft(o.ID)
	for range 2 {
		m.must(m.told(paid(a)))
	}
	m.wantStates(o.ID, "confirmed: placed placed placed")
	m.wantStock(map[uuid.UUID]int{m.wheat: 8, m.thyme: 9, m.olive: 8})
	m.wantHeld(map[ledger.Account]money.Amount{
		ledger.Buyers: 0, card: 238_00, ledger.RefundsDue: 0, ledger.HeldFor(m.honey): 110_00, ledger.HeldDelivery: 20_00,
	})
	now := m.read(o.ID)
	if now.Due != 238_00 || !now.Paid || now.Lapsed() {
		t.Errorf("due %s, paid %v, lapsed %v", now.Due, now.Paid, now.Lapsed())
	}
	m.wantClean()
	// Then nobody accepts it, so that all of it goes back, and the goods too.
	m.must(m.Expire(t.Context(), o.ID, now.ExpiresAt))
	m.wantStates(o.ID, "cancelled: cancelled cancelled cancelled")
	m.wantStock(map[uuid.UUID]int{m.wheat: 10, m.thyme: 10, m.olive: 10})
	m.giveBack()
	m.wantHeld(map[ledger.Account]money.Amount{card: 0, ledger.RefundsDue: 0})
	m.wantClean()
	checks, err := catalog.Audit(t.Context(), m.db)
	m.must(err)
	for _, check := range checks {
		if !check.OK() {
			t.Errorf("%s: %v", check.Name, check.Problems)
		}
	}
}

func TestMoneyForAnOrderThatItsBuyerGaveUpGoesBack(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.byCard()
	a := m.attempt(o)
	m.must(m.CancelByBuyer(t.Context(), m.Token(o.ID, 0)))
	m.must(m.told(paid(a)))
	m.wantStates(o.ID, "cancelled: cancelled cancelled cancelled")
	m.giveBack()
	if _, back := m.card.Asked(); back != 238_00 {
		t.Errorf("asked to give back %s", back)
	}
	m.wantNothingLeft(o.ID)
}

func TestABuyerWhoseCardIsRefusedPaysAtTheDoor(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.byCard()
	token := m.Token(o.ID, 0)
	a := m.attempt(o)
	m.must(m.told(payment.Outcome{Attempt: a.ProviderReference, State: payment.Failed}))
	m.later(20 * time.Minute)
	m.must(m.ChooseMeans(t.Context(), token, payment.CashOnDelivery, nil))
	m.wantStates(o.ID, "placed: placed placed placed")
	now := m.read(o.ID)
	if now.Payment != payment.CashOnDelivery || !now.ExpiresAt.After(m.clock().Add(23*time.Hour)) {
		t.Errorf("by %s until %s", now.Payment, now.ExpiresAt)
	}
	if len(m.mails()) == 0 {
		t.Error("its cooperatives are not told")
	}
	m.wantClean()
	if err := m.ChooseMeans(t.Context(), token, payment.CashOnDelivery, nil); !errors.Is(err, order.ErrWrongState) {
		t.Errorf("chosen again: %v", err)
	}
	m.must(m.Expire(t.Context(), o.ID, o.ExpiresAt)) // the time for the card
	m.wantStates(o.ID, "placed: placed placed placed")
	m.handOverAll(o.ID)
	m.must(m.Move(t.Context(), order.MoveDispatch, o.ID, m.people()))
	m.must(m.Move(t.Context(), order.MoveDeliver, o.ID, m.people()))
	m.wantHeld(map[ledger.Account]money.Amount{cash: 238_00, card: 0, ledger.Buyers: 0})
	m.wantClean()
}

func TestACardThatIsPaidInAnOldWindowPaysWhatCashWouldHave(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.byCard()
	a := m.attempt(o)
	m.must(m.ChooseMeans(t.Context(), m.Token(o.ID, 0), payment.CashOnDelivery, nil))
	m.must(m.told(paid(a)))
	m.wantStates(o.ID, "confirmed: placed placed placed")
	if now := m.read(o.ID); !now.Paid || now.Payment != paymenttest.Name {
		t.Errorf("paid %v by %s", now.Paid, now.Payment)
	}
	m.wantClean()
	m.handOverAll(o.ID)
	m.must(m.Move(t.Context(), order.MoveDispatch, o.ID, m.people()))
	m.must(m.Move(t.Context(), order.MoveDeliver, o.ID, m.people()))
	m.wantHeld(map[ledger.Account]money.Amount{card: 238_00, cash: 0, ledger.Buyers: 0})
	m.wantClean()
}

func TestTwoOpenWindowsPayOnce(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.byCard()
	first := m.attempt(o)
	m.later(10 * time.Minute)
	m.must(m.ChooseMeans(t.Context(), m.Token(o.ID, 0), paymenttest.Name, nil))
	second := m.attempt(o)
	if second.Key == first.Key || second.ExpiresAt == nil || !second.ExpiresAt.Equal(o.ExpiresAt) { // her goods are held no longer for it
		t.Errorf("the second is %s until %v", second.Key, second.ExpiresAt)
	}
	m.must(m.told(paid(first)))
	m.must(m.told(paid(second)))
	m.wantStates(o.ID, "confirmed: placed placed placed")
	m.giveBack()
	m.wantHeld(map[ledger.Account]money.Amount{card: 238_00, ledger.RefundsDue: 0})
	m.wantClean()
}

func TestHowAnOrderIsPaidIsNotChosenForEver(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.byCard()
	var err error
	chosen := 0
	for ; err == nil && chosen < 100; chosen++ {
		m.later(time.Second)
		err = m.ChooseMeans(t.Context(), m.Token(o.ID, 0), paymenttest.Name, nil)
	}
	if !errors.Is(err, order.ErrChosenOften) || chosen != 30 {
		t.Errorf("chosen %d times, then %v", chosen, err)
	}
	if err := m.ChooseMeans(t.Context(), m.ReadingToken(o.ID, 0), paymenttest.Name, nil); !errors.Is(err, order.ErrNotFound) {
		t.Errorf("by a link that only reads: %v", err)
	}
	m.must(m.ChooseMeans(t.Context(), m.Token(o.ID, 0), payment.CashOnDelivery, nil)) // she may always
	m.wantStates(o.ID, "placed: placed placed placed")
	m.wantClean()
}

// other is another means that is paid first.
type other struct{ *paymenttest.Provider }

func (other) Name() string { return "other" }

func TestGoodsAreNotHeldByChoosingAgainAndAgain(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.Service = m.orders(secret, other{paymenttest.New()})
	o := m.byCard()
	chosen := 0
	for err := error(nil); err == nil; chosen++ {
		m.later(20 * time.Minute)
		means := []string{other{}.Name(), paymenttest.Name}[chosen%2]
		if err = m.ChooseMeans(t.Context(), m.Token(o.ID, 0), means, nil); err != nil && !errors.Is(err, order.ErrWrongState) {
			t.Fatal(err)
		}
	}
	if held := m.read(o.ID).ExpiresAt.Sub(o.PlacedAt); held != time.Hour || chosen != 3 {
		t.Errorf("held for %s, chosen %d times", held, chosen)
	}
}

func TestWhoPaysReadsWhatShePays(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.byCard()
	d, err := m.Describe(t.Context(), o.ID)
	m.must(err)
	var sum money.Amount
	for _, item := range d.Items {
		sum += item.Amount
	}
	if sum != o.Total || len(d.Items) != 4 || d.Text != "الطلب "+o.Number || d.Back != "https://souk.example/ar/orders/"+m.Token(o.ID, 0)+"/paid" {
		t.Errorf("%+v comes to %s", d, sum)
	}
}
