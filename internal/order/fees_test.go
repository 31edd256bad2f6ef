package order_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/paymenttest"
)

// newCostly is a market in which a card costs its buyer 10 dirhams and cash 5.
func newCostly(t *testing.T) *market {
	t.Helper()
	m := newMarket(t)
	m.card.As = payment.Card
	m.exec(`update settings set decided = decided || '{"card_fee": "10.00", "cash_fee": "5.00"}'`)
	return m
}

func TestTheFeeOfAMeansIsTheAssociationsOnceTheGoodsAreThere(t *testing.T) {
	t.Parallel()
	m := newCostly(t)
	o := m.byCard()
	if o.MeansFee != 10_00 || o.Total != 248_00 || o.Due != 248_00 {
		t.Errorf("fee %s, total %s, due %s", o.MeansFee, o.Total, o.Due)
	}
	m.wantHeld(map[ledger.Account]money.Amount{ledger.Buyers: 248_00, ledger.PendingMeansFee: 10_00})
	d, err := m.Describe(t.Context(), o.ID)
	m.must(err)
	if last := d.Items[len(d.Items)-1]; len(d.Items) != 5 || last.Amount != 10_00 || last.Text != "رسم وسيلة الأداء" {
		t.Errorf("she reads %+v", d.Items)
	}
	m.must(m.told(paid(m.attempt(o))))
	m.wantHeld(map[ledger.Account]money.Amount{ledger.Buyers: 0, ledger.PendingMeansFee: 0, ledger.HeldMeansFee: 10_00, card: 248_00})
	m.wantClean()
	m.bring(o.ID)
	m.wantHeld(map[ledger.Account]money.Amount{
		ledger.HeldMeansFee: 0, ledger.MeansFees: 10_00, ledger.Delivery: 20_00, ledger.Commission: 10_90,
		ledger.PayableTo(m.couscous): 49_40, ledger.PayableTo(m.honey): 104_50, ledger.PayableTo(m.soap): 53_20,
	})
	m.wantClean()

	// She has it back with all that did not come after all, and with nothing else.
	m.must(m.refund(o.ID, order.RefundInput{Scope: order.RefundAmount, Amount: 6_00, BorneBy: order.ByAssociation, Reason: order.ReasonGoodwill, Key: keyOf("goodwill")}))
	m.wantHeld(map[ledger.Account]money.Amount{ledger.MeansFees: 10_00})
	m.wantClean()
	m.must(m.refund(o.ID, order.RefundInput{Scope: order.RefundOrder, Delivery: true, Reason: order.ReasonMissing, Key: keyOf("nothing came")}))
	m.wantHeld(map[ledger.Account]money.Amount{ledger.MeansFees: 0, ledger.RefundsDue: 248_00})
	if now := m.read(o.ID); now.Due != 0 || now.Back != 248_00 || now.MeansFeeBack != 10_00 {
		t.Errorf("due %s, back %s, of the fee %s", now.Due, now.Back, now.MeansFeeBack)
	}
	m.wantClean()
}

func TestTheFeeOfAMeansGoesBackWithTheLastThatIsGivenBack(t *testing.T) {
	t.Parallel()
	m := newCostly(t)
	o := m.place(m.basic()).Order
	m.bring(o.ID)
	m.wantHeld(map[ledger.Account]money.Amount{cash: 243_00, ledger.MeansFees: 5_00})
	last := order.RefundInput{Scope: order.RefundDelivery, Reason: order.ReasonDamaged, Key: keyOf("delivery")}
	for _, p := range o.Parts {
		m.must(m.refund(o.ID, order.RefundInput{Scope: order.RefundPart, Part: p.ID, Reason: order.ReasonDamaged, Key: keyOf(p.ID.String())}))
		m.wantHeld(map[ledger.Account]money.Amount{ledger.MeansFees: 5_00})
	}
	m.must(m.refund(o.ID, last))
	m.must(m.refund(o.ID, last))
	if now := m.read(o.ID); now.Due != 0 || now.Back != 243_00 || now.MeansFeeBack != 5_00 {
		t.Errorf("due %s, back %s, of the fee %s", now.Due, now.Back, now.MeansFeeBack)
	}
	m.wantClean()
}

func TestWhatIsLeftOfAnOrderKeepsTheFeeOfItsMeans(t *testing.T) {
	t.Parallel()
	m := newCostly(t)
	o := m.place(m.basic()).Order
	m.bring(o.ID)
	m.must(m.refund(o.ID, order.RefundInput{Scope: order.RefundOrder, Reason: order.ReasonDamaged, Key: keyOf("broken")}))
	if now := m.read(o.ID); now.Due != 25_00 || now.MeansFeeBack != 0 { // the delivery is left
		t.Errorf("due %s, of the fee %s back", now.Due, now.MeansFeeBack)
	}
	m.wantClean()
}

func TestTheFeeOfAMeansGoesWithTheLastPart(t *testing.T) {
	t.Parallel()
	for _, paidFirst := range []bool{false, true} {
		m := newCostly(t)
		in := m.basic()
		fee := money.Amount(5_00)
		if paidFirst {
			in.Payment, fee = paymenttest.Name, 10_00
		}
		o := m.place(in).Order
		if paidFirst {
			m.must(m.told(paid(m.attempt(o))))
		}
		for i, p := range o.Parts {
			if now := m.read(o.ID); now.Due < fee {
				t.Errorf("before part %d went %s is due", i, now.Due)
			}
			m.must(m.Move(t.Context(), order.MoveDecline, p.ID, m.of(p.Cooperative.ID, "gone")))
			m.wantClean()
		}
		now := m.read(o.ID)
		if now.Due != 0 || paidFirst && now.Back != o.Total {
			t.Errorf("due %s, back %s of %s", now.Due, now.Back, o.Total)
		}
		m.wantHeld(map[ledger.Account]money.Amount{ledger.Buyers: 0, ledger.PendingMeansFee: 0, ledger.HeldMeansFee: 0, ledger.MeansFees: 0})
	}
}

func TestAnotherMeansCostsItsOwnFee(t *testing.T) {
	t.Parallel()
	m := newCostly(t)
	in := m.basic()
	in.Payment, in.Buyer.Email = paymenttest.Name, "fatima@example.com"
	o := m.place(in).Order
	old := m.attempt(o)
	token := m.Token(o.ID, 0)

	// What a page showed is what is agreed to.
	if err := m.ChooseMeans(t.Context(), token, payment.CashOnDelivery, new(money.Amount)); !errors.Is(err, order.ErrMeansFee) {
		t.Errorf("shown for nothing: %v", err)
	}
	m.exec(`update settings set decided = decided || '{"card_fee": "0.00"}'`)
	m.must(m.ChooseMeans(t.Context(), token, paymenttest.Name, new(money.Amount)))
	now := m.read(o.ID)
	if now.MeansFee != 0 || now.Total != 238_00 || now.Due != 238_00 {
		t.Errorf("fee %s, total %s, due %s", now.MeansFee, now.Total, now.Due)
	}
	m.wantHeld(map[ledger.Account]money.Amount{ledger.Buyers: 238_00, ledger.PendingMeansFee: 0})
	m.wantClean()

	// What is paid in the old window is another sum: it goes back, and the order waits still.
	m.must(m.told(paid(old)))
	m.wantStates(o.ID, "awaiting_payment: awaiting_payment awaiting_payment awaiting_payment")
	m.giveBack()
	m.wantHeld(map[ledger.Account]money.Amount{card: 0, ledger.RefundsDue: 0})
	m.wantClean()

	// It is given up, taken up again by money that comes late, and costs what was agreed last.
	m.exec(`update settings set decided = decided || '{"card_fee": "3.00"}'`)
	m.must(m.ChooseMeans(t.Context(), token, paymenttest.Name, nil))
	late := m.attempt(o)
	m.later(time.Hour)
	m.must(m.Expire(t.Context(), o.ID, m.clock()))
	m.wantHeld(map[ledger.Account]money.Amount{ledger.Buyers: 0, ledger.PendingMeansFee: 0})
	m.wantClean()
	m.must(m.told(paid(late)))
	m.wantStates(o.ID, "confirmed: placed placed placed")
	m.wantHeld(map[ledger.Account]money.Amount{card: 241_00, ledger.HeldMeansFee: 3_00})
	m.wantClean()
	m.bring(o.ID)
	m.wantHeld(map[ledger.Account]money.Amount{ledger.MeansFees: 3_00})
	m.wantClean()
}

func TestWhoeverTakesTheCashTakesTheFeeOfItAlong(t *testing.T) {
	t.Parallel()
	m := newCostly(t)
	o := m.byCard()
	m.must(m.ChooseMeans(t.Context(), m.Token(o.ID, 0), payment.CashOnDelivery, new(money.Amount(5_00))))
	m.wantHeld(map[ledger.Account]money.Amount{ledger.Buyers: 243_00, ledger.PendingMeansFee: 5_00})
	m.handOverAll(o.ID)
	m.must(m.Move(t.Context(), order.MoveDispatch, o.ID, m.people()))
	by := m.people()
	by.Cash = order.CashHolder{Cooperative: m.honey}
	m.must(m.Move(t.Context(), order.MoveDeliver, o.ID, by))
	m.wantHeld(map[ledger.Account]money.Amount{ledger.OwedBy(m.honey): 243_00, ledger.MeansFees: 5_00, cash: 0})
	m.wantClean()
}

func TestAFeeThatChangedWhileSheLookedIsNotCharged(t *testing.T) {
	t.Parallel()
	m := newCostly(t)
	in := m.basic()
	in.Source, in.ShownFee = order.Shop, new(money.Amount(4_00))
	if _, err := m.Place(t.Context(), in); !errors.Is(err, order.ErrMeansFee) {
		t.Errorf("placed: %v", err)
	}
	m.wantStock(map[uuid.UUID]int{m.wheat: 10})
	in.ShownFee, in.Buyer.Email = new(money.Amount(5_00)), "fatima@example.com"
	o := m.place(in).Order
	told := 0
	for _, letter := range m.mailsOf() {
		if strings.Contains(letter.Body, "رسم وسيلة الأداء: "+m.texts.Locale("ar").Money(5_00)) && strings.Contains(letter.Body, m.texts.Locale("ar").Money(o.Total)) {
			told++
		}
	}
	if told != 2 { // the association, and she
		t.Errorf("%d letters tell the fee: %+v", told, m.mailsOf())
	}
	// An order's largest sum is that of the order itself.
	m.exec(`update settings set decided = decided || jsonb_build_object('cash_most', $1::text)`, (o.Total - o.MeansFee).String())
	in.Buyer.Phone = "0661000002"
	m.place(in)
}
