package main

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/sample"
)

// A buyer pays a carrier at her door and sends back what lasts of it; the association has the carrier's cash counted, and
// gives hers back out of the till.
func TestABuyerPaysAtTheDoorAndHasHerMoneyBackInCash(t *testing.T) {
	each(t, []payer{
		{"ar", telephone(), []string{"tajine-en-terre-cuite-28-cm", "citron-de-la-plaine-de-triffa"}},
		{"fr", desktop(), []string{"coussin-brode-au-point-d-oujda", "grenade-de-zegzel"}},
	}, func(r *reader, p payer) {
		api := newAPIClient(r.mk.url)
		lasting, spoiling := api.goods(r.t, p.lang, p.wanted[0]), api.goods(r.t, p.lang, p.wanted[1])
		r.putIntoBasket(wanted{lasting.Slug, 3})
		r.putIntoBasket(wanted{spoiling.Slug, 1})
		r.checkOutBy(payment.CashOnDelivery)
		r.arrive("/" + p.lang + "/orders/…")
		path, number := strings.TrimSuffix(r.path(), "?placed=1"), r.words("#number")
		for _, g := range []goods{lasting, spoiling} {
			handOver(r.t, r.mk, p.lang, g.Cooperative.Slug, number)
		}

		office := newReader(r.t, p.lang, p.others())
		office.signIn("association@exemple.invalid", sample.Password)
		carrier := "Transport " + number
		office.addCarrier(carrier)
		office.deliverBy(carrier, number)
		office.countCash(carrier, r.paysAtTheDoor(path))

		r.askReturn(lasting, spoiling)
		office.arrangeReturn(number)
		r.open(path)
		r.sees("[data-return="+string(order.ReturnArranged)+"] [data-arrangement]", arrangement)
		r.look("an order whose return is arranged")
		office.receiveReturn()
		back := r.l.Money(2 * lasting.Price) // one is sound and one is damaged
		office.giveBackInCash(number, back)
		r.open(path)
		r.sees("#given", back)
		r.sees("[data-return="+string(order.ReturnRefunded)+"]", back)
		r.sees("[data-missing]", r.l.N("shop.return.missing", 1))
		r.look("an order of which goods were sent back")

		member := newReader(r.t, p.lang, p.screen)
		member.signIn(lasting.Cooperative.Slug+"@exemple.invalid", sample.Password)
		member.putBackIntoStock(lasting)
	})
}

// arrangement is how goods come back.
const arrangement = "دار التعاونيات، يوم الاثنين"

// addCarrier enters somebody who brings orders and takes cash.
func (r *reader) addCarrier(name string) {
	r.t.Helper()
	r.openCash()
	r.write("main form[action$='/carriers'] [name=name]", name)
	r.key(kb.Enter)
	r.sees("[role=status]", r.l.T("association.cash.carrier_added"))
	r.look("who holds cash")
}

// openCash goes to the page of who holds cash.
func (r *reader) openCash() {
	r.t.Helper()
	r.press("nav a[href$='/association/settlement']", r.l.T("ui.association.settlement"))
	r.arrive("/" + r.l.Code() + "/association/settlement")
	r.press("main a", r.l.T("association.cash.title"))
	r.arrive("/" + r.l.Code() + "/association/settlement/cash")
}

// deliverBy sends an order out and says that a carrier has brought it and has the cash.
func (r *reader) deliverBy(carrier, number string) {
	r.t.Helper()
	r.findOrder(number)
	r.press("main form[action$='/dispatch'] button", "")
	r.sees("main", r.l.T(order.StateDispatched.Key()))
	r.press("main a[href='#deliver']", "")
	r.press("dialog label:has([name=cash])", carrier)
	r.look("the question who has the cash of an order")
	r.press("dialog form[action$='/deliver'] button", "")
	r.sees("main", r.l.T(order.StateDelivered.Key()))
	r.look("an order of which a carrier has the cash")
}

// paysAtTheDoor reads on the page of a delivered order what was paid.
func (r *reader) paysAtTheDoor(path string) (due string) {
	r.t.Helper()
	r.open(path)
	r.counts("#paid", 1)
	r.look("a delivered order")
	return r.words("#due")
}

// countCash has a carrier bring all that he has.
func (r *reader) countCash(carrier, due string) {
	r.t.Helper()
	r.openCash()
	held := "[data-holders=carriers] [data-holder]"
	r.sees(held, carrier)
	holder, err := ask[string](r, `(held, carrier) => [...document.querySelectorAll(held)].find(e => e.innerText.includes(carrier)).dataset.holder`, held, carrier)
	if err != nil {
		r.t.Fatal(err)
	}
	held = "[data-holder='" + holder + "']"
	r.sees(held, due)
	count := held + " form[action$='/count']"
	r.press(count+" button", r.l.T("association.cash.count"))
	r.sees("[role=status]", r.l.T("association.cash.counted", "Amount", due))
	r.counts(count, 0)
	r.sees("[data-counts]", carrier)
	r.look("cash that was counted")
}

// askReturn asks on the page of her order to send back what lasts; what spoils is not offered.
func (r *reader) askReturn(lasting, spoiling goods) {
	r.t.Helper()
	r.press("main a[href$='/return']", r.l.T("shop.return.open"))
	r.arrive("/" + r.l.Code() + "/orders/…")
	r.counts("main [name^='pieces-']", 1)
	r.sees("main form", r.l.T("shop.return.perishable", "Name", spoiling.called(r.l)))
	r.look("what can be sent back")
	r.choose("main [name^='pieces-']", "3")
	r.write("main [name=reason]", "اللون ليس كما في الصورة")
	r.press("main form[action$='/return'] button", r.l.T("shop.return.button"))
	r.sees("[data-return="+string(order.ReturnAsked)+"]", lasting.Name)
	r.look("an order of which a return is asked")
}

// arrangeReturn says how goods come back.
func (r *reader) arrangeReturn(number string) {
	r.t.Helper()
	r.press("nav a[href$='/association/orders']", r.l.T("ui.association.orders"))
	r.arrive("/" + r.l.Code() + "/association/orders")
	r.press("main a[href$='/association/returns']", r.l.T("association.returns.title"))
	r.arrive("/" + r.l.Code() + "/association/returns")
	r.look("what is sent back")
	r.press("main a[href*='/association/returns/']", number)
	r.arrive("/" + r.l.Code() + "/association/returns/…")
	r.look("a return")
	r.write("main [name=arrangement]", arrangement)
	r.press("main form[action$='/arrange'] button", r.l.T("association.returns.arrange_do"))
	r.sees("[role=status]", r.l.T("association.returns.done.arrange"))
	r.sees("main [data-state]", r.l.T(order.ReturnArranged.Key()))
	r.look("a return that is arranged")
}

// receiveReturn counts what came back of three pieces: one of them damaged, one missing.
func (r *reader) receiveReturn() {
	r.t.Helper()
	r.write("main [name^='damaged-']", "1")
	r.write("main [name^='missing-']", "1")
	r.key(kb.Enter)
	r.sees("[role=status]", r.l.T("association.returns.done.receive"))
	r.look("goods that came back")
}

// giveBackInCash gives a buyer what her goods were worth.
func (r *reader) giveBackInCash(number, back string) {
	r.t.Helper()
	r.sees("[data-back]", back)
	r.press("main a[href$='/association/refunds']", r.l.T("association.refunds.title"))
	r.arrive("/" + r.l.Code() + "/association/refunds")
	r.look("what is to be given back")
	waits := "[data-refund]:has(a)"
	r.sees(waits, number)
	which, err := ask[string](r, `(waits, number) => [...document.querySelectorAll(waits)].find(e => e.innerText.includes(number)).dataset.refund`, waits, number)
	if err != nil {
		r.t.Fatal(err)
	}
	waits = "[data-refund='" + which + "']"
	r.sees(waits, back)
	r.write(waits+" [name=reference]", "R-"+number)
	r.press(waits+" form[action$='/given'] button", back)
	r.sees("[role=status]", r.l.T("association.refunds.done"))
	r.counts(waits, 0)
}

// putBackIntoStock has a cooperative take what came back sound into its stock again.
func (r *reader) putBackIntoStock(g goods) {
	r.t.Helper()
	before := newAPIClient(r.mk.url).goods(r.t, r.l.Code(), g.Slug).Stock
	r.press("nav a[href$='/seller/orders']", "")
	r.arrive("/" + r.l.Code() + "/seller/orders")
	r.press("main a[href$='/seller/returns']", r.l.T("seller.returns.title"))
	r.arrive("/" + r.l.Code() + "/seller/returns")
	r.sees("[data-returned]", g.Name)
	r.sees("[data-returned]", r.l.N("seller.returns.sound", 1))
	r.look("goods that came back to a cooperative")
	r.press("[data-returned] button", r.l.T("seller.returns.yes"))
	r.sees("[role=status]", r.l.T("seller.returns.into"))
	r.counts("[data-returned]", 0)
	r.look("no goods that came back")
	r.until("find it in stock", func() string {
		if now := newAPIClient(r.mk.url).goods(r.t, r.l.Code(), g.Slug).Stock; now != before+1 {
			return "there are " + r.l.Number(now) + " instead of " + r.l.Number(before+1)
		}
		return ""
	})
}
