package order_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/paymenttest"
)

// disputes has the provider say how a dispute of the last attempt stands in which an order was paid, for which it keeps 15
// dirhams.
func (m *market) disputes(o order.Order, state payment.DisputeState, amount money.Amount) {
	m.t.Helper()
	var key string
	m.must(m.db.Get(&key, `
		select a.key from payment_attempts a join payment_intents i on i.id = a.intent_id
		where i.reference = $1 and a.received_centimes > 0 order by a.number desc limit 1`, o.ID))
	m.disputesOf(key, "dp-"+o.Number, state, amount)
}

// disputesOf is disputes for the attempt of that key.
func (m *market) disputesOf(key, name string, state payment.DisputeState, amount money.Amount) {
	m.t.Helper()
	m.must(m.told(payment.Outcome{Attempt: "try-" + key, Key: key, Dispute: &payment.Dispute{Reference: name, State: state, Amount: amount, Fee: 15_00}}))
	m.wantClean()
}

// bear has the association decide who bears what was lost.
func (m *market) bear(o order.Order, bearer order.Bearer) error {
	m.t.Helper()
	return m.bearOne(o, 0, bearer)
}

// bearOne is bear for one of the order's disputes, the oldest first.
func (m *market) bearOne(o order.Order, nth int, bearer order.Bearer) error {
	m.t.Helper()
	list, err := m.payments.DisputesOf(m.t.Context(), o.ID)
	m.must(err)
	return m.BearDispute(m.t.Context(), list[nth].ID, list[nth].Version, bearer, m.people())
}

// paidTwice is an order that its buyer paid in two windows, by attempts of these keys: what came second goes back.
func (m *market) paidTwice() (o order.Order, first, second string) {
	m.t.Helper()
	o = m.byCard()
	a := m.attempt(o)
	m.must(m.told(payment.Outcome{Attempt: a.ProviderReference, State: payment.Failed}))
	b := m.attempt(o)
	m.must(m.told(paid(a)))
	m.must(m.told(paid(b)))
	return o, a.Key, b.Key
}

// wantBalances compares what these accounts hold.
func (m *market) wantBalances(what string, want map[ledger.Account]money.Amount) {
	m.t.Helper()
	balances, err := ledger.Balances(m.t.Context(), m.db)
	m.must(err)
	for account, amount := range want {
		if balances[account] != amount {
			m.t.Errorf("%s, %s holds %s, want %s", what, account, balances[account], amount)
		}
	}
}

var taken, feeOf = ledger.Disputed(paymenttest.Name), ledger.Fees(paymenttest.Name)

func TestWhatIsDisputedIsHeldAndGoesOnWhenItIsWon(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.bought(paymenttest.Name)
	m.wantPayable(49_40, 104_50)
	_, err := m.payOut(m.honey, 100_00) // which nobody takes back
	m.must(err)
	m.disputes(o, payment.DisputeAsked, 238_00)
	m.wantPayable(49_40, 4_50)
	for range 2 {
		m.disputes(o, payment.DisputeOpen, 238_00)
	}
	m.wantPayable(0, 0)
	m.wantBalances("while it is disputed", map[ledger.Account]money.Amount{
		taken: 238_00, feeOf: 15_00, card: -15_00, ledger.HeldFor(m.couscous): 49_40, ledger.HeldFor(m.honey): 4_50,
		ledger.Commission: 10_90, ledger.Delivery: 20_00,
	})
	if _, err := m.payOut(m.couscous, 1); err == nil {
		t.Error("what is disputed was paid out")
	}
	if now := m.read(o.ID); now.Dispute != payment.DisputeOpen || !now.Paid {
		t.Errorf("disputed: %q, paid %v", now.Dispute, now.Paid)
	}
	m.disputes(o, payment.DisputeWon, 238_00)
	m.wantPayable(49_40, 4_50)
	m.wantBalances("won", map[ledger.Account]money.Amount{taken: 0, feeOf: 15_00, card: 223_00, ledger.HeldFor(m.couscous): 0})
	if now := m.read(o.ID); now.Dispute != "" || !now.Paid {
		t.Errorf("won: %q, paid %v", now.Dispute, now.Paid)
	}
	_, err = m.payOut(m.couscous, 49_40)
	m.must(err)
	m.wantClean()
}

func TestWhatWasLostIsBorneByWhoeverTheAssociationDecides(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		lost   money.Amount
		bearer order.Bearer
		want   map[string]money.Amount
		due    money.Amount
	}{
		"all, by the cooperatives": {238_00, order.ByCooperative, map[string]money.Amount{"couscous": 0, "owes": 100_00, "commission": 0, "delivery": 0}, 0},
		"all, by the association":  {238_00, order.ByAssociation, map[string]money.Amount{"couscous": 49_40, "owes": 0, "commission": 10_90 - 218_00, "delivery": 0}, 0},
		// 5.20 of couscous, 11.00 of honey, 5.60 of soap
		"some, by the cooperatives": {21_80, order.ByCooperative, map[string]money.Amount{"couscous": 44_46, "owes": 5_95, "commission": 9_81, "delivery": 20_00}, 216_20},
		"some, by the association":  {21_80, order.ByAssociation, map[string]money.Amount{"couscous": 49_40, "owes": 0, "commission": 10_90 - 21_80, "delivery": 20_00}, 216_20},
		"the goods and a bit":       {220_00, order.ByCooperative, map[string]money.Amount{"couscous": 0, "owes": 100_00, "commission": 0, "delivery": 18_00}, 18_00},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			o := m.bought(paymenttest.Name)
			_, err := m.payOut(m.honey, 100_00)
			m.must(err)
			m.disputes(o, payment.DisputeOpen, test.lost)
			m.disputes(o, payment.DisputeLost, test.lost)
			m.wantPayable(0, 0)
			if now := m.read(o.ID); now.Paid || now.Dispute != payment.DisputeLost || now.Money() == order.MoneyPaid {
				t.Errorf("lost and not borne: paid %v, %s", now.Paid, now.Money())
			}
			m.must(m.bear(o, test.bearer))
			m.wantClean()
			m.wantBalances("borne", map[ledger.Account]money.Amount{
				taken: 0, feeOf: 15_00, ledger.RefundsDue: 0, ledger.PayableTo(m.couscous): test.want["couscous"],
				ledger.OwedBy(m.honey): test.want["owes"], ledger.Commission: test.want["commission"], ledger.Delivery: test.want["delivery"],
				card: 238_00 - 15_00 - test.lost, ledger.HeldFor(m.couscous): 0, ledger.HeldFor(m.honey): 0,
			})
			if now := m.read(o.ID); now.Due != test.due || now.Given != test.lost || now.Dispute != "" || len(now.Refunds) != 1 || !now.Refunds[0].Disputed {
				t.Errorf("due %s, given %s, %+v", now.Due, now.Given, now.Refunds)
			}
			if err := m.bear(o, test.bearer); !errors.Is(err, payment.ErrDisputeChanged) {
				t.Errorf("borne again: %v", err)
			}
			if err := m.ask(o, "all back", map[uuid.UUID]int{m.wheat: 1}); test.lost >= 218_00 && !errors.Is(err, order.ErrNothingBack) {
				t.Errorf("she has all her money, and sends something back for it: %v", err)
			}
			m.giveBack()
			if _, back := m.card.Asked(); back != 0 {
				t.Errorf("%s more were given back", back)
			}
			m.wantClean()
		})
	}
}

// What a provider could not give back after all, once the loss is borne, the buyer has from her bank: it is not given again,
// and no more is lost than the dispute took.
func TestWhatCouldNotBeGivenBackAfterALossIsBorneIsNotGivenAgain(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		lost      money.Amount // of 238.00, of which 26.00 were to be given back before
		given     bool         // and were, until they came back
		off, fail money.Amount // written off before; failed, and not given by her bank
	}{
		"it waits":                       {238_00, false, 26_00, 0},
		"it was given":                   {238_00, true, 26_00, 0},
		"more than the bank gave beyond": {222_00, false, 10_00, 16_00},
		"nothing beyond":                 {100_00, true, 0, 26_00},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			o := m.bought(paymenttest.Name)
			m.must(m.refund(o.ID, order.RefundInput{Scope: order.RefundLine, Line: m.lineOf(o, m.wheat).ID, Quantity: 1, Reason: order.ReasonDamaged, Key: keyOf("a bag")}))
			m.answerRefunds(map[bool]payment.State{true: payment.Succeeded, false: payment.Pending}[test.given])
			m.disputes(o, payment.DisputeLost, test.lost)
			m.must(m.bear(o, order.ByAssociation))
			m.wantClean()
			fees := 15_00 + test.off
			m.wantBalances("borne", map[ledger.Account]money.Amount{taken: 0, feeOf: fees})
			m.mailsOf()
			var reference string
			m.must(m.db.Get(&reference, `select provider_reference from payment_refunds where reason = 'adjusted' and dispute_id is null`))
			m.must(m.told(payment.Outcome{Refund: reference, State: payment.Failed}))
			m.wantClean()
			m.wantBalances("failed", map[ledger.Account]money.Amount{taken: 0, feeOf: 15_00, ledger.RefundsDue: test.fail})
			if now := m.read(o.ID); now.BackFailed != test.fail || now.Due+now.Given+now.BackFailed != 238_00 {
				t.Errorf("due %s, given %s, failed %s", now.Due, now.Given, now.BackFailed)
			}
			if told := len(m.mailsOf()) > 0; told != (test.fail > 0) {
				t.Errorf("the association is to ask again for %s: told %v", test.fail, told)
			}
		})
	}
}

// What became of money stands in the history once, as it was recorded.
func TestAHistoryTellsWhatBecameOfMoney(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.bought(paymenttest.Name)
	bag := func(key, means string) {
		m.must(m.refund(o.ID, order.RefundInput{Scope: order.RefundLine, Line: m.lineOf(o, m.wheat).ID, Quantity: 1, Reason: order.ReasonDamaged, Means: means, Key: keyOf(key)}))
		m.later(time.Minute)
	}
	type told struct {
		Kind   order.MoneyKind
		Amount money.Amount
		Means  string
		By     string
	}
	wants := func(what string, want ...told) {
		t.Helper()
		events, err := m.MoneyEvents(t.Context(), o.ID)
		m.must(err)
		var got []told
		for _, e := range events {
			got = append(got, told{e.Kind, e.Amount, e.Means, e.UserName})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (+): %s", what, diff)
		}
	}
	bag("one", "")
	wants("nothing is given yet")
	m.answerRefunds(payment.Failed)
	wants("it failed", told{order.ToldNotGiven, 26_00, paymenttest.Name, ""})
	m.later(time.Minute)
	m.must(m.RefundAgain(t.Context(), o.ID, 26_00))
	m.giveBack()
	card := told{order.ToldGiven, 26_00, paymenttest.Name, ""}
	wants("it was given", card)
	bag("two", payment.CashOnDelivery)
	var refund uuid.UUID
	m.must(m.db.Get(&refund, `select id from payment_refunds where state = 'pending'`))
	m.must(m.RefundGiven(t.Context(), refund, payment.Given{By: m.association}))
	var name string
	m.must(m.db.Get(&name, `select name from users where id = $1`, m.association))
	cash := told{order.ToldGiven, 26_00, payment.CashOnDelivery, name}
	m.later(time.Minute)
	m.disputes(o, payment.DisputeAsked, 100_00)
	wants("her bank asks", card, cash, told{order.ToldAskedAbout, 100_00, "", ""})
	m.later(time.Minute)
	m.disputes(o, payment.DisputeOpen, 100_00)
	m.disputes(o, payment.DisputeOpen, 100_00)
	m.later(time.Minute)
	open := told{order.ToldDisputed, 100_00, "", ""}
	wants("she disputes", card, cash, open)
	m.disputes(o, payment.DisputeLost, 100_00)
	m.later(time.Minute)
	m.must(m.bear(o, order.ByAssociation))
	wants("it is lost", card, cash, open, told{order.ToldDisputeLost, 100_00, "", ""}, told{order.ToldGivenByBank, 100_00, paymenttest.Name, ""})
}

func TestWhoeverADisputeConcernsIsToldAndNotTheBuyer(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	in := m.basic()
	in.Payment, in.Buyer.Email = paymenttest.Name, "buyer@example.ma"
	o := m.place(in).Order
	m.payFirst(o)
	m.bring(o.ID)
	told := func(what string, want ...string) {
		t.Helper()
		var got []string
		for _, letter := range m.mailsOf() {
			who, _, _ := strings.Cut(letter.To, "@")
			got = append(got, who)
			if strings.Contains(letter.Body, "order.dispute") || !strings.Contains(letter.Body, "https://souk.example/") && who != "buyer" {
				t.Errorf("%s: %s", what, letter.Body)
			}
		}
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (+): %s", what, diff)
		}
	}
	m.mailsOf()
	m.disputes(o, payment.DisputeAsked, 238_00)
	told("asked", "association")
	m.disputes(o, payment.DisputeOpen, 238_00)
	told("open", "association", "iklil-el-qimma", "nouarat-echcharaa", "zahrat-el-ain")
	m.disputes(o, payment.DisputeOpen, 238_00)
	told("once more")
	m.disputes(o, payment.DisputeLost, 238_00)
	told("lost", "association", "iklil-el-qimma", "nouarat-echcharaa", "zahrat-el-ain")
	m.must(m.bear(o, order.ByCooperative))
	told("borne", "iklil-el-qimma", "nouarat-echcharaa", "zahrat-el-ain")
}

func TestWhatIsUnderWayIsGivenUpWhenItsPaymentIsLost(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		until  func(m *market, o order.Order)
		states string
	}{
		"placed":      {func(*market, order.Order) {}, "cancelled: cancelled cancelled cancelled"},
		"handed over": {func(m *market, o order.Order) { m.handOverAll(o.ID) }, "cancelled: cancelled cancelled cancelled"},
		"dispatched": {func(m *market, o order.Order) {
			m.handOverAll(o.ID)
			m.must(m.Move(t.Context(), order.MoveDispatch, o.ID, m.people()))
		}, "refused: refused refused refused"},
		"one has declined": {func(m *market, o order.Order) {
			m.must(m.Move(t.Context(), order.MoveDecline, m.part(o, m.honey).ID, m.of(m.honey)))
		}, "cancelled: cancelled declined cancelled"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			o := m.byCard()
			m.payFirst(o)
			m.disputes(o, payment.DisputeOpen, 238_00)
			test.until(m, o) // meanwhile, and what goes back waits
			m.wantClean()
			m.disputes(o, payment.DisputeLost, 238_00)
			m.wantStates(o.ID, test.states)
			m.wantStock(map[uuid.UUID]int{m.wheat: 10, m.thyme: 10, m.olive: 10})
			m.giveBack()
			if _, back := m.card.Asked(); back != 0 {
				t.Errorf("her bank gave all of it, and %s more are given back", back)
			}
			m.wantBalances("given up", map[ledger.Account]money.Amount{
				taken: 0, ledger.RefundsDue: 0, card: -15_00, ledger.HeldFor(m.couscous): 0, ledger.HeldDelivery: 0,
			})
			if now := m.read(o.ID); now.Dispute != "" || now.Money() != order.MoneyRefunded {
				t.Errorf("it is %s, disputed %q", now.Money(), now.Dispute)
			}
			m.wantClean()
		})
	}
}

// A dirham of 238 is lost: three cooperatives' order goes on, and what it is about is decided when the goods are there.
func TestWhatIsUnderWayGoesOnWhileSomethingIsLeftOfItsPayment(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end  func(m *market, o order.Order)
		due  money.Amount
		back money.Amount // that the provider is asked for
	}{
		"delivered": {func(m *market, o order.Order) {
			m.bring(o.ID)
			m.wantPayable(0, 0)
			m.must(m.bear(o, order.ByCooperative))
		}, 237_00, 0},
		"cancelled": {func(m *market, o order.Order) {
			m.must(m.Move(t.Context(), order.MoveCancel, o.ID, m.people()))
		}, 0, 237_00},
		"declined": {func(m *market, o order.Order) {
			m.must(m.Move(t.Context(), order.MoveDecline, m.part(o, m.honey).ID, m.of(m.honey)))
		}, 128_00, 109_00},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			o := m.byCard()
			m.payFirst(o)
			m.disputes(o, payment.DisputeLost, 1_00)
			m.wantStates(o.ID, "confirmed: placed placed placed")
			if now := m.read(o.ID); !now.Paid || now.Money() != order.MoneyPaid || now.Dispute != payment.DisputeLost {
				t.Errorf("paid %v, %s, disputed %q: nothing is to be paid at the door", now.Paid, now.Money(), now.Dispute)
			}
			if err := m.bear(o, order.ByCooperative); !errors.Is(err, order.ErrLossUnderWay) {
				t.Errorf("borne before anybody knows whether the goods come: %v", err)
			}
			test.end(m, o)
			m.wantClean()
			m.giveBack()
			if now := m.read(o.ID); now.Due != test.due || now.Dispute != "" || now.Back != 238_00-test.due || now.Given != now.Back {
				t.Errorf("due %s, disputed %q, %s of %s given back", now.Due, now.Dispute, now.Given, now.Back)
			}
			if _, back := m.card.Asked(); back != test.back {
				t.Errorf("the provider gave %s back, want %s", back, test.back)
			}
			m.wantBalances("over", map[ledger.Account]money.Amount{taken: 0, feeOf: 15_00, ledger.RefundsDue: 0, card: test.due - 15_00})
			m.wantClean()
		})
	}
}

// Money that came beside what paid the order is no reason to hold anything of it, or to take anything off it.
func TestADisputeOfWhatCameTwiceTouchesNothingOfTheOrder(t *testing.T) {
	t.Parallel()
	for name, given := range map[string]bool{"it waits to go back": false, "it is back": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			o, _, second := m.paidTwice()
			if given {
				m.giveBack()
			}
			m.disputesOf(second, "dp-2", payment.DisputeOpen, 238_00)
			m.wantStates(o.ID, "confirmed: placed placed placed")
			m.bring(o.ID)
			m.wantPayable(49_40, 104_50)
			m.mailsOf()
			m.disputesOf(second, "dp-2", payment.DisputeLost, 238_00)
			for _, letter := range m.mailsOf() {
				if letter.To != "association@souk.example" {
					t.Errorf("%s is told, of whose nothing was held", letter.To)
				}
			}
			lost := money.Amount(0) // beyond what was due
			if given {
				lost = 238_00
				m.must(m.bearOne(o, 0, order.ByCooperative))
			}
			m.wantPayable(49_40, 104_50)
			m.giveBack()
			if _, back := m.card.Asked(); back != lost {
				t.Errorf("the provider gave %s back", back)
			}
			m.wantBalances("over", map[ledger.Account]money.Amount{
				taken: 0, feeOf: 15_00 + lost, card: 238_00 - 15_00 - lost, ledger.RefundsDue: 0, ledger.Commission: 10_90, ledger.Delivery: 20_00,
			})
			if now := m.read(o.ID); now.Due != 238_00 || !now.Paid || now.Dispute != "" || now.Given != 238_00 {
				t.Errorf("due %s, paid %v, disputed %q, given %s", now.Due, now.Paid, now.Dispute, now.Given)
			}
			m.wantClean()
		})
	}
}

// What paid the order is disputed, and what came beside it is not: it goes back all the same.
func TestADisputeOfWhatPaidAnOrderIsNotOfWhatCameTwice(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o, first, _ := m.paidTwice()
	m.bring(o.ID)
	m.disputesOf(first, "dp-1", payment.DisputeLost, 238_00)
	m.wantPayable(0, 0)
	m.must(m.bear(o, order.ByAssociation))
	m.wantPayable(49_40, 104_50)
	m.giveBack()
	if _, back := m.card.Asked(); back != 238_00 {
		t.Errorf("the provider gave %s back", back)
	}
	m.wantBalances("over", map[ledger.Account]money.Amount{taken: 0, feeOf: 15_00, card: -15_00, ledger.RefundsDue: 0})
	m.wantClean()
}

// What came twice goes back although what paid the order is disputed.
func TestWhatCameTwiceIsNotHeldByADisputeOfWhatPaid(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o, first, second := m.paidTwice()
	for key, held := range map[string]bool{first: false, second: true} {
		m.disputesOf(key, "dp-"+key, payment.DisputeOpen, 100_00)
		list, err := m.RefundsToGive(t.Context(), nil, 10)
		m.must(err)
		if len(list.Refunds) != 1 || list.Refunds[0].OrderID != o.ID || list.Refunds[0].Held != held {
			t.Errorf("with %s disputed: %+v", key, list.Refunds)
		}
		m.disputesOf(key, "dp-"+key, payment.DisputeWon, 100_00)
	}
}

func TestOfTwoDisputesThatWereLostEachIsBorneByItself(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.byCard()
	a := m.attempt(o)
	m.must(m.told(paid(a)))
	m.bring(o.ID)
	m.disputesOf(a.Key, "dp-1", payment.DisputeLost, 100_00)
	m.disputesOf(a.Key, "dp-2", payment.DisputeLost, 138_00)
	for _, step := range []struct {
		nth int
		due money.Amount
	}{{1, 100_00}, {0, 0}} {
		m.must(m.bearOne(o, step.nth, order.ByCooperative))
		m.wantClean()
		if now := m.read(o.ID); now.Due != step.due {
			t.Errorf("due %s, want %s", now.Due, step.due)
		}
	}
	m.wantBalances("over", map[ledger.Account]money.Amount{taken: 0, feeOf: 30_00, card: -30_00, ledger.PayableTo(m.honey): 0, ledger.Commission: 0})
}

// What the bank has paid out of the disputed order is not held out of what is owed of another.
func TestWhatIsOwedOfAnotherOrderIsNotHeld(t *testing.T) {
	t.Parallel()
	buys := func(m *market) { m.bought(payment.CashOnDelivery) }
	pays := func(amount money.Amount) func(*market) {
		return func(m *market) {
			_, err := m.payOut(m.couscous, amount)
			m.must(err)
		}
	}
	for name, test := range map[string]struct {
		before, after []func(m *market)
		held, owed    money.Amount
	}{
		"paid out, and the other earned since":     {nil, []func(*market){pays(49_40), buys}, 0, 49_40},
		"paid out in part":                         {nil, []func(*market){pays(40_00), buys}, 9_40, 49_40},
		"the other was earned first, and paid out": {[]func(*market){buys}, []func(*market){pays(49_40)}, 49_40, 0},
		"nothing is paid out":                      {[]func(*market){buys}, []func(*market){buys}, 49_40, 98_80},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			happen := func(steps []func(*market)) {
				for _, step := range steps {
					step(m)
					m.later(time.Minute)
				}
			}
			happen(test.before)
			o := m.bought(paymenttest.Name)
			m.later(time.Minute)
			happen(test.after)
			m.disputes(o, payment.DisputeOpen, 238_00)
			m.wantBalances("disputed", map[ledger.Account]money.Amount{ledger.HeldFor(m.couscous): test.held, ledger.PayableTo(m.couscous): test.owed})
			m.disputes(o, payment.DisputeWon, 238_00)
			m.wantBalances("won", map[ledger.Account]money.Amount{ledger.HeldFor(m.couscous): 0, ledger.PayableTo(m.couscous): test.held + test.owed})
		})
	}
}

func TestWhatIsDisputedIsNotEarnedUntilThatIsOver(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.returnDays(7)
	in := m.basic()
	in.Payment = paymenttest.Name
	in.Lines = append(in.Lines, order.Line{ProductID: m.cheese, Quantity: 1})
	o := m.place(in).Order
	m.payFirst(o)
	m.disputes(o, payment.DisputeOpen, 100_00)
	m.bring(o.ID)
	m.wantClean()
	m.later(8 * day)
	m.closing()
	m.wantPayable(0, 0)
	m.wantClean()
	m.disputes(o, payment.DisputeWon, 100_00)
	m.wantPayable(49_40, 133_00)
	if now := m.read(o.ID); now.ClosedAt == nil {
		t.Error("it is not closed")
	}
	m.wantClean()
}

func TestWhatTheAssociationBearsOfWhatWaitsIsEarnedAllTheSame(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.returnDays(7)
	o := m.bought(paymenttest.Name)
	m.disputes(o, payment.DisputeLost, 238_00)
	m.later(8 * day)
	m.closing()
	m.wantPayable(0, 0)
	m.must(m.bear(o, order.ByAssociation))
	m.wantPayable(49_40, 104_50)
	m.wantClean()
}

func TestWhatIsGivenBackWhileItIsDisputedIsGivenOnce(t *testing.T) {
	t.Parallel()
	for state, asked := range map[payment.DisputeState]money.Amount{payment.DisputeWon: 110_00, payment.DisputeLost: 0} {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			o := m.bought(paymenttest.Name)
			m.disputes(o, payment.DisputeOpen, 110_00)
			m.must(m.refund(o.ID, order.RefundInput{Scope: order.RefundPart, Part: m.part(o, m.honey).ID, Reason: order.ReasonMissing, Key: keyOf("honey")}))
			m.wantClean()
			m.wantPayable(0, 0)
			m.disputes(o, state, 110_00)
			m.wantPayable(49_40, 0) // and nobody has anything to decide
			m.giveBack()
			if _, back := m.card.Asked(); back != asked {
				t.Errorf("given back %s, want %s", back, asked)
			}
			m.wantBalances("over", map[ledger.Account]money.Amount{taken: 0, ledger.RefundsDue: 0, card: 238_00 - 15_00 - 110_00})
			m.wantClean()
		})
	}
}

// What was given back came back to the provider, and then her bank gives it.
func TestWhatComesBackIsGivenByTheBankThatHasTakenIt(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.byCard()
	m.payFirst(o)
	m.must(m.Move(t.Context(), order.MoveDecline, m.part(o, m.honey).ID, m.of(m.honey)))
	m.giveBack()
	var name string
	m.must(m.db.Get(&name, `select provider_reference from payment_refunds`))
	m.must(m.told(payment.Outcome{Refund: name, State: payment.Failed}))
	m.disputes(o, payment.DisputeLost, 110_00)
	if now := m.read(o.ID); now.Given != 110_00 || now.BackFailed != 0 || now.Dispute != "" || now.State != order.StateConfirmed {
		t.Errorf("given %s, failed %s, disputed %q, %s", now.Given, now.BackFailed, now.Dispute, now.State)
	}
	m.wantBalances("given by her bank", map[ledger.Account]money.Amount{taken: 0, ledger.RefundsDue: 0, card: 128_00 - 15_00})
	m.wantClean()
}

func TestWhatABankGivesEndsAReturn(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.returnDays(7)
	o := m.bought(paymenttest.Name)
	m.must(m.ask(o, "couscous", map[uuid.UUID]int{m.wheat: 2}))
	m.disputes(o, payment.DisputeOpen, 52_00)
	m.must(m.counted(o, nil, nil))
	m.wantClean()
	if now := m.read(o.ID); now.Return.State != order.ReturnReceived {
		t.Errorf("while her bank decides the return is %s", now.Return.State)
	}
	m.disputes(o, payment.DisputeLost, 52_00)
	if now := m.read(o.ID); now.Return.State != order.ReturnRefunded || now.Return.EndedAt == nil {
		t.Errorf("her bank has given it, and the return is %s", now.Return.State)
	}
}

func TestWhatABankGivesBeyondWhatWasPaidIsWrittenOff(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.bought(paymenttest.Name)
	m.must(m.refund(o.ID, order.RefundInput{Scope: order.RefundPart, Part: m.part(o, m.honey).ID, Reason: order.ReasonMissing, Key: keyOf("honey")}))
	m.giveBack()
	m.disputes(o, payment.DisputeLost, 238_00) // although 110 of it are back
	m.must(m.bear(o, order.ByCooperative))
	m.wantBalances("written off", map[ledger.Account]money.Amount{
		taken: 0, feeOf: 15_00 + 110_00, ledger.PayableTo(m.couscous): 0, ledger.Commission: 0, ledger.Delivery: 0, card: -15_00 - 110_00,
	})
	m.wantClean()
}

func TestWhoeverDecidesAboutADisputeHasSeenItAsItStands(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.bought(paymenttest.Name)
	m.disputes(o, payment.DisputeOpen, 100_00)
	if err := m.bear(o, order.ByAssociation); !errors.Is(err, payment.ErrDisputeChanged) {
		t.Errorf("borne before it is lost: %v", err)
	}
	list, err := m.payments.DisputesOf(t.Context(), o.ID)
	m.must(err)
	if err := m.DecideDispute(t.Context(), list[0].ID, list[0].Version, payment.DisputeWon); !errors.Is(err, payment.ErrDisputeTold) {
		t.Errorf("decided by hand: %v", err)
	}
	if err := m.RecordDispute(t.Context(), o.ID, payment.DisputeInput{Name: "by hand", Amount: 1}); !errors.Is(err, payment.ErrDisputeTold) {
		t.Errorf("recorded by hand: %v", err)
	}
	m.disputes(o, payment.DisputeLost, 100_00)
	if err := m.bear(o, ""); !errors.Is(err, order.ErrInvalid) {
		t.Errorf("by nobody: %v", err)
	}
	if err := m.BearDispute(t.Context(), list[0].ID, list[0].Version, order.ByAssociation, m.people()); !errors.Is(err, payment.ErrDisputeChanged) {
		t.Errorf("seen before it was lost: %v", err)
	}
	if err := m.BearDispute(t.Context(), list[0].ID, list[0].Version, order.ByAssociation, m.of(m.honey)); !errors.Is(err, order.ErrNotTheirs) {
		t.Errorf("by a cooperative: %v", err)
	}
	m.wantClean()
}

func TestTheAuditFindsWhatIsFrozenForNothing(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]string{
		"order: only what is disputed is frozen":                                                  `update payment_disputes set state = 'won', decided_at = now()`,
		"order: of what is disputed and was earned no more is frozen than the part earned":        `update sub_orders set frozen_centimes = items_centimes where frozen_centimes > 0`,
		"order: the ledger holds what the orders say":                                             `update sub_orders set frozen_centimes = frozen_centimes - 1 where frozen_centimes > 0`,
		"order: what a buyer's bank has given her back is not delivered any more":                 `update payment_disputes set state = 'lost', decided_at = now(), amount_centimes = 23800; update orders set state = 'dispatched'`,
		"order: what was received and what was given back stands in the ledger once, by its name": `update payment_disputes set state = 'lost', decided_at = now(), given_centimes = 1; insert into payment_refunds (id, attempt_id, amount_centimes, reason, state, request, key, created_at, ended_at, dispute_id) select gen_random_uuid(), attempt_id, 1, 'x', 'succeeded', 'x', 'x', now(), now(), id from payment_disputes`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			o := m.bought(paymenttest.Name)
			m.disputes(o, payment.DisputeOpen, 100_00)
			for statement := range strings.SplitSeq(damage, "; ") {
				m.exec(statement)
			}
			if found := strings.Join(m.problems(), "\n"); !strings.Contains(found, name) {
				t.Errorf("the audit finds %s", found)
			}
		})
	}
}

// «disputed» is a word that people may write, too: whoever has money back for their cancelling is told so.
func TestABuyerIsToldOfHerMoneyWhateverIsSaidOfIt(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	in := m.basic()
	in.Payment, in.Buyer.Email = paymenttest.Name, "buyer@example.ma"
	o := m.place(in).Order
	m.payFirst(o)
	m.mailsOf()
	m.must(m.Move(t.Context(), order.MoveCancel, o.ID, m.people(order.NoteDisputed)))
	if letter, ok := m.mails()["buyer@example.ma"]; !ok || !strings.Contains(letter.Body, "/orders/") {
		t.Errorf("she reads %q", letter.Body)
	}
}
