package main

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
)

// payer is somebody who pays before her order is prepared, with the screen and in the language that she has.
type payer struct {
	lang   string
	screen screen
	wanted []string // products that nobody else buys
}

// each has a payer of each kind go her way.
func each(t *testing.T, payers []payer, way func(r *reader, p payer)) {
	t.Helper()
	t.Parallel()
	for _, p := range payers {
		t.Run(p.lang, func(t *testing.T) {
			t.Parallel()
			way(newReader(t, p.lang, p.screen), p)
		})
	}
}

func TestABuyersCardIsRefusedAndShePaysInCash(t *testing.T) {
	each(t, []payer{
		{"ar", telephone(), []string{"chemin-de-table-brode"}},
		{"fr", desktop(), []string{"petit-tajine-a-epices"}},
	}, func(r *reader, p payer) {
		r.orderBy("test_card", p)
		r.payAtTheCard("refuse")
		r.arrive("/" + p.lang + "/orders/…")
		r.sees("#refused", r.l.T("shop.pay.refused"))
		r.look("a refused payment")
		r.press("#instead-"+payment.CashOnDelivery, r.l.T("means."+payment.CashOnDelivery+".choice"))
		r.counts("#payment[data-payment='"+string(order.MoneyPending)+"']", 1)
		r.sees("#payment", r.l.T("means."+payment.CashOnDelivery+".more"))
		r.look("an order that will be paid in cash after all")
	})
}

func TestABuyerWhoPaidByCardHasTheDeclinedPartBack(t *testing.T) {
	each(t, []payer{
		{"ar", desktop(), []string{"savon-noir-beldi", "thym-de-montagne"}},
		{"fr", telephone(), []string{"savon-noir-a-l-eucalyptus", "thym-de-zegzel"}},
	}, func(r *reader, p payer) {
		r.orderBy("test_card", p)
		r.payAtTheCard("pay")
		r.counts("#paid", 1) // her page asks again by itself until the payment is known
		r.look("a paid order")
		number, path := r.words("#number"), strings.TrimSuffix(r.path(), "/paid") // the answer was put into the page that asked

		declined := newAPIClient(r.mk.url).goods(r.t, p.lang, p.wanted[0])
		decline(r.t, r.mk, p.lang, declined.Cooperative.Slug, number)
		r.until("have the declined part back", func() string {
			r.open(path)
			if given, err := ask[bool](r, `() => !!document.querySelector('#given')`); err != nil || !given {
				return "nothing is given back yet"
			}
			return ""
		})
		r.sees("#given", r.l.Money(declined.Price))
		r.counts("#paid", 1)
		r.look("an order of which a part was declined")
	})
}

// orderBy puts one of each product into the basket and orders them by a means that is paid first.
func (r *reader) orderBy(means string, p payer) {
	r.t.Helper()
	api := newAPIClient(r.mk.url)
	for _, slug := range p.wanted {
		r.open("/" + p.lang + "/products/" + slug)
		r.press("main form[action$='/basket/lines'] button", r.l.T("shop.product.add"))
		r.sees("[role=status]", api.goods(r.t, p.lang, slug).Name)
	}
	r.open("/" + p.lang + "/checkout")
	r.choose("[name=place]", "berkane")
	r.want("be told the price of delivery", `() => !!document.querySelector('[name=fee]')`)
	r.write("[name=name]", "نادية المغربي")
	r.write("[name=phone]", phoneOf(rand.Text()))
	r.write("[name=address]", "حي السلام، رقم 12")
	r.press("label:has([name=payment][value="+means+"])", r.l.T("means."+means+".choice"))
	r.sees("button[form=checkout]", r.l.T("shop.checkout.to_payment"))
	r.look("the checkout of an order that is paid first")
	r.press("button[form=checkout]", r.l.T("shop.checkout.to_payment"))
}

// payAtTheCard decides on the page of the card on which there is no money.
func (r *reader) payAtTheCard(choice string) {
	r.t.Helper()
	r.arrive("/" + r.l.Code() + "/demo/card/…")
	r.sees("main", r.l.T("demo.card.no_money"))
	r.look("the test card")
	r.press("main button[value="+choice+"]", "")
}

// decline is a member's word that she cannot fill an order, without script.
func decline(t *testing.T, mk *demoMarket, lang, coop, number string) {
	t.Helper()
	v := memberAt(t, mk, lang, coop, number)
	v.submit(`main form[action*="/decline"]`, url.Values{"reason": {"sold_out"}})
	v.expect(http.StatusOK)
}
