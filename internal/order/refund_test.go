package order_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/paymenttest"
)

// bought is an order that was brought to its buyer and paid, in cash or by card.
func (m *market) bought(means string) order.Order {
	m.t.Helper()
	in := m.basic()
	in.Payment = means
	o := m.place(in).Order
	if means == paymenttest.Name {
		m.pay(o.ID)
	}
	m.bring(o.ID)
	return m.read(o.ID)
}

// whole gives everything of an order back, with its delivery.
func whole(key string) order.RefundInput {
	return order.RefundInput{Scope: order.RefundOrder, Delivery: true, Reason: order.ReasonDamaged, Key: keyOf(key)}
}

func (m *market) refund(id uuid.UUID, in order.RefundInput) error {
	return m.Refund(m.t.Context(), id, in, m.people("as agreed"))
}

func TestAWholeOrderIsGivenBackWithItsDelivery(t *testing.T) {
	t.Parallel()
	for _, means := range []string{payment.CashOnDelivery, paymenttest.Name} {
		t.Run(means, func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			o := m.bought(means)
			for range 2 { // the second time it is the same
				m.must(m.refund(o.ID, whole("all")))
			}
			m.wantClean()
			now := m.read(o.ID)
			if now.Due != 0 || now.Back != o.Due || len(now.Refunds) != 1 || now.Refunds[0].Amount != o.Due || now.Refunds[0].Means != means {
				t.Errorf("due %s, back %s in %+v", now.Due, now.Back, now.Refunds)
			}
			if err := m.refund(o.ID, whole("again")); !errors.Is(err, order.ErrNotLeft) {
				t.Errorf("nothing is left: %v", err)
			}
			m.giveBack()
			m.wantClean()
			m.wantLedger(map[ledger.Account]money.Amount{
				ledger.Buyers: 0, ledger.PendingTo(m.couscous): 0, ledger.PendingTo(m.honey): 0, ledger.PendingTo(m.soap): 0, ledger.PendingDelivery: 0,
				ledger.HeldFor(m.couscous): 0, ledger.HeldFor(m.honey): 0, ledger.HeldFor(m.soap): 0, ledger.HeldDelivery: 0,
				ledger.PayableTo(m.couscous): 0, ledger.PayableTo(m.honey): 0, ledger.PayableTo(m.soap): 0,
				ledger.Commission: 0, ledger.Delivery: 0, ledger.RefundsDue: 0, ledger.Received(means): 0,
			})
		})
	}
}

func TestAPartALineAndPiecesOfItAreGivenBack(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.bought(payment.CashOnDelivery)
	m.must(m.refund(o.ID, order.RefundInput{Scope: order.RefundPart, Part: m.part(o, m.honey).ID, Reason: order.ReasonMissing, Key: keyOf("honey")}))
	wheat := m.lineOf(o, m.wheat)
	pieces := order.RefundInput{Scope: order.RefundLine, Line: wheat.ID, Quantity: 1, Reason: order.ReasonDamaged, Key: keyOf("a bag")}
	m.must(m.refund(o.ID, pieces))
	pieces.Quantity, pieces.Key = 2, keyOf("both bags")
	if err := m.refund(o.ID, pieces); !errors.Is(err, order.ErrNotLeft) {
		t.Errorf("one bag is left: %v", err)
	}
	now := m.read(o.ID)
	if now.Back != 136_00 || now.Due != 102_00 || now.FeeBack != 0 {
		t.Errorf("back %s, due %s, of the delivery %s", now.Back, now.Due, now.FeeBack)
	}
	m.wantStock(map[uuid.UUID]int{m.wheat: 8, m.thyme: 9}) // she has it
	m.wantClean()
}

// What the association bears alone is the same for the cooperatives; what they bear takes their commission along.
func TestAFreeAmountIsBorneByWhoeverItIsSaid(t *testing.T) {
	t.Parallel()
	for bearer, want := range map[order.Bearer]struct{ honey, commission money.Amount }{
		order.ByAssociation: {104_50, 10_90 - 21_80}, order.ByCooperative: {94_05, 9_81},
	} {
		t.Run(string(bearer), func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			o := m.bought(payment.CashOnDelivery)
			m.must(m.refund(o.ID, order.RefundInput{Scope: order.RefundAmount, Amount: 21_80, BorneBy: bearer, Reason: order.ReasonDamaged, Key: keyOf("late")}))
			balances, err := ledger.Balances(t.Context(), m.db)
			m.must(err)
			if balances[ledger.PayableTo(m.honey)] != want.honey || balances[ledger.Commission] != want.commission || balances[ledger.RefundsDue] != 21_80 {
				t.Errorf("%s: %v", bearer, balances)
			}
			var why []string
			m.must(m.db.Select(&why, `select distinct reason from order_adjustments`))
			if len(why) != 1 || why[0] != string(order.ReasonDamaged) {
				t.Errorf("it is said to be for %v", why)
			}
			m.wantClean()
			m.must(m.refund(o.ID, whole("all")))
			if now := m.read(o.ID); now.Due != 0 || now.Back != o.Due {
				t.Errorf("due %s, back %s", now.Due, now.Back)
			}
			m.wantClean()
			m.giveBack()
			m.wantClean()
			m.wantLedger(map[ledger.Account]money.Amount{
				ledger.Buyers: 0, ledger.PendingTo(m.couscous): 0, ledger.PendingTo(m.honey): 0, ledger.PendingTo(m.soap): 0, ledger.PendingDelivery: 0,
				ledger.HeldFor(m.couscous): 0, ledger.HeldFor(m.honey): 0, ledger.HeldFor(m.soap): 0, ledger.HeldDelivery: 0,
				ledger.PayableTo(m.couscous): 0, ledger.PayableTo(m.honey): 0, ledger.PayableTo(m.soap): 0,
				ledger.Commission: 0, ledger.Delivery: 0, ledger.RefundsDue: 0, cash: 0,
			})
		})
	}
}

// What the association bore on goods of which some are given back comes back with these, and the rest stays borne.
func TestWhatTheAssociationBoreComesBackWithItsPieces(t *testing.T) {
	t.Parallel()
	for name, window := range map[string]int{"earned": 0, "held": 7} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			m.returnDays(window)
			o := m.bought(payment.CashOnDelivery)
			m.must(m.refund(o.ID, order.RefundInput{Scope: order.RefundAmount, Amount: 21_80, BorneBy: order.ByAssociation, Reason: order.ReasonGoodwill, Key: keyOf("late")}))
			bag := order.RefundInput{Scope: order.RefundLine, Line: m.lineOf(o, m.wheat).ID, Quantity: 1, Reason: order.ReasonDamaged, Key: keyOf("a bag")}
			m.must(m.refund(o.ID, bag)) // of two at 26.00, on which 5.20 were borne
			now := m.read(o.ID)
			if p := m.part(now, m.couscous); p.Items != 23_40 || p.Borne != 2_60 || p.Commission != 1_30-2_60 || now.Back != 21_80+23_40 {
				t.Errorf("of the part are left %s, borne %s, commission %s; back %s", p.Items, p.Borne, p.Commission, now.Back)
			}
			m.wantClean()
		})
	}
}

// A gift of the association is none of a cooperative's sale: not when it is given, and not when its goods come back.
func TestAGiftThatComesBackWithItsGoodsIsNoSale(t *testing.T) {
	t.Parallel()
	for name, window := range map[string]int{"earned": 0, "held": 7} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			m.returnDays(window)
			o := m.place(m.basic()).Order
			m.pay(o.ID)
			gift := func(amount money.Amount, key string) {
				m.must(m.refund(o.ID, order.RefundInput{Scope: order.RefundAmount, Amount: amount, BorneBy: order.ByAssociation, Reason: order.ReasonGoodwill, Key: keyOf(key)}))
			}
			gift(20_00, "before")
			m.must(m.Move(t.Context(), order.MoveDecline, m.part(o, m.honey).ID, m.of(m.honey)))
			m.wantClean()
			m.bring(o.ID)
			gift(15_00, "after")
			m.partBack(o, m.couscous, "couscous")
			m.wantClean()
			m.later(8 * day)
			m.closing()
			soap := m.part(o, m.soap)
			for cooperative, sold := range map[uuid.UUID]order.Part{m.honey: {}, m.couscous: {}, m.soap: soap} {
				owed, err := m.settlements().OwedTo(t.Context(), cooperative)
				m.must(err)
				if owed.Sales != sold.Items || owed.Commission != sold.Commission || owed.Due != sold.Items-sold.Commission {
					t.Errorf("of %s, commission %s: sold %s, commission %s, due %s", sold.Items, sold.Commission, owed.Sales, owed.Commission, owed.Due)
				}
			}
			m.wantClean()
		})
	}
}

func TestTheDeliveryIsGivenBackAfterThePartsToo(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.bought(payment.CashOnDelivery)
	for _, p := range o.Parts {
		m.must(m.refund(o.ID, order.RefundInput{Scope: order.RefundPart, Part: p.ID, Reason: order.ReasonMissing, Key: uuid.NewSHA1(p.ID, nil)}))
	}
	delivery := order.RefundInput{Scope: order.RefundDelivery, Reason: order.ReasonMissing, Key: keyOf("delivery")}
	for range 2 {
		m.must(m.refund(o.ID, delivery))
	}
	delivery.Key = keyOf("again")
	if err := m.refund(o.ID, delivery); !errors.Is(err, order.ErrNotLeft) {
		t.Errorf("nothing is left: %v", err)
	}
	now := m.read(o.ID)
	if now.Due != 0 || now.Back != o.Due || now.FeeBack != o.DeliveryFee {
		t.Errorf("due %s, back %s, of the delivery %s", now.Due, now.Back, now.FeeBack)
	}
	if last := now.Events[len(now.Events)-1]; last.PartID != nil || last.State != order.EventAdjusted || last.Note != "as agreed" {
		t.Errorf("its history ends with %+v", last)
	}
	m.wantClean()
	m.giveBack()
	m.wantClean()
}

func TestSomethingIsTakenOffAnOrderBeforeItIsDelivered(t *testing.T) {
	t.Parallel()
	for _, paid := range []bool{false, true} {
		t.Run(fmt.Sprintf("paid %t", paid), func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			o := m.place(m.basic()).Order
			if paid {
				m.pay(o.ID)
			}
			honey := order.RefundInput{Scope: order.RefundPart, Part: m.part(o, m.honey).ID, Reason: order.ReasonMissing, Key: keyOf("honey")}
			for range 2 {
				m.must(m.refund(o.ID, honey))
			}
			bag := order.RefundInput{Scope: order.RefundLine, Line: m.lineOf(o, m.wheat).ID, Quantity: 1, Reason: order.ReasonWeight, Key: keyOf("a bag")}
			m.must(m.refund(o.ID, bag))
			m.must(m.refund(o.ID, order.RefundInput{Scope: order.RefundAmount, Amount: 8_20, BorneBy: order.ByCooperative, Reason: order.ReasonGoodwill, Key: keyOf("late")}))
			m.wantClean()
			now := m.read(o.ID)
			left, back := 238_00-110_00-26_00-money.Amount(8_20), money.Amount(0)
			if paid {
				back = 238_00 - left
			}
			if now.Due != left || now.Back != back || m.part(now, m.honey).State != order.PartCancelled {
				t.Errorf("due %s, back %s, the honey is %s", now.Due, now.Back, m.part(now, m.honey).State)
			}
			m.wantStock(map[uuid.UUID]int{m.thyme: 9, m.wheat: 9}) // the honey is missing

			gift := order.RefundInput{Scope: order.RefundAmount, Amount: 4_10, BorneBy: order.ByAssociation, Reason: order.ReasonGoodwill, Key: keyOf("gift")}
			if err := m.refund(o.ID, gift); paid != (err == nil) || !paid && !errors.Is(err, order.ErrInvalid) {
				t.Errorf("borne by the association: %v", err)
			}
			m.wantClean()
			now = m.read(o.ID)
			all := order.RefundInput{Scope: order.RefundAmount, Amount: now.Due - now.DeliveryFee, BorneBy: order.ByCooperative, Reason: order.ReasonGoodwill, Key: keyOf("all")}
			if err := m.refund(o.ID, all); !errors.Is(err, order.ErrTakesAll) {
				t.Errorf("all that the goods are worth: %v", err)
			}
			for _, scope := range []order.Scope{order.RefundOrder, order.RefundDelivery} {
				if err := m.refund(o.ID, order.RefundInput{Scope: scope, Reason: order.ReasonMissing, Key: keyOf(string(scope))}); !errors.Is(err, order.ErrWrongState) {
					t.Errorf("%s before it is delivered: %v", scope, err)
				}
			}
			bag.Key = keyOf("the last bag") // with which the part goes
			m.must(m.refund(o.ID, bag))
			m.wantStates(o.ID, map[bool]string{true: "confirmed", false: "placed"}[paid]+": cancelled cancelled placed")
			m.wantStock(map[uuid.UUID]int{m.thyme: 9, m.wheat: 10})
			m.wantClean()
			m.bring(o.ID)
			m.wantClean()
		})
	}
}

func TestNothingLeavesAnOrderThatIsOnItsWay(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.place(m.basic()).Order
	m.handOverAll(o.ID)
	m.must(m.Move(t.Context(), order.MoveDispatch, o.ID, m.people()))
	honey := order.RefundInput{Scope: order.RefundPart, Part: m.part(o, m.honey).ID, Reason: order.ReasonMissing, Key: keyOf("honey")}
	if err := m.refund(o.ID, honey); !errors.Is(err, order.ErrTakesAll) {
		t.Errorf("a whole part: %v", err)
	}
	m.must(m.refund(o.ID, order.RefundInput{Scope: order.RefundLine, Line: m.lineOf(o, m.wheat).ID, Quantity: 1, Reason: order.ReasonMissing, Key: keyOf("a bag")}))
	m.wantClean()
	m.must(m.Move(t.Context(), order.MoveRefuse, o.ID, m.people()))
	if err := m.refund(o.ID, honey); !errors.Is(err, order.ErrWrongState) {
		t.Errorf("of one that is over: %v", err)
	}
	m.wantClean()
}

func TestAKeyIsOfOneRefund(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.bought(payment.CashOnDelivery)
	in := order.RefundInput{Scope: order.RefundAmount, Amount: 1_00, BorneBy: order.ByCooperative, Reason: order.ReasonGoodwill, Key: keyOf("form")}
	for range 2 {
		m.must(m.refund(o.ID, in))
	}
	in.Amount = 30_00
	if err := m.refund(o.ID, in); !errors.Is(err, order.ErrIdempotencyConflict) {
		t.Errorf("another amount under the same key: %v", err)
	}
	if now := m.read(o.ID); now.Back != 1_00 {
		t.Errorf("back %s", now.Back)
	}
	m.wantClean()
}

func TestARefundThatSaysTooLittleOrComesTooEarlyGivesNothing(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	placed := m.place(m.basic()).Order
	if err := m.refund(placed.ID, whole("early")); !errors.Is(err, order.ErrWrongState) {
		t.Errorf("before it is delivered: %v", err)
	}
	o := m.bought(payment.CashOnDelivery)
	seen := int64(len(o.Events)) - 1
	by := m.people()
	by.Seen = &seen
	if err := m.Refund(t.Context(), o.ID, whole("old page"), by); !errors.Is(err, order.ErrWrongState) {
		t.Errorf("from an old page: %v", err)
	}
	if err := m.Refund(t.Context(), o.ID, whole("hers"), m.of(m.honey)); !errors.Is(err, order.ErrNotTheirs) {
		t.Errorf("by a cooperative: %v", err)
	}
	line := m.lineOf(o, m.wheat).ID
	for _, in := range []order.RefundInput{
		{}, {Scope: order.RefundPart, Reason: order.ReasonMissing}, {Scope: order.RefundLine, Line: line, Reason: order.ReasonMissing},
		{Scope: order.RefundOrder}, {Scope: order.RefundDelivery}, {Scope: order.RefundAmount, Amount: 5_00, Reason: order.ReasonDamaged},
		{Scope: order.RefundAmount, BorneBy: order.ByAssociation, Reason: order.ReasonDamaged}, {Scope: order.RefundAmount, Amount: 5_00, BorneBy: order.ByAssociation},
	} {
		in.Key = uuid.New()
		if err := m.refund(o.ID, in); !errors.Is(err, order.ErrInvalid) {
			t.Errorf("%+v: %v", in, err)
		}
	}
	bad := whole("by nobody")
	bad.Means = "cheque"
	if err := m.refund(o.ID, bad); !errors.Is(err, payment.ErrUnknownProvider) {
		t.Errorf("by cheque: %v", err)
	}
	much := order.RefundInput{Scope: order.RefundAmount, Amount: 218_01, BorneBy: order.ByCooperative, Reason: order.ReasonGoodwill, Key: keyOf("much")}
	if err := m.refund(o.ID, much); !errors.Is(err, order.ErrNotLeft) {
		t.Errorf("more than the goods are worth: %v", err)
	}
	if now := m.read(o.ID); now.Back != 0 {
		t.Errorf("back %s", now.Back)
	}
	m.wantClean()
}

// A card order may be given back in cash; it stands in the ledger as it was given.
func TestWhatWasPaidByCardIsGivenBackInCash(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.bought(paymenttest.Name)
	in := whole("in cash")
	in.Means = payment.CashOnDelivery
	m.must(m.refund(o.ID, in))
	list, err := m.RefundsToGive(t.Context(), nil, 10)
	m.must(err)
	if len(list.Refunds) != 1 || !list.Refunds[0].Waits() || list.Refunds[0].Number != o.Number || list.Refunds[0].Means != payment.CashOnDelivery {
		t.Fatalf("to give: %+v", list.Refunds)
	}
	id := list.Refunds[0].ID
	if err := m.RefundGiven(t.Context(), id, payment.Given{Means: paymenttest.Name, By: m.association}); !errors.Is(err, payment.ErrRefundChanged) {
		t.Errorf("given as it was not promised: %v", err)
	}
	for range 2 {
		m.must(m.RefundGiven(t.Context(), id, payment.Given{Means: payment.CashOnDelivery, Reference: "receipt 7", By: m.association}))
	}
	balances, err := ledger.Balances(t.Context(), m.db)
	m.must(err)
	if balances[cash] != -238_00 || balances[ledger.Received(paymenttest.Name)] != 238_00 || balances[ledger.RefundsDue] != 0 {
		t.Errorf("given in cash: %v", balances)
	}
	if list, err := m.RefundsToGive(t.Context(), nil, 10); err != nil || len(list.Refunds) != 0 {
		t.Errorf("still to give: %+v, %v", list.Refunds, err)
	}
	m.wantClean()
}

// What a card refuses is given by hand; what waits to be given by hand may go back to the card.
func TestTheMeansOfWhatWaitsIsChanged(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.bought(paymenttest.Name)
	m.must(m.refund(o.ID, whole("all")))
	first := m.read(o.ID).Refunds[0]
	if err := m.RefundByMeans(t.Context(), first.ID, first.Means, payment.CashOnDelivery); !errors.Is(err, payment.ErrRefundChanged) {
		t.Errorf("its provider may be asked for it right now: %v", err)
	}
	m.answerRefunds(payment.Failed)
	m.must(m.RefundByMeans(t.Context(), first.ID, paymenttest.Name, payment.CashOnDelivery))
	if err := m.RefundByMeans(t.Context(), first.ID, paymenttest.Name, payment.CashOnDelivery); !errors.Is(err, payment.ErrRefundChanged) {
		t.Errorf("it was asked for again: %v", err)
	}
	second := m.read(o.ID).Refunds[0]
	if second.ID == first.ID || second.Means != payment.CashOnDelivery || second.State != payment.Pending {
		t.Fatalf("asked for again: %+v", second)
	}
	m.wantClean()
	m.must(m.RefundByMeans(t.Context(), second.ID, payment.CashOnDelivery, paymenttest.Name))
	if err := m.RefundGiven(t.Context(), second.ID, payment.Given{By: m.association}); !errors.Is(err, payment.ErrRefundChanged) {
		t.Errorf("the card is asked for it: %v", err)
	}
	m.answerRefunds(payment.Succeeded)
	if now := m.read(o.ID); now.Refunds[0].State != payment.Succeeded || now.Refunds[0].Means != paymenttest.Name {
		t.Errorf("given: %+v", now.Refunds)
	}
	m.wantClean()
}

func TestTwoPeopleWhoGiveBackAtOnceGiveOnce(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.bought(payment.CashOnDelivery)
	var g errgroup.Group
	for i := range 8 {
		g.Go(func() error {
			seen := int64(len(o.Events))
			by := m.people()
			by.Seen = &seen
			err := m.Refund(t.Context(), o.ID, whole(fmt.Sprint("person ", i)), by)
			if errors.Is(err, order.ErrWrongState) {
				return nil
			}
			return err
		})
	}
	m.must(g.Wait())
	if now := m.read(o.ID); now.Back != o.Due || len(now.Refunds) != 1 {
		t.Errorf("back %s in %d refunds", now.Back, len(now.Refunds))
	}
	m.wantClean()
}

// However it is given back, never more than was paid, and the books agree after each step.
func TestNeverMoreIsGivenBackThanWasPaid(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	rapid.Check(t, func(r *rapid.T) {
		for _, product := range []uuid.UUID{m.wheat, m.thyme, m.olive} {
			m.restock(product, 2)
		}
		o := m.bought(rapid.SampledFrom([]string{payment.CashOnDelivery, paymenttest.Name}).Draw(r, "means"))
		var lines []order.OrderLine
		for _, p := range o.Parts {
			lines = append(lines, p.Lines...)
		}
		for range rapid.IntRange(1, 5).Draw(r, "refunds") {
			in := order.RefundInput{
				Scope:    rapid.SampledFrom([]order.Scope{order.RefundOrder, order.RefundPart, order.RefundLine, order.RefundAmount, order.RefundDelivery}).Draw(r, "scope"),
				Part:     rapid.SampledFrom(o.Parts).Draw(r, "part").ID,
				Line:     rapid.SampledFrom(lines).Draw(r, "line").ID,
				Quantity: rapid.IntRange(1, 2).Draw(r, "quantity"),
				Amount:   money.Amount(rapid.IntRange(1, 120_00).Draw(r, "amount")),
				BorneBy:  rapid.SampledFrom([]order.Bearer{order.ByCooperative, order.ByAssociation}).Draw(r, "bearer"),
				Delivery: rapid.Bool().Draw(r, "delivery"),
				Reason:   rapid.SampledFrom([]order.Reason{order.ReasonMissing, order.ReasonDamaged}).Draw(r, "reason"),
				Means:    rapid.SampledFrom([]string{"", payment.CashOnDelivery}).Draw(r, "back"),
				Key:      uuid.New(),
			}
			if in.Scope == order.RefundAmount && rapid.Bool().Draw(r, "of all parts") {
				in.Part = uuid.Nil
			}
			if err := m.refund(o.ID, in); err != nil && !errors.Is(err, order.ErrNotLeft) {
				r.Fatal(err)
			}
			if rapid.Bool().Draw(r, "given") {
				m.giveBack()
			}
		}
		now := m.read(o.ID)
		given := money.Amount(0)
		for _, refund := range now.Refunds {
			given += refund.Amount
		}
		if given > o.Due || given != now.Back || now.Due+now.Back != o.Due {
			r.Fatalf("of %s, %s is due and %s goes back: %+v", o.Due, now.Due, now.Back, now.Refunds)
		}
		for _, p := range m.problems() {
			r.Error(p)
		}
	})
}

// What one cooperative's goods lack is not taken from the others.
func TestAnAmountOfOnePartIsItsCooperativesAlone(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.bought(payment.CashOnDelivery)
	honey := m.part(o, m.honey)
	m.must(m.refund(o.ID, order.RefundInput{
		Scope: order.RefundAmount, Part: honey.ID, Amount: 10_00, BorneBy: order.ByCooperative, Reason: order.ReasonWeight, Key: keyOf("light"),
	}))
	now := m.read(o.ID)
	for _, p := range now.Parts {
		was := m.part(o, p.Cooperative.ID).Items
		if p.ID == honey.ID {
			was -= 10_00
		}
		if p.Items != was {
			t.Errorf("%s: %s instead of %s", p.Cooperative.Name.FR, p.Items, was)
		}
	}
	m.wantClean()
	much := order.RefundInput{
		Scope: order.RefundAmount, Part: honey.ID, Amount: honey.Items, BorneBy: order.ByCooperative, Reason: order.ReasonWeight, Key: keyOf("much"),
	}
	if err := m.refund(o.ID, much); !errors.Is(err, order.ErrNotLeft) {
		t.Errorf("more than the part is worth: %v", err)
	}
}
