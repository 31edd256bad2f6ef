package order_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"golang.org/x/sync/errgroup"

	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/paymenttest"
)

// ask has the buyer of an order ask to send pieces of these goods back.
func (m *market) ask(o order.Order, key string, pieces map[uuid.UUID]int) error {
	m.t.Helper()
	lines := make(map[uuid.UUID]int, len(pieces))
	for product, n := range pieces {
		lines[m.lineOf(o, product).ID] = n
	}
	return m.AskReturn(m.t.Context(), m.Token(o.ID, 0), order.ReturnInput{Lines: lines, Reason: "لا يناسبني", Key: keyOf(key)})
}

// counted has the association receive the return of an order: what is not damaged or missing is sound.
func (m *market) counted(o order.Order, damaged, missing map[uuid.UUID]int) error {
	m.t.Helper()
	r := m.read(o.ID).Return
	counts := make(map[uuid.UUID]order.Counted)
	for _, l := range r.Lines {
		d, x := damaged[l.ProductID], missing[l.ProductID]
		counts[l.LineID] = order.Counted{Sound: l.Quantity - d - x, Damaged: d, Missing: x}
	}
	return m.ReceiveReturn(m.t.Context(), r.ID, counts, m.people())
}

func (m *market) arrange(o order.Order) {
	m.t.Helper()
	r := m.read(o.ID).Return
	m.must(m.ArrangeReturn(m.t.Context(), r.ID, "عند مقر الجمعية", m.people()))
}

// The buyer sends goods back within the window, has her money in cash, and the cooperative its goods.
func TestGoodsAreSentBackAndPaidBack(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.returnDays(7)
	o := m.bought(payment.CashOnDelivery)
	for range 2 { // the second time it is the same
		m.must(m.ask(o, "too much", map[uuid.UUID]int{m.wheat: 2, m.thyme: 1}))
	}
	m.wantClean()
	if err := m.ask(o, "too much", map[uuid.UUID]int{m.wheat: 1, m.thyme: 1}); !errors.Is(err, order.ErrIdempotencyConflict) {
		t.Errorf("another under the same key: %v", err)
	}
	if err := m.ask(o, "more", map[uuid.UUID]int{m.olive: 1}); !errors.Is(err, order.ErrReturnOpen) {
		t.Errorf("while one is open: %v", err)
	}
	m.arrange(o)
	m.must(m.counted(o, map[uuid.UUID]int{m.wheat: 1}, map[uuid.UUID]int{m.thyme: 1}))
	now := m.read(o.ID)
	if now.Return.State != order.ReturnReceived || now.Back != 52_00 || now.FeeBack != 0 || len(now.Refunds) != 1 {
		t.Fatalf("return %+v, back %s in %+v", now.Return, now.Back, now.Refunds)
	}
	m.wantClean()
	if err := m.counted(o, nil, nil); !errors.Is(err, order.ErrWrongState) {
		t.Errorf("received twice: %v", err)
	}
	m.giveBack()
	if now := m.read(o.ID); now.Return.State != order.ReturnRefunded || now.Return.EndedAt == nil {
		t.Errorf("given back: %+v", now.Return)
	}
	m.wantClean()

	waiting, err := m.ReturnedTo(t.Context(), m.couscous, nil, 10)
	m.must(err)
	if len(waiting.Lines) != 1 || *waiting.Lines[0].Sound != 1 {
		t.Fatalf("the cooperative is asked about %+v", waiting)
	}
	l := waiting.Lines[0]
	if err := m.Restock(t.Context(), l.ReturnID, l.LineID, true, m.of(m.honey)); !errors.Is(err, order.ErrNoReturn) {
		t.Errorf("by another cooperative: %v", err)
	}
	m.must(m.Restock(t.Context(), l.ReturnID, l.LineID, true, m.of(m.couscous)))
	if err := m.Restock(t.Context(), l.ReturnID, l.LineID, true, m.of(m.couscous)); !errors.Is(err, order.ErrWrongState) {
		t.Errorf("into stock twice: %v", err)
	}
	m.wantStock(map[uuid.UUID]int{m.wheat: 9, m.thyme: 9})
	m.wantClean()
}

// All of it comes back: so does what the delivery cost, and nobody has earned or owes anything.
func TestAWholeOrderIsSentBack(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.returnDays(7)
	o := m.bought(payment.CashOnDelivery)
	m.must(m.ask(o, "all", map[uuid.UUID]int{m.wheat: 2, m.thyme: 1, m.olive: 2}))
	m.arrange(o)
	m.later(20 * 24 * time.Hour)
	m.must(m.Close(t.Context(), o.ID, m.clock())) // which earns nothing of what may still come back
	m.must(m.counted(o, nil, nil))
	m.giveBack()
	if now := m.read(o.ID); now.Due != 0 || now.Back != o.Due || now.FeeBack != o.DeliveryFee || now.ClosedAt == nil {
		t.Errorf("due %s, back %s, closed %v", now.Due, now.Back, now.ClosedAt)
	}
	balances, err := ledger.Balances(t.Context(), m.db)
	m.must(err)
	for account, amount := range balances {
		if amount != 0 {
			t.Errorf("%s holds %s", account, amount)
		}
	}
	m.wantClean()
}

// What stands in an open return is not earned; once it is refused or withdrawn it is.
func TestAnOpenReturnHoldsBackWhatIsEarned(t *testing.T) {
	t.Parallel()
	for end, fn := range map[string]func(m *market, o order.Order) error{
		"refused": func(m *market, o order.Order) error {
			return m.RejectReturn(t.Context(), m.read(o.ID).Return.ID, "فُتح ما كان مختومًا", m.people())
		},
		"withdrawn": func(m *market, o order.Order) error { return m.KeepReturn(t.Context(), m.Token(o.ID, 0)) },
	} {
		t.Run(end, func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			m.returnDays(7)
			o := m.bought(payment.CashOnDelivery)
			m.must(m.ask(o, "honey", map[uuid.UUID]int{m.thyme: 1}))
			m.later(8 * 24 * time.Hour)
			m.must(m.Close(t.Context(), o.ID, m.clock()))
			m.wantPayable(49_40, 0)
			m.wantClean()
			m.must(fn(m, o))
			m.wantPayable(49_40, 104_50)
			m.wantClean()
			if err := fn(m, o); !errors.Is(err, order.ErrWrongState) {
				t.Errorf("twice: %v", err)
			}
		})
	}
}

func TestWhatMayNotBeSentBackIsNot(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	in := m.basic()
	in.Lines = []order.Line{{ProductID: m.wheat, Quantity: 2}, {ProductID: m.cheese, Quantity: 1}}
	o := m.place(in).Order
	if err := m.ask(o, "early", map[uuid.UUID]int{m.wheat: 1}); !errors.Is(err, order.ErrNothingBack) && !errors.Is(err, order.ErrWrongState) {
		t.Errorf("before it is delivered: %v", err)
	}
	m.bring(o.ID)
	o = m.read(o.ID)
	for name, pieces := range map[string]map[uuid.UUID]int{"what spoils": {m.cheese: 1}, "more than there is": {m.wheat: 3}} {
		if err := m.ask(o, name, pieces); !errors.Is(err, order.ErrNotLeft) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := m.ask(o, "nothing", map[uuid.UUID]int{m.wheat: 0}); !errors.Is(err, order.ErrInvalid) {
		t.Errorf("nothing: %v", err)
	}
	lines := map[uuid.UUID]int{m.lineOf(o, m.wheat).ID: 1}
	if err := m.AskReturn(t.Context(), m.ReadingToken(o.ID, 0), order.ReturnInput{Lines: lines, Key: keyOf("reader")}); !errors.Is(err, order.ErrNotFound) {
		t.Errorf("by the link that only shows it: %v", err)
	}
	m.later(closes.Sub(m.clock()))
	if err := m.ask(o, "late", map[uuid.UUID]int{m.wheat: 1}); !errors.Is(err, order.ErrReturnLate) {
		t.Errorf("after seven days: %v", err)
	}
	if now := m.read(o.ID); now.Return != nil {
		t.Errorf("asked for: %+v", now.Return)
	}
	m.wantClean()
}

// The law counts days: that of the delivery is none of the seven, and the last one is whole.
func TestTheSeventhDayIsWhole(t *testing.T) {
	t.Parallel()
	m := newMarket(t) // whose own window is none
	in := m.basic()
	in.Lines = []order.Line{{ProductID: m.wheat, Quantity: 2}}
	o := m.place(in).Order
	m.bring(o.ID)
	o = m.read(o.ID)
	m.later(closes.Add(-time.Second).Sub(m.clock()))
	if until, some := m.read(o.ID).ReturnUntil(); !some || !until.Equal(closes) {
		t.Errorf("until %s, %v", until, some)
	}
	m.must(m.ask(o, "in time", map[uuid.UUID]int{m.wheat: 1}))
	m.wantClean()
}

// The money goes back as it was paid, or in cash if she asked for that.
func TestTheMoneyOfAReturnGoesTheWayThatSheChose(t *testing.T) {
	t.Parallel()
	for means, want := range map[string]string{"": paymenttest.Name, payment.CashOnDelivery: payment.CashOnDelivery} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			m.returnDays(7)
			o := m.bought(paymenttest.Name)
			lines := map[uuid.UUID]int{m.lineOf(o, m.thyme).ID: 1}
			m.must(m.AskReturn(t.Context(), m.Token(o.ID, 0), order.ReturnInput{Lines: lines, Means: means, Key: keyOf("honey")}))
			m.must(m.counted(o, nil, nil))
			now := m.read(o.ID)
			if len(now.Refunds) != 1 || now.Refunds[0].Means != want || now.Refunds[0].Amount != 110_00 {
				t.Errorf("back in %+v", now.Refunds)
			}
			m.wantClean()
			m.giveBack()
			if now := m.read(o.ID); now.Return.State != order.ReturnRefunded || *now.Return.Back != 110_00 {
				t.Errorf("given back: %+v", now.Return)
			}
			m.wantClean()
		})
	}
}

func TestSheHasBackWhatSheDidNotHaveBackAlready(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.returnDays(7)
	o := m.bought(payment.CashOnDelivery)
	m.must(m.ask(o, "couscous", map[uuid.UUID]int{m.wheat: 2}))
	m.must(m.refund(o.ID, order.RefundInput{Scope: order.RefundLine, Line: m.lineOf(o, m.wheat).ID, Quantity: 1, Reason: order.ReasonDamaged, Key: keyOf("torn")}))
	m.must(m.counted(o, nil, nil))
	now := m.read(o.ID)
	if now.Back != 52_00 || *now.Return.Back != 26_00 || m.lineOf(now, m.wheat).Quantity != 0 {
		t.Errorf("back %s, by the return %s", now.Back, *now.Return.Back)
	}
	m.wantClean()
}

// Whoever sends nothing keeps it, and the return is over.
func TestWhatDoesNotComeBackIsNotGivenBack(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.returnDays(7)
	o := m.bought(payment.CashOnDelivery)
	m.must(m.ask(o, "honey", map[uuid.UUID]int{m.thyme: 1}))
	m.must(m.counted(o, nil, map[uuid.UUID]int{m.thyme: 1}))
	if now := m.read(o.ID); now.Back != 0 || now.Return.State != order.ReturnRefunded || *now.Return.Back != 0 {
		t.Errorf("back %s, return %+v", now.Back, now.Return)
	}
	if waiting, err := m.ReturnedTo(t.Context(), m.honey, nil, 10); err != nil || len(waiting.Lines) != 0 {
		t.Errorf("its cooperative is asked about %+v, %v", waiting, err)
	}
	m.wantClean()
}

// With no days for returns in the settings the law's seven stay; what was paid out by then the cooperative owes.
func TestWhatComesBackAfterItWasPaidOutItsCooperativeOwes(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.bought(payment.CashOnDelivery)
	_, err := m.payOut(m.honey, 104_50)
	m.must(err)
	m.later(6 * 24 * time.Hour)
	m.must(m.ask(o, "honey", map[uuid.UUID]int{m.thyme: 1}))
	m.must(m.counted(o, nil, nil))
	m.giveBack()
	balances, err := ledger.Balances(t.Context(), m.db)
	m.must(err)
	if balances[ledger.OwedBy(m.honey)] != 104_50 || balances[ledger.PayableTo(m.honey)] != 0 || balances[ledger.RefundsDue] != 0 {
		t.Errorf("%v", balances)
	}
	m.wantClean()
}

// Two who count, or count and give back, at once: one of them sees that the other was first.
func TestTwoPeopleWhoReceiveAtOnceReceiveOnce(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.returnDays(7)
	o := m.bought(payment.CashOnDelivery)
	m.must(m.ask(o, "all", map[uuid.UUID]int{m.wheat: 2, m.thyme: 1, m.olive: 2}))
	o = m.read(o.ID)
	counts := make(map[uuid.UUID]order.Counted)
	for _, l := range o.Return.Lines {
		counts[l.LineID] = order.Counted{Sound: l.Quantity}
	}
	seen := int64(len(o.Events))
	by := m.people()
	by.Seen = &seen
	var g errgroup.Group
	for i := range 8 {
		g.Go(func() error {
			err := error(nil)
			if i%2 == 0 {
				err = m.ReceiveReturn(t.Context(), o.Return.ID, counts, by)
			} else {
				err = m.Refund(t.Context(), o.ID, whole(fmt.Sprint("person ", i)), by)
			}
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

func TestAReturnIsNotMovedFromAnOldPage(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.returnDays(7)
	o := m.bought(payment.CashOnDelivery)
	m.must(m.ask(o, "honey", map[uuid.UUID]int{m.thyme: 1}))
	o = m.read(o.ID)
	seen := int64(len(o.Events))
	by := m.people()
	by.Seen = &seen
	m.arrange(o)
	if err := m.RejectReturn(t.Context(), o.Return.ID, "متأخر", by); !errors.Is(err, order.ErrWrongState) {
		t.Errorf("refused after it was arranged by another: %v", err)
	}
	for name, err := range map[string]error{
		"arranged by a cooperative":     m.ArrangeReturn(t.Context(), o.Return.ID, "هنا", m.of(m.honey)),
		"received by a cooperative":     m.ReceiveReturn(t.Context(), o.Return.ID, nil, m.of(m.honey)),
		"into stock by the association": m.Restock(t.Context(), o.Return.ID, o.Return.Lines[0].LineID, true, m.people()),
	} {
		if !errors.Is(err, order.ErrNotTheirs) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, err := range map[string]error{
		"arranged without a word":          m.ArrangeReturn(t.Context(), o.Return.ID, " ", m.people()),
		"refused without why":              m.RejectReturn(t.Context(), o.Return.ID, "", m.people()),
		"received and not counted":         m.ReceiveReturn(t.Context(), o.Return.ID, nil, m.people()),
		"received with more than was sent": m.ReceiveReturn(t.Context(), o.Return.ID, map[uuid.UUID]order.Counted{o.Return.Lines[0].LineID: {Sound: 2, Missing: -1}}, m.people()),
	} {
		if !errors.Is(err, order.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	m.wantClean()
}

// The law's time is counted: the association is warned, and told when it is over, each once.
func TestTheAssociationIsToldOfAReturnsTime(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.returnDays(7)
	o := m.bought(payment.CashOnDelivery)
	m.must(m.ask(o, "honey", map[uuid.UUID]int{m.thyme: 1}))
	r := m.read(o.ID).Return
	if r.RefundBy.Sub(r.AskedAt) != 15*24*time.Hour {
		t.Errorf("to be given back by %s", r.RefundBy)
	}
	tell := func(over bool) []string {
		for range 2 { // a job may be worked twice
			m.must((&order.ReturnDueWorker{Orders: m.Service}).Work(t.Context(), &river.Job[order.ReturnDueArgs]{Args: order.ReturnDueArgs{ReturnID: r.ID, Over: over}}))
		}
		var subjects []string
		for _, message := range m.mailsOf() {
			subjects = append(subjects, message.To+": "+message.Subject)
		}
		return subjects
	}
	m.mailsOf()
	overdue := func(want int) {
		t.Helper()
		if n, err := order.OverdueReturns(t.Context(), m.db, m.clock()); err != nil || n != want {
			t.Errorf("%d are over, %v", n, err)
		}
	}
	if told := tell(false); len(told) != 1 || !strings.Contains(told[0], "association@souk.example: أجل قريب") {
		t.Errorf("three days before: %q", told)
	}
	overdue(0)
	m.later(order.RefundWithin)
	overdue(1)
	if told := tell(true); len(told) != 1 || !strings.Contains(told[0], "association@souk.example: فات أجل") {
		t.Errorf("when it is over: %q", told)
	}
	m.must(m.counted(o, nil, nil))
	overdue(1) // until she has it
	m.giveBack()
	overdue(0)
	m.mailsOf()
	m.exec(`update order_returns set told = 0`)
	if told := tell(true); len(told) != 0 {
		t.Errorf("when it was given: %q", told)
	}
}

func TestAReturnIsTold(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.returnDays(7)
	in := m.basic()
	in.Buyer.Email = "hadda@souk.example"
	o := m.place(in).Order
	m.bring(o.ID)
	o = m.read(o.ID)
	m.mailsOf()
	subjects := func() map[string]string {
		told := make(map[string]string)
		for to, message := range m.mails() {
			told[to] = message.Subject
		}
		return told
	}
	want := func(step string, want ...string) {
		t.Helper()
		told := subjects()
		for i := 0; i < len(want); i += 2 {
			if !strings.Contains(told[want[i]], want[i+1]) {
				t.Errorf("%s: %q", step, told)
			}
		}
		if len(told) != len(want)/2 {
			t.Errorf("%s: %q", step, told)
		}
	}
	m.must(m.ask(o, "couscous", map[uuid.UUID]int{m.wheat: 1}))
	want("asked", "association@souk.example", "طلب إرجاع")
	m.arrange(o)
	want("arranged", "hadda@souk.example", "إرجاع منتوجات")
	m.must(m.KeepReturn(t.Context(), m.Token(o.ID, 0)))
	want("kept", "association@souk.example", "عدول")
	m.must(m.ask(o, "couscous again", map[uuid.UUID]int{m.wheat: 1}))
	want("asked again", "association@souk.example", "طلب إرجاع")
	m.must(m.counted(o, nil, nil))
	mails := m.mails()
	if len(mails) != 2 || !strings.Contains(mails["nouarat-echcharaa@souk.example"].Body, "https://souk.example/fr/seller/returns") || mails["hadda@souk.example"].Subject == "" {
		t.Errorf("received: %v", mails)
	}
}

// A buyer asks ten times of an order at most: each time people are told.
func TestNobodyAsksForEver(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.returnDays(7)
	o := m.bought(payment.CashOnDelivery)
	for i := range 10 {
		m.must(m.ask(o, fmt.Sprint("time ", i), map[uuid.UUID]int{m.thyme: 1}))
		m.must(m.KeepReturn(t.Context(), m.Token(o.ID, 0)))
	}
	if err := m.ask(o, "once more", map[uuid.UUID]int{m.thyme: 1}); !errors.Is(err, order.ErrReturnsMany) {
		t.Errorf("the eleventh time: %v", err)
	}
	m.wantClean()
}

// While goods come back their buyer is known; then nothing that was written about it is kept.
func TestABuyerIsNotErasedWhileSheSendsGoodsBack(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.bought(payment.CashOnDelivery) // whose window is over at once
	m.must(m.ask(o, "honey", map[uuid.UUID]int{m.thyme: 1}))
	if _, err := m.erase(o.ID, false); !errors.Is(err, order.ErrUnderWay) {
		t.Errorf("erased: %v", err)
	}
	m.arrange(o)
	m.must(m.RejectReturn(t.Context(), m.read(o.ID).Return.ID, "مفتوح", m.people()))
	if n, err := m.erase(o.ID, false); err != nil || n != 1 {
		t.Errorf("erased %d, %v", n, err)
	}
	if r := m.read(o.ID).Return; r.Reason != "" || r.Arrangement != "" || r.Why != "" {
		t.Errorf("kept: %+v", r)
	}
	m.wantClean()
	m.exec(`update order_returns set why = 'حدة'`)
	if found := m.erasedProblems(); len(found) != 1 {
		t.Errorf("found %q", found)
	}
}

// What she and the association write to each other whoever was passed the link that only shows the order does not read.
func TestAReaderOfAnOrderIsNotToldOfItsReturnInWords(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.returnDays(7)
	o := m.bought(payment.CashOnDelivery)
	m.must(m.ask(o, "honey", map[uuid.UUID]int{m.thyme: 1}))
	m.arrange(o)
	read, err := m.ByToken(t.Context(), m.ReadingToken(o.ID, 0))
	m.must(err)
	if read.Return == nil || read.Return.State != order.ReturnArranged || read.Return.Reason != "" || read.Return.Arrangement != "" {
		t.Errorf("told %+v", read.Return)
	}
}

func TestReturnsAreListedPageByPage(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.restock(m.thyme, 10)
	var want []string
	for i := range 3 {
		o := m.bought(payment.CashOnDelivery)
		m.must(m.ask(o, fmt.Sprint("honey ", i), map[uuid.UUID]int{m.thyme: 1}))
		want = append(want, o.Number)
		m.later(time.Hour)
	}
	first, err := m.Returns(t.Context(), nil, 2)
	m.must(err)
	second, err := m.Returns(t.Context(), first.Next, 2)
	m.must(err)
	if len(first.Returns) != 2 || len(second.Returns) != 1 || first.Returns[0].Number != want[0] || first.Returns[1].Number != want[1] || second.Returns[0].Number != want[2] {
		t.Errorf("%+v, then %+v, want %q", first.Returns, second.Returns, want)
	}
	if len(first.Returns[1].Lines) != 1 || first.Returns[1].Lines[0].ProductID != m.thyme {
		t.Errorf("sent back: %+v", first.Returns[1].Lines)
	}
}

func TestWhatCameBackIsListedPageByPage(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.restock(m.thyme, 10)
	var want []string
	for i := range 3 {
		o := m.bought(payment.CashOnDelivery)
		m.must(m.ask(o, fmt.Sprint("honey ", i), map[uuid.UUID]int{m.thyme: 1}))
		m.must(m.counted(o, nil, nil))
		want = append(want, o.Number)
	}
	numbers := func(list order.ReturnedLines) (numbers []string) {
		for _, l := range list.Lines {
			numbers = append(numbers, l.Number)
		}
		return numbers
	}
	first, err := m.ReturnedTo(t.Context(), m.honey, nil, 2)
	m.must(err)
	second, err := m.ReturnedTo(t.Context(), m.honey, first.Next, 2)
	m.must(err)
	if got := append(numbers(first), numbers(second)...); len(first.Lines) != 2 || !slices.Equal(got, want) {
		t.Errorf("%q, then %q; want %q", numbers(first), numbers(second), want)
	}
	if first.Previous != nil || second.Next != nil || second.Previous == nil {
		t.Errorf("turned %+v, then %+v", first.Turns, second.Turns)
	}
	back, err := m.ReturnedTo(t.Context(), m.honey, second.Previous, 2)
	m.must(err)
	if !slices.Equal(numbers(back), want[:2]) {
		t.Errorf("back %q", numbers(back))
	}
}

func TestTheAuditFindsWhatContradictsReturns(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		damage string
		want   string // the check that has to fail
	}{
		"what spoils": {`update order_lines set perishable = true`,
			"order: what is sent back was delivered and does not spoil, and is counted when it is here"},
		"more than was ordered": {`update order_return_lines set quantity = quantity + 3, sound = sound + 3`,
			"order: what is sent back was delivered and does not spoil, and is counted when it is here"},
		"another's goods": {`update order_return_lines set cooperative_id = (select id from cooperatives where slug = 'jdida')`,
			"order: what is sent back was delivered and does not spoil, and is counted when it is here"},
		"received and not counted": {`update order_return_lines set sound = null, damaged = null, missing = null, restocked = null, decided_at = null, user_id = null`,
			"order: what is sent back was delivered and does not spoil, and is counted when it is here"},
		"more taken off than came back": {`update order_return_lines set damaged = 0, missing = 1 where damaged > 0`,
			"order: what came back is taken off its lines, no more, and its buyer has that back"},
		"taken off by a return of something else": {`delete from order_return_lines where damaged > 0`,
			"order: what came back is taken off its lines, no more, and its buyer has that back"},
		"more given back than was taken off": {`update order_returns set back_centimes = back_centimes + 1`,
			"order: what came back is taken off its lines, no more, and its buyer has that back"},
		"waiting for nothing": {`update order_returns set state = 'received', ended_at = null`,
			"order: a return waits for its money while that is not given, and no longer"},
		"in stock again without a word": {`update order_return_lines set restocked = false where restocked`,
			"order: what came back is in stock again where its cooperative said so, once"},
		"said to be in stock again": {`delete from stock_movements where reason = 'return'`,
			"order: what came back is in stock again where its cooperative said so, once"},
		"less in stock again": {`update order_return_lines set sound = 1, missing = 1 where restocked`,
			"order: what came back is in stock again where its cooperative said so, once"},
		"a history without its end": {`delete from order_events where state = 'return_refunded'`,
			"order: a history tells what became of each return"},
		"a return that nobody asked for": {`delete from order_events where state = 'return_asked'`,
			"order: a history tells what became of each return"},
		"a time that nobody is told of": {`delete from river_job where kind = 'order_return_due'; update order_returns set state = 'asked', received_at = null, ended_at = null, back_centimes = null`,
			"order: the association is told before and when the time of a return is over"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			m.returnDays(7)
			o := m.bought(payment.CashOnDelivery)
			m.must(m.ask(o, "some", map[uuid.UUID]int{m.wheat: 2, m.thyme: 1}))
			m.must(m.counted(o, map[uuid.UUID]int{m.thyme: 1}, nil))
			m.giveBack()
			waiting, err := m.ReturnedTo(t.Context(), m.couscous, nil, 10)
			m.must(err)
			m.must(m.Restock(t.Context(), waiting.Lines[0].ReturnID, waiting.Lines[0].LineID, true, m.of(m.couscous)))
			m.wantClean()
			m.exec(`
				do $$ declare t text; begin
				    for t in select tablename from pg_tables where schemaname = 'public' loop
				        execute format('alter table %I disable trigger user', t);
				    end loop;
				end $$;` + c.damage)
			m.wantProblem(c.want)
		})
	}
}

// What the program would not do the database refuses.
func TestTheDatabaseDefendsReturns(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.returnDays(7)
	o := m.bought(payment.CashOnDelivery)
	m.must(m.ask(o, "some", map[uuid.UUID]int{m.wheat: 2}))
	m.must(m.counted(o, nil, nil))
	waiting, err := m.ReturnedTo(t.Context(), m.couscous, nil, 10)
	m.must(err)
	m.must(m.Restock(t.Context(), waiting.Lines[0].ReturnID, waiting.Lines[0].LineID, true, m.of(m.couscous)))
	again := m.bought(payment.CashOnDelivery)
	m.must(m.ask(again, "more", map[uuid.UUID]int{m.wheat: 1}))
	for constraint, statement := range map[string]string{
		"order_returns_state_known":       `update order_returns set state = 'lost' where state = 'asked'`,
		"order_returns_end_told":          `update order_returns set ended_at = now()`,
		"order_returns_received_told":     `update order_returns set back_centimes = null where state = 'received'`,
		"order_returns_key_key":           `insert into order_returns (id, order_id, state, key, asked_at, ended_at, refund_by) select gen_random_uuid(), order_id, 'refused', key, now(), now(), now() from order_returns`,
		"order_returns_one_open":          `insert into order_returns (id, order_id, state, key, asked_at, refund_by) select gen_random_uuid(), order_id, 'asked', gen_random_uuid(), now(), now() from order_returns where state = 'asked'`,
		"order_return_lines_counts_sane":  `update order_return_lines set sound = 3 where sound is not null`,
		"order_return_lines_decided_once": `update order_return_lines set restocked = true where sound is null`,
		"order_adjustments_returned_by_a_return": `insert into order_adjustments (id, order_id, sub_order_id, line_id, quantity, amount_centimes, released, reason, key, actor, user_id, at)
			select gen_random_uuid(), s.order_id, s.id, l.id, 1, l.price_centimes, false, 'returned', gen_random_uuid(), 'association', '` + m.association.String() + `', now()
			from order_lines l join sub_orders s on s.id = l.sub_order_id where l.product_id = '` + m.thyme.String() + `' limit 1`,
		"stock_movements_once_per_return": `insert into stock_movements (id, product_id, delta, reason, return_id, line_id, actor, at)
			select gen_random_uuid(), product_id, delta, reason, return_id, line_id, 'system', now() from stock_movements where reason = 'return'`,
		"stock_movements_returned_of_a_line": `insert into stock_movements (id, product_id, delta, reason, actor, at) select gen_random_uuid(), id, 1, 'return', 'system', now() from products limit 1`,
	} {
		if _, err := m.db.Exec(statement); err == nil || !strings.Contains(err.Error(), constraint) {
			t.Errorf("%s: %v", constraint, err)
		}
	}
}

// What the buyer was given for a return comes back, weeks later: it is late, and the association is told.
func TestAReturnWhoseMoneyComesBackWaitsAgain(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.returnDays(7)
	o := m.bought(paymenttest.Name)
	m.must(m.ask(o, "honey", map[uuid.UUID]int{m.thyme: 1}))
	m.must(m.counted(o, nil, nil))
	m.giveBack()
	var name string
	m.must(m.db.Get(&name, `select provider_reference from payment_refunds`))
	m.must(m.told(payment.Outcome{Refund: name, State: payment.Failed}))
	m.wantClean()
	r := m.read(o.ID).Return
	if r.State != order.ReturnReceived || r.EndedAt != nil {
		t.Errorf("its return: %+v", r)
	}
	if n, err := order.OverdueReturns(t.Context(), m.db, r.RefundBy); n != 1 || err != nil {
		t.Errorf("late: %d, %v", n, err)
	}
	m.must(m.RefundAgain(t.Context(), o.ID, 110_00))
	m.giveBack()
	if now := m.read(o.ID).Return; now.State != order.ReturnRefunded {
		t.Errorf("given again: %+v", now)
	}
	m.wantClean()
}

// A gesture that comes back is no matter of a return whose money was given.
func TestAReturnIsOverWhateverElseComesBack(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.returnDays(7)
	o := m.bought(paymenttest.Name)
	m.must(m.ask(o, "honey", map[uuid.UUID]int{m.thyme: 1}))
	m.must(m.counted(o, nil, nil))
	m.giveBack()
	m.must(m.refund(o.ID, order.RefundInput{Scope: order.RefundAmount, Amount: 1_00, BorneBy: order.ByAssociation, Reason: order.ReasonGoodwill, Key: keyOf("gesture")}))
	m.giveBack()
	var name string
	m.must(m.db.Get(&name, `select provider_reference from payment_refunds where amount_centimes = 100`))
	m.must(m.told(payment.Outcome{Refund: name, State: payment.Failed}))
	if r := m.read(o.ID).Return; r.State != order.ReturnRefunded {
		t.Errorf("its return: %+v", r)
	}
	m.wantClean()
}

// What nothing came back for gives nothing back, also where the goods were given back without the delivery before.
func TestAReturnOfWhichNothingCameGivesNothing(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.returnDays(7)
	o := m.bought(payment.CashOnDelivery)
	m.must(m.ask(o, "honey", map[uuid.UUID]int{m.thyme: 1}))
	m.must(m.refund(o.ID, order.RefundInput{Scope: order.RefundOrder, Reason: order.ReasonDamaged, Key: keyOf("all but the delivery")}))
	m.must(m.counted(o, nil, map[uuid.UUID]int{m.thyme: 1}))
	if now := m.read(o.ID); now.Due != now.DeliveryFee || *now.Return.Back != 0 {
		t.Errorf("due %s, given back by the return %s", now.Due, *now.Return.Back)
	}
	m.wantClean()
}

// Goods of an order whose payment is disputed are counted, and go back into stock; their money waits for the bank's word.
func TestGoodsComeBackWhileTheirPaymentIsDisputed(t *testing.T) {
	t.Parallel()
	back := func(m *market, o order.Order) {
		m.must(m.ask(o, "two", map[uuid.UUID]int{m.wheat: 2}))
		m.must(m.counted(o, nil, nil))
		m.wantClean()
		l := m.read(o.ID).Return.Lines[0]
		m.must(m.Restock(t.Context(), l.ReturnID, l.LineID, true, m.of(m.couscous)))
		m.wantStock(map[uuid.UUID]int{m.wheat: 10})
	}
	bear := func(m *market, o order.Order) { m.must(m.bear(o, order.ByCooperative)) }
	for name, test := range map[string]struct {
		life  []func(m *market, o order.Order)
		given money.Amount // that the provider is asked for
		due   money.Amount // in the end
	}{
		"then won":                 {[]func(*market, order.Order){back, (*market).wins}, 52_00, 186_00},
		"then lost":                {[]func(*market, order.Order){back, (*market).loses, bear}, 0, 0},
		"lost, and then received":  {[]func(*market, order.Order){(*market).asksFirst, (*market).loses, (*market).goodsComeBack, bear}, 0, 0},
		"lost, borne and received": {[]func(*market, order.Order){(*market).asksFirst, (*market).loses, bear, (*market).goodsComeBack}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			m.returnDays(7)
			o := m.bought(paymenttest.Name)
			m.disputes(o, payment.DisputeOpen, 238_00)
			for i, step := range test.life {
				step(m, o)
				m.wantClean()
				if now := m.read(o.ID); i == 0 && now.Return.State == order.ReturnRefunded {
					t.Error("the money is said to be back before the bank has decided")
				}
			}
			m.giveBack()
			m.wantClean()
			if _, given := m.card.Asked(); given != test.given {
				t.Errorf("given back %s, want %s", given, test.given)
			}
			if now := m.read(o.ID); now.Due != test.due || now.Back != now.Given || now.Return.State != order.ReturnRefunded {
				t.Errorf("due %s, back %s, given %s; the return is %s", now.Due, now.Back, now.Given, now.Return.State)
			}
			m.wantBalances("over", map[ledger.Account]money.Amount{taken: 0, ledger.RefundsDue: 0, card: 238_00 - 15_00 - (238_00 - test.due)})
		})
	}
}

func (m *market) wins(o order.Order)          { m.disputes(o, payment.DisputeWon, 238_00) }
func (m *market) loses(o order.Order)         { m.disputes(o, payment.DisputeLost, 238_00) }
func (m *market) asksFirst(o order.Order)     { m.must(m.ask(o, "two", map[uuid.UUID]int{m.wheat: 2})) }
func (m *market) goodsComeBack(o order.Order) { m.must(m.counted(o, nil, nil)) }
