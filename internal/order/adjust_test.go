package order_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/paymenttest"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/settlement"
)

// lineOf is the order's line of that product.
func (m *market) lineOf(o order.Order, product uuid.UUID) order.OrderLine {
	m.t.Helper()
	for _, p := range o.Parts {
		for _, l := range p.Lines {
			if l.ProductID == product {
				return l
			}
		}
	}
	m.t.Fatalf("order %s has no line of %s", o.Number, product)
	return order.OrderLine{}
}

// off takes a number of pieces, at their price, off the order's line of that product.
func (m *market) off(o order.Order, product uuid.UUID, pieces int, key string) order.Adjustment {
	l := m.lineOf(o, product)
	return order.Adjustment{Line: l.ID, Quantity: pieces, Amount: l.Price * money.Amount(pieces), Reason: order.ReasonMissing, Key: keyOf(key)}
}

// keyOf is a key by the name that a test gives it.
func keyOf(name string) uuid.UUID { return uuid.NewSHA1(uuid.Nil, []byte(name)) }

// weighed is off, of pieces that others can have.
func (m *market) weighed(o order.Order, product uuid.UUID, pieces int, key string) order.Adjustment {
	a := m.off(o, product, pieces, key)
	a.Reason = order.ReasonWeight
	return a
}

// bring brings every part of an order to its buyer, who pays for it if she has not.
func (m *market) bring(id uuid.UUID) {
	m.t.Helper()
	m.handOverAll(id)
	m.must(m.Move(context.Background(), order.MoveDispatch, id, m.people()))
	m.must(m.Move(context.Background(), order.MoveDeliver, id, m.people()))
}

func TestWhatIsTakenOffALineIsNotPaidAndBackInStock(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.place(m.basic()).Order
	m.must(m.Move(t.Context(), order.MoveAccept, m.part(o, m.couscous).ID, m.of(m.couscous)))
	m.must(m.Adjust(t.Context(), o.ID, m.weighed(o, m.wheat, 1, "torn"), m.of(m.couscous)))
	now := m.read(o.ID)
	if p := m.part(now, m.couscous); p.Items != 26_00 || p.Commission != 1_30 || p.Lines[0].Quantity != 1 || p.Lines[0].Total != 26_00 {
		t.Errorf("the part is now %+v", p)
	}
	if now.Items != 218_00 || now.Total != 238_00 || now.Due != 212_00 {
		t.Errorf("placed for %s of %s, due %s", now.Items, now.Total, now.Due)
	}
	last := now.Events[len(now.Events)-1]
	if last.State != order.EventAdjusted || last.NoteIn(m.texts.Locale("en")) != "It weighed less than was ordered" || last.Actor != actor.Member {
		t.Errorf("its history ends with %+v", last)
	}
	m.wantStock(map[uuid.UUID]int{m.wheat: 9})
	m.wantClean()

	m.bring(o.ID)
	m.wantStock(map[uuid.UUID]int{m.wheat: 9})
	m.wantLedger(map[ledger.Account]money.Amount{
		ledger.Buyers: 0, ledger.PendingTo(m.couscous): 0, ledger.PendingTo(m.honey): 0, ledger.PendingTo(m.soap): 0, ledger.PendingDelivery: 0,
		ledger.HeldFor(m.couscous): 0, ledger.HeldFor(m.honey): 0, ledger.HeldFor(m.soap): 0, ledger.HeldDelivery: 0, cash: 212_00,
		ledger.PayableTo(m.couscous): 24_70, ledger.PayableTo(m.honey): 104_50, ledger.PayableTo(m.soap): 53_20,
		ledger.Commission: 9_60, ledger.Delivery: 20_00,
	})
	m.wantClean()
}

func TestAMemberSaysHowManyPiecesSheHas(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.place(m.basic()).Order
	m.must(m.Move(t.Context(), order.MoveAccept, m.part(o, m.couscous).ID, m.of(m.couscous)))
	by := m.of(m.couscous)
	by.SeenLeft = new(int64(2))
	a := order.Adjustment{Line: m.lineOf(o, m.wheat).ID, Quantity: 1, Share: true, Reason: order.ReasonMissing, Key: keyOf("one of two")}
	for range 2 { // the second time it is the same
		m.must(m.Adjust(t.Context(), o.ID, a, by))
	}
	if p := m.part(m.read(o.ID), m.couscous); p.Items != 26_00 {
		t.Errorf("of the part are left %s", p.Items)
	}
	a.Key = keyOf("a colleague's")
	if err := m.Adjust(t.Context(), o.ID, a, by); !errors.Is(err, order.ErrWrongState) {
		t.Errorf("from an old page: %v", err)
	}
	m.wantClean()
}

func TestAnAdjustmentJoinsATransaction(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.place(m.basic()).Order
	off := errors.New("the rest could not be done")
	err := postgres.InTx(t.Context(), m.db, func(tx *sqlx.Tx) error {
		return errors.Join(m.Within(tx).Adjust(t.Context(), o.ID, m.off(o, m.wheat, 1, "torn"), m.people()), off)
	})
	if !errors.Is(err, off) || m.read(o.ID).Due != o.Due {
		t.Errorf("undone with it: %v, due %s", err, m.read(o.ID).Due)
	}
	m.must(postgres.InTx(t.Context(), m.db, func(tx *sqlx.Tx) error {
		return m.Within(tx).Adjust(t.Context(), o.ID, m.off(o, m.wheat, 1, "torn"), m.people())
	}))
	if due := m.read(o.ID).Due; due != o.Due-26_00 {
		t.Errorf("done with it: due %s", due)
	}
	m.wantClean()
}

// A part that leaves the order after an adjustment takes only what was left of it along.
func TestAPartIsDroppedForWhatIsLeftOfIt(t *testing.T) {
	t.Parallel()
	for _, paid := range []bool{false, true} {
		t.Run(fmt.Sprintf("paid %t", paid), func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			o := m.place(m.basic()).Order
			if paid {
				m.pay(o.ID)
			}
			m.must(m.Adjust(t.Context(), o.ID, m.weighed(o, m.wheat, 1, "torn"), m.people()))
			m.must(m.Move(t.Context(), order.MoveDecline, m.part(o, m.couscous).ID, m.of(m.couscous)))
			if due := m.read(o.ID).Due; due != 186_00 {
				t.Errorf("due: %s", due)
			}
			m.wantStock(map[uuid.UUID]int{m.wheat: 10})
			m.wantClean()
			m.must(m.Move(t.Context(), order.MoveCancel, o.ID, m.people()))
			m.wantStock(map[uuid.UUID]int{m.wheat: 10, m.thyme: 10, m.olive: 10})
			m.wantClean()
		})
	}
}

// What was earned already is due back, too, out of what is owed to the cooperative and the commission on it. The
// buyer has the goods: they do not come back.
func TestWhatWasEarnedIsTakenBack(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.place(m.basic()).Order
	m.bring(o.ID)
	m.must(m.Adjust(t.Context(), o.ID, m.off(o, m.wheat, 2, "mouldy"), m.people()))
	m.must(m.Adjust(t.Context(), o.ID, order.Adjustment{
		Line: m.lineOf(o, m.thyme).ID, Amount: 10_00, Reason: order.ReasonGoodwill, Key: keyOf("late"),
	}, m.people()))
	m.wantLedger(map[ledger.Account]money.Amount{
		ledger.Buyers: 0, ledger.PendingTo(m.couscous): 0, ledger.PendingTo(m.honey): 0, ledger.PendingTo(m.soap): 0, ledger.PendingDelivery: 0,
		ledger.HeldFor(m.couscous): 0, ledger.HeldFor(m.honey): 0, ledger.HeldFor(m.soap): 0, ledger.HeldDelivery: 0, cash: 238_00,
		ledger.PayableTo(m.couscous): 0, ledger.PayableTo(m.honey): 95_00, ledger.PayableTo(m.soap): 53_20,
		ledger.Commission: 7_80, ledger.Delivery: 20_00, ledger.RefundsDue: 62_00,
	})
	m.wantStock(map[uuid.UUID]int{m.wheat: 8})
	m.wantClean()
	m.giveBack()
	m.wantClean()
}

// What is missing or damaged is nobody's: it is not sold to another, whatever becomes of the order.
func TestWhatIsMissingOrDamagedIsNotSoldAgain(t *testing.T) {
	t.Parallel()
	for reason, left := range map[order.Reason]int{
		order.ReasonMissing: 0, order.ReasonDamaged: 0, order.ReasonWeight: 4, order.ReasonGoodwill: 4,
	} {
		t.Run(string(reason), func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			in := m.basic()
			in.Lines = []order.Line{{ProductID: m.wheat, Quantity: 10}}
			o := m.place(in).Order
			m.must(m.Move(t.Context(), order.MoveAccept, m.part(o, m.couscous).ID, m.of(m.couscous)))
			a := m.off(o, m.wheat, 4, "bags")
			a.Reason = reason
			m.must(m.Adjust(t.Context(), o.ID, a, m.people()))
			m.wantStock(map[uuid.UUID]int{m.wheat: left})
			m.wantClean()
			m.must(m.Move(t.Context(), order.MoveCancel, o.ID, m.people()))
			m.wantStock(map[uuid.UUID]int{m.wheat: left + 6})
			m.wantClean()
		})
	}
}

// Whoever takes pieces off takes their share of what the line is still worth off, too.
func TestNobodyPaysForPiecesThatDoNotCome(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	in := m.basic()
	in.Lines = []order.Line{{ProductID: m.wheat, Quantity: 10}}
	o := m.place(in).Order
	off := func(pieces int, amount money.Amount, by order.By) error {
		return m.Adjust(t.Context(), o.ID, order.Adjustment{
			Line: m.lineOf(o, m.wheat).ID, Quantity: pieces, Amount: amount, Reason: order.ReasonMissing, Key: uuid.New(),
		}, by)
	}
	m.must(off(0, 1, m.people())) // 259.99 for ten
	for _, c := range []struct {
		pieces int
		amount money.Amount
		by     order.By
		want   error
	}{
		{9, 0, m.of(m.couscous), order.ErrPiecesPaid},
		{9, 0, m.people(), order.ErrPiecesPaid},
		{9, 233_98, m.people(), order.ErrPiecesPaid},
		{9, 234_01, m.of(m.couscous), order.ErrNotTheirs},
		{9, 259_98, m.of(m.couscous), order.ErrNotTheirs},
		{1, 25_99, m.of(m.couscous), nil},
		{1, 26_00, m.of(m.couscous), nil},
		{7, 190_00, m.people(), nil}, // more than their share
	} {
		if err := off(c.pieces, c.amount, c.by); !errors.Is(err, c.want) {
			t.Errorf("%d pieces for %s by the %s: %v", c.pieces, c.amount, c.by.Actor.Kind, err)
		}
	}
	if l := m.lineOf(m.read(o.ID), m.wheat); l.Quantity != 1 || l.Total != 18_00 {
		t.Errorf("left are %d for %s", l.Quantity, l.Total)
	}
	m.wantClean()
}

// The keys of one cooperative are no other's.
func TestTwoCooperativesMayUseTheSameKey(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	in := m.basic()
	in.Lines[1].Quantity = 2
	o := m.place(in).Order
	m.must(m.Adjust(t.Context(), o.ID, m.off(o, m.wheat, 1, "first"), m.of(m.couscous)))
	m.must(m.Adjust(t.Context(), o.ID, m.off(o, m.thyme, 1, "first"), m.of(m.honey)))
	m.wantClean()
}

// payOut transfers so much to a cooperative, under a reference of its own.
func (m *market) payOut(cooperative uuid.UUID, amount money.Amount) (settlement.Payout, error) {
	m.t.Helper()
	payouts, err := m.settlements().PayAll(context.Background(), []settlement.Transfer{{CooperativeID: cooperative, Amount: amount}},
		postgres.NewID().String(), actor.OfAssociation(m.association))
	if err != nil {
		return settlement.Payout{}, err
	}
	return payouts[0], nil
}

// settlements tell nobody.
func (m *market) settlements() *settlement.Service {
	m.t.Helper()
	s := settlement.New(m.db, nil, m.texts, "https://souk.example", m.clock)
	s.Sample = true
	return s
}

func TestWhatABuyerHasBackAfterItWasPaidOutItsCooperativeOwes(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.place(m.basic()).Order
	m.bring(o.ID)
	_, err := m.payOut(m.couscous, 40_00)
	m.must(err)
	m.later(time.Minute)
	m.must(m.Adjust(t.Context(), o.ID, m.off(o, m.wheat, 1, "mouldy"), m.people()))
	m.giveBack()
	m.wantClean()
	stands, err := m.settlements().OwedTo(t.Context(), m.couscous)
	m.must(err)
	want := settlement.Owed{Sales: 26_00, Commission: 1_30, PaidOut: 40_00, Netted: -15_30, Due: 0, Owes: 15_30}
	got := settlement.Owed{Sales: stands.Sales, Commission: stands.Commission, PaidOut: stands.PaidOut, Netted: stands.Netted, Due: stands.Due, Owes: stands.Owes}
	if got != want {
		t.Errorf("it stands at %+v, want %+v", got, want)
	}
	lines, _, err := m.settlements().Statement(t.Context(), m.couscous, "", 1)
	m.must(err)
	if l := lines[0]; l.Owing() != settlement.Borne || l.OrderNumber != o.Number || l.Sale != -26_00 || l.Commission != -1_30 || l.Netted != -15_30 || l.Owes != 15_30 || l.Balance != 0 {
		t.Errorf("its statement says %+v", l)
	}
	m.must(m.Adjust(t.Context(), o.ID, m.off(o, m.wheat, 1, "mouldy, too"), m.people()))
	m.giveBack()
	m.wantClean()
	if owes, err := ledger.Balance(t.Context(), m.db, ledger.OwedBy(m.couscous)); err != nil || owes != 40_00 {
		t.Errorf("of 40.00 that were paid out for nothing it owes %s: %v", owes, err)
	}
}

// However many take back at once, what is owed is used once.
func TestWhatIsOwedIsTakenBackOnce(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	orders := []order.Order{m.deliverBasic(), m.deliverBasic(), m.deliverBasic()}
	_, err := m.payOut(m.couscous, 100_00) // of 148.20
	m.must(err)
	var all errgroup.Group
	for _, o := range orders {
		all.Go(func() error { return m.Adjust(context.Background(), o.ID, m.off(o, m.wheat, 2, "mouldy"), m.people()) })
	}
	all.Go(func() error {
		if _, err := m.payOut(m.couscous, 48_20); !errors.Is(err, settlement.ErrInvalid) {
			return err
		}
		return nil
	})
	m.must(all.Wait())
	m.giveBack()
	m.wantClean()
	stands, err := m.settlements().OwedTo(t.Context(), m.couscous)
	m.must(err)
	if stands.Due != 0 || stands.Owes != stands.PaidOut {
		t.Errorf("of %s that were paid out for nothing it owes %s, and is owed %s", stands.PaidOut, stands.Owes, stands.Due)
	}
}

func TestHostileAdjustmentsChangeNothing(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	in := m.basic()
	in.Lines = append(in.Lines, order.Line{ProductID: m.barley, Quantity: 2})
	o := m.place(in).Order
	elsewhere := m.place(m.basic()).Order
	good := m.off(o, m.wheat, 1, "torn")
	but := func(change func(a *order.Adjustment)) order.Adjustment {
		a := good
		a.Key = keyOf("again")
		change(&a)
		return a
	}
	m.must(m.Adjust(t.Context(), o.ID, good, m.of(m.couscous)))
	m.must(m.Adjust(t.Context(), o.ID, good, m.of(m.couscous))) // the same again
	old := int64(0)
	seen := m.people()
	seen.Seen = &old
	m.must(m.Adjust(t.Context(), o.ID, good, seen)) // whatever was seen
	before := m.read(o.ID)
	for name, c := range map[string]struct {
		a    order.Adjustment
		by   order.By
		want error
	}{
		"another under the same key":              {but(func(a *order.Adjustment) { a.Key, a.Amount = keyOf("torn"), 1 }), m.people(), order.ErrIdempotencyConflict},
		"of another cooperative":                  {but(func(*order.Adjustment) {}), m.of(m.honey), order.ErrNotFound},
		"of another cooperative, again":           {good, m.of(m.honey), order.ErrNotFound},
		"of another order":                        {m.off(elsewhere, m.wheat, 1, "x"), m.people(), order.ErrNotFound},
		"of no line":                              {but(func(a *order.Adjustment) { a.Line = uuid.New() }), m.people(), order.ErrNotFound},
		"more pieces than are left":               {but(func(a *order.Adjustment) { a.Quantity = 2 }), m.people(), order.ErrNotLeft},
		"more pieces than a number holds":         {but(func(a *order.Adjustment) { a.Quantity = 1 << 40 }), m.people(), order.ErrNotLeft},
		"more worth than is left":                 {but(func(a *order.Adjustment) { a.Amount = 26_01 }), m.people(), order.ErrNotLeft},
		"the last piece for less than its worth":  {but(func(a *order.Adjustment) { a.Amount = 25_99 }), m.people(), order.ErrPiecesPaid},
		"a member's goodwill":                     {but(func(a *order.Adjustment) { a.Reason = order.ReasonGoodwill }), m.of(m.couscous), order.ErrNotTheirs},
		"a member's discount":                     {but(func(a *order.Adjustment) { a.Quantity, a.Amount = 0, 1 }), m.of(m.couscous), order.ErrNotTheirs},
		"nothing":                                 {but(func(a *order.Adjustment) { a.Quantity, a.Amount = 0, 0 }), m.people(), order.ErrAdjustment},
		"less than nothing":                       {but(func(a *order.Adjustment) { a.Quantity = -1 }), m.people(), order.ErrAdjustment},
		"worth added":                             {but(func(a *order.Adjustment) { a.Amount = -1 }), m.people(), order.ErrAdjustment},
		"for no reason":                           {but(func(a *order.Adjustment) { a.Reason = "" }), m.people(), order.ErrAdjustment},
		"for a reason that nobody knows":          {but(func(a *order.Adjustment) { a.Reason = "whim" }), m.people(), order.ErrAdjustment},
		"without a key":                           {but(func(a *order.Adjustment) { a.Key = uuid.Nil }), m.people(), order.ErrAdjustment},
		"all of a part":                           {m.off(o, m.thyme, 1, "x"), m.people(), order.ErrTakesAll},
		"by a buyer":                              {but(func(*order.Adjustment) {}), order.By{Actor: actor.OfBuyer()}, order.ErrNotTheirs},
		"by the market":                           {but(func(*order.Adjustment) {}), order.By{Actor: actor.OfSystem()}, order.ErrNotTheirs},
		"by nobody":                               {but(func(*order.Adjustment) {}), order.By{}, order.ErrNotTheirs},
		"by somebody who saw what was there then": {but(func(*order.Adjustment) {}), seen, order.ErrWrongState},
	} {
		if err := m.Adjust(t.Context(), o.ID, c.a, c.by); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	m.must(m.Adjust(t.Context(), o.ID, but(func(*order.Adjustment) {}), m.people())) // the line's last piece, not the part's
	if after := m.read(o.ID); after.Due != before.Due-26_00 {
		t.Errorf("due %s, then %s", before.Due, after.Due)
	}
	m.wantClean()
}

func TestWhatIsOverOrHandedOverIsNotAdjusted(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	refused := func(what string, o order.Order, by order.By) {
		t.Helper()
		if err := m.Adjust(t.Context(), o.ID, m.off(o, m.wheat, 1, what), by); !errors.Is(err, order.ErrWrongState) {
			t.Errorf("%s: %v", what, err)
		}
	}
	in := m.basic()
	in.Payment = paymenttest.Name
	waits := m.place(in).Order
	refused("not paid yet", waits, m.people())
	o := m.place(m.basic()).Order
	m.handOverAll(o.ID)
	refused("handed over", o, m.of(m.couscous))
	m.must(m.Adjust(t.Context(), o.ID, m.off(o, m.wheat, 1, "by the association"), m.people()))
	m.must(m.Move(t.Context(), order.MoveCancel, o.ID, m.people()))
	refused("cancelled", o, m.people())
	erased := m.place(m.basic()).Order
	m.bring(erased.ID)
	if _, err := m.erase(erased.ID, false); err != nil {
		t.Fatal(err)
	}
	if err := m.Adjust(t.Context(), erased.ID, m.off(erased, m.wheat, 1, "erased"), m.people("لفاطمة")); !errors.Is(err, order.ErrErased) {
		t.Errorf("of a buyer whom nobody knows: %v", err)
	}
	declined := m.place(m.basic()).Order
	m.must(m.Move(t.Context(), order.MoveDecline, m.part(declined, m.couscous).ID, m.of(m.couscous)))
	refused("declined", declined, m.people())
	m.wantClean()
}

// Many who each take a piece get no more than there are, and one key counts once.
func TestManyAtOnceTakeNoMoreThanIsLeft(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	in := m.basic()
	in.Lines = []order.Line{{ProductID: m.wheat, Quantity: 4}, {ProductID: m.barley, Quantity: 1}}
	o := m.place(in).Order
	var all errgroup.Group
	for hand := range 12 {
		all.Go(func() error {
			err := m.Adjust(context.Background(), o.ID, m.weighed(o, m.wheat, 1, fmt.Sprint(hand%6)), m.people())
			if errors.Is(err, order.ErrNotLeft) {
				return nil
			}
			return err
		})
	}
	m.must(all.Wait())
	if l := m.lineOf(m.read(o.ID), m.wheat); l.Quantity != 0 || l.Total != 0 {
		t.Errorf("left of the line: %d pieces for %s", l.Quantity, l.Total)
	}
	m.wantStock(map[uuid.UUID]int{m.wheat: 10})
	m.wantClean()
}

// Whatever is taken off, moved and paid in whichever order: lines come to parts and parts to the order, and both to
// what the ledger holds; stock is what its movements come to; due is what was placed less what was taken off and
// dropped; and nothing is below zero.
func TestWhateverIsTakenOffTheBooksBalance(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	products := []uuid.UUID{m.wheat, m.barley, m.thyme}
	for _, product := range products {
		m.restock(product, 100_000)
	}
	moves := slices.DeleteFunc(steps(), func(s step) bool { return s.name == "confirm by mail" })
	rapid.Check(t, func(rt *rapid.T) {
		ctx := context.Background()
		m.exec(`update settings set decided = decided || jsonb_build_object('commission', $1::text)`,
			rapid.SampledFrom([]string{"0.00", "3.33", "5.00", "100.00"}).Draw(rt, "commission"))
		in := m.basic()
		in.Lines = nil
		for _, product := range products {
			in.Lines = append(in.Lines, order.Line{ProductID: product, Quantity: rapid.IntRange(1, 5).Draw(rt, "pieces")})
		}
		in.Payment = rapid.SampledFrom([]string{payment.CashOnDelivery, paymenttest.Name}).Draw(rt, "payment")
		placed, err := m.Place(ctx, in)
		if err != nil {
			rt.Fatal(err)
		}
		id := placed.Order.ID
		off := make(map[uuid.UUID]money.Amount) // by line
		paysAt := rapid.IntRange(-1, 4).Draw(rt, "pays before step")
		for n := range rapid.IntRange(1, 8).Draw(rt, "steps") {
			o := m.read(id)
			if n == paysAt && o.State.Open() && in.Payment == payment.CashOnDelivery {
				m.pay(id)
			}
			m.later(time.Minute)
			if rapid.Bool().Draw(rt, "adjust") {
				p := rapid.SampledFrom(o.Parts).Draw(rt, "part")
				l := rapid.SampledFrom(p.Lines).Draw(rt, "line")
				a := order.Adjustment{
					Line: l.ID, Quantity: rapid.IntRange(0, l.Quantity+1).Draw(rt, "pieces off"), Key: keyOf(fmt.Sprint(n)),
					Reason: rapid.SampledFrom([]order.Reason{order.ReasonMissing, order.ReasonWeight}).Draw(rt, "reason"),
				}
				a.Amount = rapid.SampledFrom([]money.Amount{0, 1, l.Price * money.Amount(a.Quantity), l.Total, l.Total / 3}).Draw(rt, "amount off")
				if rapid.Bool().Draw(rt, "as it should be") {
					a.Quantity = max(1, min(a.Quantity, l.Quantity))
					a.Amount = l.Price * money.Amount(a.Quantity)
				}
				by := rapid.SampledFrom([]order.By{m.people(), m.of(p.Cooperative.ID)}).Draw(rt, "by")
				err := m.Adjust(ctx, id, a, by)
				switch {
				case err == nil:
					off[l.ID] += a.Amount
				case !fault.Is(err, fault.Conflict) && !errors.Is(err, order.ErrAdjustment) && !errors.Is(err, order.ErrNotTheirs):
					rt.Fatal(err)
				}
			}
			for range rapid.IntRange(0, 4).Draw(rt, "moves") {
				if o = m.read(id); !o.State.Open() {
					break
				}
				p, s := onward(o, moves, rapid.SampledFrom([]string{"deliver", "deliver", "refuse"}).Draw(rt, "end"))
				if rapid.IntRange(0, 19).Draw(rt, "astray") == 0 {
					p, s = rapid.SampledFrom(o.Parts).Draw(rt, "part"), rapid.SampledFrom(moves).Draw(rt, "step")
				}
				m.later(time.Minute)
				if err := s.do(ctx, m, o, p); err != nil && !fault.Is(err, fault.Conflict) {
					rt.Fatalf("%s: %v", s.name, err)
				}
			}
			m.wantBooks(rt, id)
			m.wantWorth(rt, placed.Order, off)
		}
	})
	m.giveBack()
	m.wantClean()
}

// A piece is taken off in every state that a part has on its way, paid before or not, by the association and by the
// cooperative while it has the goods, and what the order is worth follows.
func TestAPartIsAdjustedAtEveryStepOfItsWay(t *testing.T) {
	t.Parallel()
	for _, paid := range []bool{false, true} {
		t.Run(fmt.Sprintf("paid before: %v", paid), func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			in := m.basic()
			in.Lines = []order.Line{{ProductID: m.wheat, Quantity: 10}}
			placed := m.place(in).Order
			if paid {
				m.pay(placed.ID)
			}
			off := make(map[uuid.UUID]money.Amount)
			for _, move := range []string{"accept", "ready", "hand over", "dispatch", "deliver", ""} {
				takers := []order.By{m.people()}
				if slices.Contains([]string{"accept", "ready", "hand over"}, move) {
					takers = append(takers, m.of(m.couscous))
				}
				for _, by := range takers {
					o := m.read(placed.ID)
					a := m.off(o, m.wheat, 1, fmt.Sprint(move, by.Actor.Kind))
					m.must(m.Adjust(t.Context(), o.ID, a, by))
					off[a.Line] += a.Amount
					m.wantBooks(t, o.ID)
					m.wantWorth(t, placed, off)
				}
				for _, s := range steps() {
					if o := m.read(placed.ID); s.name == move {
						m.later(time.Minute)
						m.must(s.do(t.Context(), m, o, o.Parts[0]))
					}
				}
			}
			if line := m.read(placed.ID).Parts[0].Lines[0]; line.Quantity != 1 {
				t.Errorf("%d pieces are left", line.Quantity)
			}
			m.wantStates(placed.ID, "delivered: delivered")
			m.giveBack()
			m.wantClean()
		})
	}
}

// wantWorth holds what an order is worth now against what it was placed for and what was taken off its lines.
func (m *market) wantWorth(t rapid.TB, placed order.Order, off map[uuid.UUID]money.Amount) {
	o := m.read(placed.ID)
	var due money.Amount
	for i, p := range o.Parts {
		var lines, taken money.Amount
		for j, l := range p.Lines {
			was := placed.Parts[i].Lines[j]
			if l.Total != was.Total-off[l.ID] || l.Total < 0 || l.Quantity < 0 || l.Quantity == 0 && l.Total > 0 {
				t.Fatalf("line of %d for %s, %s taken off: %d for %s", was.Quantity, was.Total, off[l.ID], l.Quantity, l.Total)
			}
			lines += l.Total
			taken += off[l.ID]
		}
		if p.Items != lines {
			t.Fatalf("the part is worth %s, its lines %s", p.Items, lines)
		}
		// Of two shares of the commission the one with the larger remainder has the odd centime.
		was := placed.Parts[i]
		whole := int64(was.Items)
		kept, rest := int64(was.Commission)*int64(p.Items)/whole, int64(was.Commission)*int64(p.Items)%whole
		if other := int64(was.Commission) * int64(taken) % whole; rest > 0 && rest >= other {
			kept++
		}
		if p.Commission != money.Amount(kept) {
			t.Fatalf("commission %s of %s, %s left of %s: want %d", p.Commission, was.Commission, p.Items, was.Items, kept)
		}
		if p.State.Active() {
			due += p.Items
		}
	}
	for _, p := range o.Parts {
		if p.State.Active() {
			due += o.DeliveryFee
			break
		}
	}
	if o.Due != due || o.Items != placed.Items || o.Total != placed.Total {
		t.Fatalf("due %s, parts with delivery %s; placed for %s and now %s", o.Due, due, placed.Total, o.Total)
	}
}

func TestWhoeverDoesNotKnowIsToldOfAnAdjustment(t *testing.T) {
	t.Parallel()
	const association, couscous, buyer = "association@souk.example", "nouarat-echcharaa@souk.example", "amina@example.org"
	for name, c := range map[string]struct {
		confirmed, paid bool
		by              func(m *market) order.By
		want            map[string]words
	}{
		"the association takes off a piece": {true, false, func(m *market) order.By { return m.people() }, map[string]words{
			couscous: {[]string{"Couscous de blé, 1\u00a0kg\u00a0: 1", "Il en manquait", "/fr/seller/orders/",
				"Vente\u00a0: 26\u00a0DH au lieu de 52\u00a0DH", "Part de la coopérative\u00a0: 24,70\u00a0DH au lieu de 49,40\u00a0DH"},
				[]string{"{{", "<no value>", "Miel", "212", "livraison"}},
			buyer: {[]string{"كسكس القمح، 1\u00a0كلغ: 1", "26", "الباقي للأداء مع التوصيل: 212", "https://souk.example/ar/orders/" + mail.Placeholder}, []string{"{{", "<no value>"}},
		}},
		"its cooperative does": {true, false, func(m *market) order.By { return m.of(m.couscous) }, map[string]words{
			association: {[]string{"كسكس القمح، 1\u00a0كلغ: 1", "/ar/association/orders/"}, []string{"{{", "<no value>"}},
			buyer:       {[]string{"كسكس القمح، 1\u00a0كلغ: 1"}, nil},
		}},
		"nobody has confirmed the order": {false, false, func(m *market) order.By { return m.people() }, map[string]words{
			couscous: {[]string{"Couscous de blé, 1\u00a0kg\u00a0: 1"}, nil},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			in := m.basic()
			in.Lines[0].Quantity, in.Buyer.Email = 2, buyer
			o := m.place(in).Order
			if c.confirmed {
				m.must(m.Move(t.Context(), order.MoveConfirm, o.ID, m.people()))
			}
			m.mails()
			m.must(m.Adjust(t.Context(), o.ID, m.off(o, m.wheat, 1, "one"), c.by(m)))
			mails := m.mails()
			if diff := cmp.Diff(slices.Sorted(maps.Keys(c.want)), slices.Sorted(maps.Keys(mails))); diff != "" {
				t.Errorf("who is to be told and who is (+): %s", diff)
			}
			wantWords(t, mails, c.want)
		})
	}
}

// A part that leaves because its goods are not there does not put them up for sale again; else it does.
func TestWhatIsNotThereIsNotForSaleAgain(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	for _, why := range []order.Decline{order.DeclineSoldOut, order.DeclineNoTime} {
		o := m.place(m.basic()).Order
		by := m.of(m.honey)
		by.Why = why
		m.must(m.Move(t.Context(), order.MoveDecline, m.part(o, m.honey).ID, by))
		m.wantStock(map[uuid.UUID]int{m.thyme: 9})
		m.wantClean()
	}
	moved, err := catalog.New(m.db, slog.New(slog.DiscardHandler), m.clock).MovedByOrders(t.Context(), m.honey, time.Time{})
	m.must(err)
	if moved[m.thyme] != -1 {
		t.Errorf("by orders the thyme is moved by %d", moved[m.thyme])
	}
	m.exec(`update sub_orders set lost = not lost where state = 'declined'`)
	if found := strings.Join(m.problems(), "\n"); strings.Count(found, "is counted off the stock, once") < 1 {
		t.Errorf("the audit finds %s", found)
	}
}
