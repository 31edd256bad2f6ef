package order_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/postgres"
)

// newFeeMarket is a market whose cooperatives bear what a provider keeps of what is given back for their goods.
func newFeeMarket(t testing.TB) *market {
	t.Helper()
	m := newMarket(t)
	m.feesOf("yes")
	return m
}

// feesOf decides whether the cooperatives bear these fees.
func (m *market) feesOf(cooperatives string) {
	m.t.Helper()
	m.exec(`update settings set decided = decided || jsonb_build_object('fee_by_cooperatives', $1::text)`, cooperatives)
}

// cardFee says what the provider has kept of the payment for an order by now.
func (m *market) cardFee(o order.Order, fee money.Amount) {
	m.t.Helper()
	var reference string
	m.must(m.db.Get(&reference, `
		select a.provider_reference from payment_attempts a join payment_intents i on i.id = a.intent_id where i.reference = $1 and a.state = 'succeeded'`, o.ID))
	m.must(m.told(payment.Outcome{Attempt: reference, State: payment.Succeeded, Amount: o.Total, Fee: fee}))
}

// boughtFor is an order of 238 dirhams that is paid by card and brought; the provider kept fee of it, or has not said so.
func (m *market) boughtFor(fee money.Amount) order.Order {
	m.t.Helper()
	o := m.byCard()
	m.payFirst(o)
	m.cardFee(o, fee)
	m.bring(o.ID)
	return m.read(o.ID)
}

// comesBack has what was given back of an order come back to its provider.
func (m *market) comesBack(o order.Order) {
	m.t.Helper()
	var reference string
	m.must(m.db.Get(&reference, `
		select r.provider_reference from payment_refunds r join payment_attempts a on a.id = r.attempt_id join payment_intents i on i.id = a.intent_id
		where i.reference = $1 and r.state = 'succeeded'`, o.ID))
	m.must(m.told(payment.Outcome{Refund: reference, State: payment.Failed}))
}

// wantBorne wants each of the three cooperatives to owe so much, the provider's fees to stand for the rest, and every
// audit to find nothing.
func (m *market) wantBorne(fees, couscous, honey, soap money.Amount) {
	m.t.Helper()
	m.wantHeld(map[ledger.Account]money.Amount{
		feeOf: fees, ledger.OwedBy(m.couscous): couscous, ledger.OwedBy(m.honey): honey, ledger.OwedBy(m.soap): soap,
	})
	m.wantClean()
}

func (m *market) partBack(o order.Order, cooperative uuid.UUID, key string) {
	m.t.Helper()
	m.must(m.refund(o.ID, order.RefundInput{Scope: order.RefundPart, Part: m.part(o, cooperative).ID, Reason: order.ReasonDamaged, Key: keyOf(key)}))
}

func TestTheFeeOnWhatGoesBackIsTheAssociationsByItself(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.boughtFor(9_91)
	m.partBack(o, m.honey, "honey")
	m.feesOf("yes") // too late for what is asked for already
	m.giveBack()
	m.wantBorne(9_91, 0, 0, 0)
}

func TestTheFeeOnWhatGoesBackIsTheCooperativesIfItIsDecidedSo(t *testing.T) {
	t.Parallel()
	m := newFeeMarket(t)
	o := m.boughtFor(9_91)
	m.partBack(o, m.honey, "honey")
	m.feesOf("no") // too late, too
	m.wantBorne(9_91, 0, 0, 0)
	m.giveBack()
	m.wantBorne(9_91-4_58, 0, 4_58, 0) // 991 × 11000 / 23800, rounded down
	m.giveBack()
	m.wantBorne(9_91-4_58, 0, 4_58, 0)
}

func TestAWholeRefundCostsTheWholeFee(t *testing.T) {
	t.Parallel()
	m := newFeeMarket(t)
	o := m.boughtFor(9_91)
	m.must(m.refund(o.ID, whole("all")))
	m.giveBack()
	m.wantBorne(0, 2_36, 5_00, 2_55) // 5200, 11000 and 5600 of 21800, the largest remainders first
	if now := m.read(o.ID); now.Due != 0 {
		t.Errorf("due %s", now.Due)
	}
}

func TestPartsOfARefundCostNoMoreThanTheWhole(t *testing.T) {
	t.Parallel()
	m := newFeeMarket(t)
	o := m.boughtFor(9_91)
	var first money.Amount
	for i, cooperative := range []uuid.UUID{m.couscous, m.honey, m.soap} {
		m.partBack(o, cooperative, fmt.Sprint(i))
		m.giveBack()
		m.wantClean()
		if owes := m.owedBy(m.couscous); i == 0 {
			first = owes
		} else if owes != first {
			t.Errorf("what the others have back costs the first %s more", owes-first)
		}
	}
	m.wantBorne(84, 2_16, 4_58, 2_33) // the delivery is not given back
	m.must(m.refund(o.ID, order.RefundInput{Scope: order.RefundDelivery, Reason: order.ReasonDamaged, Key: keyOf("delivery")}))
	m.giveBack()
	m.wantBorne(84, 2_16, 4_58, 2_33) // which is the association's
}

// owedBy is what a cooperative owes.
func (m *market) owedBy(cooperative uuid.UUID) money.Amount {
	m.t.Helper()
	balances, err := ledger.Balances(m.t.Context(), m.db)
	m.must(err)
	return balances[ledger.OwedBy(cooperative)]
}

func TestWhoseGoodsGoBackBearsTheFee(t *testing.T) {
	t.Parallel()
	before := func(act func(m *market, o order.Order)) func(m *market) order.Order {
		return func(m *market) order.Order {
			o := m.byCard()
			m.payFirst(o)
			m.cardFee(o, 9_91)
			o = m.read(o.ID)
			act(m, o)
			return o
		}
	}
	delivered := func(act func(m *market, o order.Order)) func(m *market) order.Order {
		return func(m *market) order.Order {
			o := m.boughtFor(9_91)
			act(m, o)
			return o
		}
	}
	for name, c := range map[string]struct {
		life func(m *market) order.Order
		want [3]money.Amount
	}{
		"one declines": {before(func(m *market, o order.Order) {
			m.must(m.Move(t.Context(), order.MoveDecline, m.part(o, m.honey).ID, m.of(m.honey)))
		}), [3]money.Amount{0, 4_58, 0}},
		"one is taken off": {before(func(m *market, o order.Order) {
			m.partBack(o, m.soap, "soap")
		}), [3]money.Amount{0, 0, 2_33}},
		"two do not answer": {before(func(m *market, o order.Order) {
			m.must(m.Move(t.Context(), order.MoveAccept, m.part(o, m.honey).ID, m.of(m.honey)))
			m.later(1000 * time.Hour)
			m.must(m.Expire(t.Context(), o.ID, m.clock()))
		}), [3]money.Amount{2_16, 0, 2_33}},
		"one shortens": {before(func(m *market, o order.Order) {
			wheat := m.lineOf(o, m.wheat)
			m.must(m.Adjust(t.Context(), o.ID, order.Adjustment{Line: wheat.ID, Quantity: 1, Share: true, Reason: order.ReasonMissing, Key: keyOf("one")}, m.of(m.couscous)))
		}), [3]money.Amount{1_08, 0, 0}},
		"the association cancels": {before(func(m *market, o order.Order) {
			m.must(m.Move(t.Context(), order.MoveCancel, o.ID, m.people()))
		}), [3]money.Amount{}},
		"the buyer refuses it": {before(func(m *market, o order.Order) {
			m.handOverAll(o.ID)
			m.must(m.Move(t.Context(), order.MoveDispatch, o.ID, m.people()))
			m.must(m.Move(t.Context(), order.MoveRefuse, o.ID, m.people()))
		}), [3]money.Amount{}},
		"the association lets her off": {delivered(func(m *market, o order.Order) {
			m.must(m.refund(o.ID, order.RefundInput{Scope: order.RefundAmount, Amount: 50_00, BorneBy: order.ByAssociation, Reason: order.ReasonGoodwill, Key: keyOf("off")}))
		}), [3]money.Amount{}},
		"the cooperatives let her off": {delivered(func(m *market, o order.Order) {
			m.must(m.refund(o.ID, order.RefundInput{Scope: order.RefundAmount, Amount: 50_00, BorneBy: order.ByCooperative, Reason: order.ReasonGoodwill, Key: keyOf("off")}))
		}), [3]money.Amount{50, 1_05, 53}}, // 208 by 1193, 2523 and 1284
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newFeeMarket(t)
			c.life(m)
			m.giveBack()
			m.wantBorne(9_91-c.want[0]-c.want[1]-c.want[2], c.want[0], c.want[1], c.want[2])
		})
	}
}

func TestAFeeThatIsKnownLateIsBorneThen(t *testing.T) {
	t.Parallel()
	m := newFeeMarket(t)
	o := m.boughtFor(0)
	m.partBack(o, m.honey, "honey")
	m.giveBack()
	m.wantHeld(map[ledger.Account]money.Amount{ledger.OwedBy(m.honey): 0})
	m.cardFee(o, 9_91)
	m.wantBorne(5_33, 0, 4_58, 0)
	m.cardFee(o, 12_00)
	m.wantBorne(12_00-5_54, 0, 5_54, 0)
	m.cardFee(o, 5_00) // it gives some back
	m.wantBorne(5_00-2_31, 0, 2_31, 0)
	m.cardFee(o, 12_00)
	m.wantBorne(12_00-5_54, 0, 5_54, 0)
}

func TestWhatComesBackToTheProviderCostsNobodyAFee(t *testing.T) {
	t.Parallel()
	m := newFeeMarket(t)
	o := m.boughtFor(9_91)
	m.partBack(o, m.honey, "honey")
	m.giveBack()
	m.wantBorne(5_33, 0, 4_58, 0)
	m.comesBack(o)
	m.wantBorne(9_91, 0, 0, 0)
	m.must(m.RefundAgain(t.Context(), o.ID, 110_00))
	m.giveBack()
	m.wantBorne(5_33, 0, 4_58, 0)
}

func TestAFeeThatWasSetOffAlreadyIsOwedBack(t *testing.T) {
	t.Parallel()
	m := newFeeMarket(t)
	o := m.boughtFor(9_91)
	m.bought(payment.CashOnDelivery)
	m.partBack(o, m.honey, "honey")
	m.giveBack()
	_, err := m.payOut(m.honey, 104_50-4_58)
	m.must(err)
	m.wantHeld(map[ledger.Account]money.Amount{ledger.OwedBy(m.honey): 0, ledger.PayableTo(m.honey): 0})
	m.wantClean()
	m.comesBack(o)
	m.wantHeld(map[ledger.Account]money.Amount{ledger.OwedBy(m.honey): 0, ledger.PayableTo(m.honey): 4_58, feeOf: 9_91})
	m.wantClean()
}

func TestTwoRefundsAtOnceBearTheirOwnFees(t *testing.T) {
	t.Parallel()
	m := newFeeMarket(t)
	o := m.boughtFor(9_91)
	var g errgroup.Group
	for i, cooperative := range []uuid.UUID{m.couscous, m.honey, m.soap} {
		g.Go(func() error {
			in := order.RefundInput{Scope: order.RefundPart, Part: m.part(o, cooperative).ID, Reason: order.ReasonDamaged, Key: keyOf(fmt.Sprint(i))}
			return m.refund(o.ID, in)
		})
	}
	m.must(g.Wait())
	m.giveBack()
	m.wantClean()
	owed := m.owedBy(m.couscous) + m.owedBy(m.honey) + m.owedBy(m.soap)
	if owed != 9_07 { // 991 × 21800 / 23800
		t.Errorf("borne %s", owed)
	}
}

// However a payment is given back, what is borne of its fee is what a reader of the rule would count.
func TestWhatIsBorneIsWhatTheRuleSays(t *testing.T) {
	t.Parallel()
	m := newFeeMarket(t)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		for _, p := range []uuid.UUID{m.wheat, m.thyme, m.olive} {
			m.restock(p, 10)
		}
		fee := money.Amount(rapid.Int64Range(1, 30_00).Draw(t, "fee"))
		o := m.boughtFor(fee)
		before := m.owedBy(m.couscous) + m.owedBy(m.honey) + m.owedBy(m.soap)
		upto, borne := money.Amount(0), money.Amount(0)
		for range rapid.IntRange(1, 5).Draw(t, "refunds") {
			n++
			amount := money.Amount(rapid.Int64Range(1, 60_00).Draw(t, "amount"))
			bearer := rapid.SampledFrom([]order.Bearer{order.ByCooperative, order.ByAssociation}).Draw(t, "bearer")
			if m.refund(o.ID, order.RefundInput{Scope: order.RefundAmount, Amount: amount, BorneBy: bearer, Reason: order.ReasonGoodwill, Key: keyOf(fmt.Sprint(n))}) != nil {
				continue
			}
			if bearer == order.ByCooperative {
				upto += amount
			}
			m.giveBack()
			borne = fee * upto / 238_00
			if got := m.owedBy(m.couscous) + m.owedBy(m.honey) + m.owedBy(m.soap) - before; got != borne {
				t.Fatalf("borne %s of a fee of %s on %s, want %s", got, fee, upto, borne)
			}
		}
	})
	m.wantClean()
}

func TestWhatWouldBeGivenBackIsToldAndNotGiven(t *testing.T) {
	t.Parallel()
	m := newFeeMarket(t)
	o := m.boughtFor(9_91)
	m.partBack(o, m.soap, "soap")
	split, err := m.SplitOf(t.Context(), o.ID, whole("all"), m.people())
	m.must(err)
	var shares, fees []money.Amount
	for _, p := range split.Parts {
		shares, fees = append(shares, p.Share), append(fees, p.Fee)
	}
	slices.Sort(shares)
	slices.Sort(fees)
	if want := []money.Amount{49_40, 104_50}; !slices.Equal(shares, want) || split.Commission() != 8_10 || split.Delivery != 20_00 || split.Back() != 182_00 {
		t.Errorf("shares %v of %+v", shares, split)
	}
	if want := []money.Amount{2_43, 5_15}; !slices.Equal(fees, want) || split.Fee != 0 { // of 9.91 − 2.33
		t.Errorf("fees %v, the association's %s", fees, split.Fee)
	}
	if now := m.read(o.ID); now.Due != 182_00 || now.Back != 56_00 {
		t.Errorf("due %s, back %s", now.Due, now.Back)
	}
	m.feesOf("no")
	split, err = m.SplitOf(t.Context(), o.ID, whole("all"), m.people())
	m.must(err)
	if split.Fee != 7_58 || split.Parts[0].Fee != 0 {
		t.Errorf("the association's fee %s of %+v", split.Fee, split)
	}
	m.must(m.refund(o.ID, whole("all")))
	if split, err = m.SplitOf(t.Context(), o.ID, whole("all"), m.people()); err != nil || split.Back() != 0 {
		t.Errorf("what was given already: %+v, %v", split, err)
	}
	m.wantClean()
}

func TestTheAuditFindsWhatContradictsFees(t *testing.T) {
	t.Parallel()
	const holds = "order: the ledger holds what the orders say"
	for name, c := range map[string]struct {
		finds string
		does  func(m *market, o order.Order)
	}{
		"the fee is less than was borne": {"order: cooperatives bear no more of a payment's fee than its provider kept", func(m *market, _ order.Order) {
			m.exec(`update payment_attempts set fee_centimes = 1 where fee_centimes > 0`)
		}},
		"nobody bears it": {holds, func(m *market, _ order.Order) {
			m.exec(`alter table order_fee_bearers disable trigger order_fee_bearers_append_only`)
			m.exec(`delete from order_fee_bearers`)
		}},
		"it was not given back": {holds, func(m *market, _ order.Order) {
			m.exec(`update payment_refunds set state = 'failed'`)
		}},
		"goods that did not go back": {"order: who bears a fee has goods in its order that went back so", func(m *market, _ order.Order) {
			m.exec(`alter table order_fee_bearers disable trigger order_fee_bearers_append_only`)
			m.exec(`update order_fee_bearers set goods_centimes = goods_centimes + 1`)
		}},
		"a request that was never made": {"order: who bears a fee has goods in its order that went back so", func(m *market, _ order.Order) {
			m.exec(`alter table order_fee_bearers disable trigger order_fee_bearers_append_only`)
			m.exec(`update order_fee_bearers set request = 'another'`)
		}},
		"more is owed back than was borne": {"order: no more of a fee is owed back to a cooperative than it bears no more", func(m *market, o order.Order) {
			m.must(postgres.InTx(t.Context(), m.db, func(tx *sqlx.Tx) error {
				return ledger.RecordTx(t.Context(), tx, ledger.Journal{
					Reference: "wrong", Kind: "fee_borne", OrderID: &o.ID, At: m.clock(),
					Postings: []ledger.Posting{{Debit: ledger.OwedBy(m.honey), Credit: ledger.PayableTo(m.honey), Amount: 1}},
				})
			}))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newFeeMarket(t)
			o := m.boughtFor(9_91)
			m.partBack(o, m.honey, "honey")
			m.giveBack()
			m.wantClean()
			c.does(m, o)
			m.wantProblem(c.finds)
		})
	}
}
