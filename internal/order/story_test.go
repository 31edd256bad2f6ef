package order_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
)

var cash = ledger.Received(payment.CashOnDelivery)

func TestOneOrderOfThreeCooperativesFromBasketToCash(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	placed := m.place(m.basic())
	o := placed.Order
	if o.Items != 218_00 || o.DeliveryFee != 20_00 || o.Total != 238_00 || o.Due != 238_00 || o.Pieces() != 5 {
		t.Errorf("the order costs %s + %s = %s, due %s, %d pieces", o.Items, o.DeliveryFee, o.Total, o.Due, o.Pieces())
	}
	if o.Buyer.Phone != "+212661234567" || !strings.HasPrefix(o.Number, "S-2611-") || len(o.Number) != 15 {
		t.Errorf("telephone %s, number %s", o.Buyer.Phone, o.Number)
	}
	if got := o.DeliverFrom.Format(time.DateOnly) + " " + o.DeliverTo.Format(time.DateOnly); got != "2026-11-25 2026-11-30" {
		t.Errorf("comes %s", got)
	}
	seen, err := m.ByToken(ctx, placed.Token)
	m.must(err)
	if diff := cmp.Diff(o, seen); diff != "" {
		t.Errorf("as placed and as read (+): %s", diff)
	}
	m.wantStates(o.ID, "placed: placed placed placed")
	m.wantStock(map[uuid.UUID]int{m.wheat: 8, m.thyme: 9, m.olive: 8, m.barley: 10})
	m.wantLedger(map[ledger.Account]money.Amount{
		ledger.Buyers: 238_00, ledger.PendingDelivery: 20_00,
		ledger.PendingTo(m.couscous): 52_00, ledger.PendingTo(m.honey): 110_00, ledger.PendingTo(m.soap): 56_00,
	})
	m.wantClean()

	const note = "بعد الظهر"
	by := m.people(note)
	couscous, honey, soap := m.part(o, m.couscous), m.part(o, m.honey), m.part(o, m.soap)
	m.later(time.Hour)
	m.must(m.Move(ctx, order.MoveAccept, couscous.ID, m.of(m.couscous, note)))
	m.wantStates(o.ID, "confirmed: accepted placed placed")
	m.must(m.Move(ctx, order.MoveReady, couscous.ID, m.of(m.couscous, note)))
	m.must(m.Move(ctx, order.MoveAccept, honey.ID, m.of(m.honey, note)))
	m.must(m.Move(ctx, order.MoveAccept, soap.ID, m.of(m.soap, note)))
	m.must(m.Move(ctx, order.MoveHandOver, couscous.ID, m.of(m.couscous, note)))
	m.must(m.Move(ctx, order.MoveReady, honey.ID, m.of(m.honey, note)))
	m.must(m.Move(ctx, order.MoveHandOver, honey.ID, m.of(m.honey, note)))
	m.must(m.Move(ctx, order.MoveReady, soap.ID, m.of(m.soap, note)))
	m.wantStates(o.ID, "confirmed: handed_over handed_over ready")
	if err := m.Move(ctx, order.MoveDispatch, o.ID, by); !errors.Is(err, order.ErrNotHandedOver) {
		t.Errorf("dispatched without the soap: %v", err)
	}
	m.must(m.Move(ctx, order.MoveHandOver, soap.ID, m.of(m.soap, note)))
	m.wantClean()
	m.must(m.Move(ctx, order.MoveDispatch, o.ID, by))
	m.wantStates(o.ID, "dispatched: handed_over handed_over handed_over")
	m.wantClean()
	m.later(24 * time.Hour)
	m.must(m.Move(ctx, order.MoveDeliver, o.ID, by))
	m.wantStates(o.ID, "delivered: delivered delivered delivered")
	m.wantLedger(map[ledger.Account]money.Amount{
		ledger.Buyers: 0, ledger.PendingDelivery: 0,
		ledger.PendingTo(m.couscous): 0, ledger.PendingTo(m.honey): 0, ledger.PendingTo(m.soap): 0,
		cash: 238_00, ledger.Delivery: 20_00, ledger.Commission: 10_90,
		ledger.PayableTo(m.couscous): 49_40, ledger.PayableTo(m.honey): 104_50, ledger.PayableTo(m.soap): 53_20,
	})
	m.wantStock(map[uuid.UUID]int{m.wheat: 8, m.thyme: 9, m.olive: 8})
	m.wantClean()

	var history []string
	for _, e := range m.read(o.ID).Events {
		who := "order"
		for _, p := range o.Parts {
			if e.PartID != nil && *e.PartID == p.ID {
				who = strings.SplitN(p.Cooperative.Slug, "-", 2)[0]
			}
		}
		history = append(history, who+" "+e.State+" by "+string(e.Actor))
		if e.Actor == actor.Association && e.UserName != "فاطمة" || e.State != "placed" && e.Note != note {
			t.Errorf("%s by %q: %q", e.State, e.UserName, e.Note)
		}
	}
	want := []string{
		"order placed by buyer", "nouarat placed by buyer", "iklil placed by buyer", "zahrat placed by buyer",
		"nouarat accepted by member", "order confirmed by member", "nouarat ready by member", "iklil accepted by member", "zahrat accepted by member", "nouarat handed_over by member",
		"iklil ready by member", "iklil handed_over by member", "zahrat ready by member", "zahrat handed_over by member", "order dispatched by association",
		"order delivered by association", "nouarat delivered by association", "iklil delivered by association", "zahrat delivered by association",
	}
	if diff := cmp.Diff(want, history); diff != "" {
		t.Errorf("history: %s", diff)
	}
	seen, err = m.ByToken(ctx, placed.Token)
	m.must(err)
	if slices.ContainsFunc(seen.Events, func(e order.Event) bool { return e.UserID != nil || e.UserName != "" }) {
		t.Error("the buyer learns who acts for the market")
	}
}

func TestACooperativeDeclinesItsPart(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	o := m.place(m.basic()).Order
	honey := m.part(o, m.honey)
	m.must(m.Move(ctx, order.MoveAccept, honey.ID, m.of(m.honey)))
	m.must(m.Move(ctx, order.MoveDecline, honey.ID, m.of(m.honey, "انكسرت الجرة")))
	m.wantStates(o.ID, "confirmed: placed declined placed")
	m.wantStock(map[uuid.UUID]int{m.wheat: 8, m.thyme: 10, m.olive: 8})
	if due := m.read(o.ID).Due; due != 128_00 {
		t.Errorf("due is %s", due)
	}
	m.wantLedger(map[ledger.Account]money.Amount{
		ledger.Buyers: 128_00, ledger.PendingDelivery: 20_00,
		ledger.PendingTo(m.couscous): 52_00, ledger.PendingTo(m.honey): 0, ledger.PendingTo(m.soap): 56_00,
	})
	m.wantClean()
	m.handOverAll(o.ID)
	m.must(m.Move(ctx, order.MoveDispatch, o.ID, m.people()))
	m.must(m.Move(ctx, order.MoveDeliver, o.ID, m.people()))
	m.wantStates(o.ID, "delivered: delivered declined delivered")
	m.wantLedger(map[ledger.Account]money.Amount{
		ledger.Buyers: 0, ledger.PendingDelivery: 0,
		ledger.PendingTo(m.couscous): 0, ledger.PendingTo(m.honey): 0, ledger.PendingTo(m.soap): 0,
		cash: 128_00, ledger.Delivery: 20_00, ledger.Commission: 5_40,
		ledger.PayableTo(m.couscous): 49_40, ledger.PayableTo(m.soap): 53_20,
	})
	m.wantClean()
}

// The buyer was told what delivery costs; a cooperative that declines does not change that.
func TestDeliveryCostsWhatItCostWhenItWasOrdered(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	in := m.basic()
	in.Lines = []order.Line{{ProductID: m.thyme, Quantity: 4}, {ProductID: m.barley, Quantity: 1}} // 505: free from 500
	free := m.place(in).Order
	in.Lines = []order.Line{{ProductID: m.thyme, Quantity: 4}, {ProductID: m.olive, Quantity: 1}} // 468
	charged := m.place(in).Order
	if free.DeliveryFee != 0 || charged.DeliveryFee != 20_00 {
		t.Fatalf("delivery costs %s and %s", free.DeliveryFee, charged.DeliveryFee)
	}
	m.must(m.Move(ctx, order.MoveDecline, m.part(free, m.couscous).ID, m.of(m.couscous)))
	m.must(m.Move(ctx, order.MoveDecline, m.part(charged, m.soap).ID, m.of(m.soap)))
	for o, due := range map[*order.Order]money.Amount{&free: 440_00, &charged: 460_00} {
		m.handOverAll(o.ID)
		m.must(m.Move(ctx, order.MoveDispatch, o.ID, m.people()))
		m.must(m.Move(ctx, order.MoveDeliver, o.ID, m.people()))
		if got := m.read(o.ID); got.Due != due || got.DeliveryFee != o.DeliveryFee {
			t.Errorf("due is %s with %s for delivery, want %s", got.Due, got.DeliveryFee, due)
		}
	}
	m.wantLedger(map[ledger.Account]money.Amount{
		ledger.Buyers: 0, ledger.PendingDelivery: 0, cash: 900_00, ledger.Delivery: 20_00, ledger.Commission: 44_00,
		ledger.PendingTo(m.honey): 0, ledger.PendingTo(m.couscous): 0, ledger.PendingTo(m.soap): 0,
		ledger.PayableTo(m.honey): 836_00,
	})
	m.wantClean()
}

func TestAnOrderOfWhichNothingIsLeftIsCancelled(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.place(m.basic()).Order
	for _, p := range o.Parts {
		m.must(m.Move(t.Context(), order.MoveDecline, p.ID, m.of(p.Cooperative.ID)))
	}
	m.wantStates(o.ID, "cancelled: declined declined declined")
	m.wantNothingLeft(o.ID)
}

// wantNothingLeft says that an order left neither money nor goods behind.
func (m *market) wantNothingLeft(id uuid.UUID) {
	m.t.Helper()
	if due := m.read(id).Due; due != 0 {
		m.t.Errorf("%s is due", due)
	}
	m.wantStock(map[uuid.UUID]int{m.wheat: 10, m.barley: 10, m.thyme: 10, m.olive: 10})
	m.wantLedger(map[ledger.Account]money.Amount{
		ledger.Buyers: 0, ledger.PendingDelivery: 0,
		ledger.PendingTo(m.couscous): 0, ledger.PendingTo(m.honey): 0, ledger.PendingTo(m.soap): 0,
	})
	m.wantClean()
}

func TestNobodyIsAtTheDoor(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	o := m.place(m.basic()).Order
	m.handOverAll(o.ID)
	if err := m.Move(ctx, order.MoveRefuse, o.ID, m.people()); !errors.Is(err, order.ErrWrongState) {
		t.Errorf("refused before it was on its way: %v", err)
	}
	m.must(m.Move(ctx, order.MoveDispatch, o.ID, m.people()))
	if err := m.Move(ctx, order.MoveCancel, o.ID, m.people()); !errors.Is(err, order.ErrWrongState) {
		t.Errorf("cancelled on its way: %v", err)
	}
	m.must(m.Move(ctx, order.MoveRefuse, o.ID, m.people("لا أحد في البيت")))
	m.wantStates(o.ID, "refused: refused refused refused")
	m.wantNothingLeft(o.ID)
}

func TestTheBuyerCancels(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	in := m.basic()
	in.Locale, in.Buyer.Email = "fr", "hadda@souk.example"
	placed := m.place(in)
	honey := m.part(placed.Order, m.honey)
	m.must(m.Move(ctx, order.MoveAccept, honey.ID, m.of(m.honey)))
	if !m.read(placed.Order.ID).Can(order.MoveWithdraw, actor.Buyer) {
		t.Error("an order of which nothing is ready cannot be cancelled")
	}
	m.mailsOf()
	m.must(m.CancelByBuyer(ctx, placed.Token))
	m.wantStates(placed.Order.ID, "cancelled: cancelled cancelled cancelled")
	m.wantNothingLeft(placed.Order.ID)
	m.must(m.CancelByBuyer(ctx, placed.Token)) // the form came twice
	m.wantNothingLeft(placed.Order.ID)
	if told := m.mails()[in.Buyer.Email].Body; !strings.Contains(told, "Si ce n’était pas vous, appelez-nous") {
		t.Errorf("whose link may be in other hands is told %q", told)
	}
	if waiting := m.waiting(); len(waiting) != 0 {
		t.Errorf("the association is to tell %+v", waiting)
	}
	if err := m.CancelByBuyer(ctx, "guessed"); !errors.Is(err, order.ErrNotFound) {
		t.Errorf("cancelled with a guessed token: %v", err)
	}
}

func TestTheBuyerCannotCancelWhatIsReadyButTheAssociationCan(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	placed := m.place(m.basic())
	honey := m.part(placed.Order, m.honey)
	m.must(m.Move(ctx, order.MoveAccept, honey.ID, m.of(m.honey)))
	m.must(m.Move(ctx, order.MoveReady, honey.ID, m.of(m.honey)))
	if err := m.CancelByBuyer(ctx, placed.Token); !errors.Is(err, order.ErrTooLate) {
		t.Errorf("cancelled by the buyer: %v", err)
	}
	if m.read(placed.Order.ID).Can(order.MoveWithdraw, actor.Buyer) {
		t.Error("the page would offer to cancel")
	}
	m.must(m.Move(ctx, order.MoveCancel, placed.Order.ID, m.people()))
	m.wantStates(placed.Order.ID, "cancelled: cancelled cancelled cancelled")
	m.wantNothingLeft(placed.Order.ID)
}

func TestNothingIsDoneTwiceOrOutOfTurn(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	o := m.place(m.basic()).Order
	wrongParts := func(when string, moves ...string) {
		t.Helper()
		p := o.Parts[0]
		all := map[string]error{}
		for _, name := range moves {
			switch name {
			case "accept":
				all[name] = m.Move(ctx, order.MoveAccept, p.ID, m.of(p.Cooperative.ID))
			case "ready":
				all[name] = m.Move(ctx, order.MoveReady, p.ID, m.of(p.Cooperative.ID))
			case "hand over":
				all[name] = m.Move(ctx, order.MoveHandOver, p.ID, m.of(p.Cooperative.ID))
			case "decline":
				all[name] = m.Move(ctx, order.MoveDecline, p.ID, m.of(p.Cooperative.ID))
			}
		}
		for name, err := range all {
			if !errors.Is(err, order.ErrWrongState) {
				t.Errorf("%s: could %s a part: %v", when, name, err)
			}
		}
	}
	wrongOrders := func(when string, moves ...string) {
		t.Helper()
		all := map[string]error{}
		for _, name := range moves {
			switch name {
			case "confirm":
				all[name] = m.Move(ctx, order.MoveConfirm, o.ID, m.people())
			case "dispatch":
				all[name] = m.Move(ctx, order.MoveDispatch, o.ID, m.people())
			case "deliver":
				all[name] = m.Move(ctx, order.MoveDeliver, o.ID, m.people())
			case "refuse":
				all[name] = m.Move(ctx, order.MoveRefuse, o.ID, m.people())
			case "cancel":
				all[name] = m.Move(ctx, order.MoveCancel, o.ID, m.people())
			}
		}
		for name, err := range all {
			if !errors.Is(err, order.ErrWrongState) {
				t.Errorf("%s: could %s the order: %v", when, name, err)
			}
		}
	}
	wrongParts("placed", "ready", "hand over")
	wrongOrders("placed", "dispatch", "deliver", "refuse")
	m.must(m.Move(ctx, order.MoveConfirm, o.ID, m.people()))
	wrongOrders("confirmed", "confirm", "deliver", "refuse")
	m.must(m.Move(ctx, order.MoveAccept, o.Parts[0].ID, m.of(o.Parts[0].Cooperative.ID)))
	wrongParts("accepted", "accept", "hand over")
	m.must(m.Move(ctx, order.MoveReady, o.Parts[0].ID, m.of(o.Parts[0].Cooperative.ID)))
	wrongParts("ready", "accept", "ready", "decline")
	m.handOverAll(o.ID)
	wrongParts("handed over", "accept", "ready", "hand over", "decline")
	m.must(m.Move(ctx, order.MoveDispatch, o.ID, m.people()))
	wrongOrders("dispatched", "confirm", "dispatch", "cancel")
	m.must(m.Move(ctx, order.MoveDeliver, o.ID, m.people()))
	wrongParts("delivered", "accept", "ready", "hand over", "decline")
	wrongOrders("delivered", "confirm", "dispatch", "deliver", "refuse", "cancel")
	m.wantClean()
}

func TestWhatIsNotAcceptedInTimeExpires(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	kept, lost := m.place(m.basic()).Order, m.place(m.basic()).Order
	honey := m.part(kept, m.honey)
	m.must(m.Move(ctx, order.MoveAccept, honey.ID, m.of(m.honey)))
	m.must(m.Move(ctx, order.MoveConfirm, lost.ID, m.people()))
	if kept = m.read(kept.ID); !kept.ExpiresAt.Equal(monday.Add(72 * time.Hour)) {
		t.Errorf("expires at %s", kept.ExpiresAt)
	}
	var scheduled []time.Time
	m.must(m.db.Select(&scheduled, `select scheduled_at from river_job where kind = 'order_expire' order by scheduled_at desc`))
	if len(scheduled) != 4 || !scheduled[1].Equal(kept.ExpiresAt) {
		t.Errorf("expiry is scheduled at %v", scheduled)
	}
	m.later(72*time.Hour - time.Microsecond)
	m.expire(kept.ID)
	m.wantStates(kept.ID, "confirmed: placed accepted placed")
	m.later(time.Microsecond)
	m.expire(kept.ID)
	m.wantStates(kept.ID, "confirmed: cancelled accepted cancelled")
	if due := m.read(kept.ID).Due; due != 130_00 {
		t.Errorf("due is %s", due)
	}
	m.expire(lost.ID)
	m.wantStates(lost.ID, "cancelled: cancelled cancelled cancelled")
	m.wantStock(map[uuid.UUID]int{m.wheat: 10, m.thyme: 9, m.olive: 10})
	m.expire(kept.ID)
	m.expire(lost.ID)
	m.wantStates(kept.ID, "confirmed: cancelled accepted cancelled")
	m.wantClean()
	last := m.read(lost.ID).Events
	if note := last[len(last)-1].NoteIn(m.texts.Locale("fr")); note != "Pas de réponse de la coopérative dans le délai" {
		t.Errorf("the history says %q", note)
	}
}
