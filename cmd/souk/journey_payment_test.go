package main

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/cmi"
	"github.com/souk-taawon/souk/internal/payment/cmi/cmitest"
	"github.com/souk-taawon/souk/internal/payment/stripe/stripetest"
)

// payer is somebody who pays before her order is prepared, with the screen and in the language that she has.
type payer struct {
	lang   string
	screen screen
	wanted []string // products that nobody else buys
}

// payersName is what every payer is called.
const payersName = "نادية المغربي"

// others is the screen of those whom a payer has to do with: so each page is seen on both.
func (p payer) others() screen {
	if p.screen.touch {
		return desktop()
	}
	return telephone()
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
		{"ar", desktop(), []string{"verveine-et-lavande-du-soir", "thym-de-montagne"}},
		{"fr", telephone(), []string{"kaak-au-sesame", "thym-de-zegzel"}},
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

// Between the market's pages of an order that is paid by card lie those of somebody else.
func TestABuyerPaysOnThePagesOfOthers(t *testing.T) {
	t.Parallel()
	findBrowser(t)
	gateway, stripe := openGateway(t), openStripe(t)
	p := openProgram(t, newFolder(t),
		"CMI_CLIENT_ID=600001234", "CMI_STORE_KEY="+gateway.StoreKey, "CMI_GATEWAY_URL="+gateway.url,
		"STRIPE_SECRET_KEY="+stripetest.SecretKey, "STRIPE_WEBHOOK_SECRET="+stripetest.WebhookSecret, "STRIPE_API_URL="+stripe.URL)
	mk := &demoMarket{url: p.url}
	for _, payer := range []payer{
		{"ar", telephone(), []string{"chemin-de-table-brode"}},
		{"fr", desktop(), []string{"petit-tajine-a-epices"}},
	} {
		t.Run(payer.lang, func(t *testing.T) {
			payAtTheGateway(newReaderOf(t, mk, payer.lang, payer.screen), payer)
			payAtStripe(newReaderOf(t, mk, payer.lang, payer.screen), payer, stripe)
		})
	}
}

// payAtTheGateway has a bank refuse her card at the gateway's page, and take another one; she comes back by a form that
// the gateway sends.
func payAtTheGateway(r *reader, p payer) {
	r.t.Helper()
	r.orderBy(cmi.Name, p)
	r.press("#declined", "")
	r.arrive("/" + p.lang + "/orders/…")
	r.sees("#refused", r.l.T("shop.pay.refused"))
	r.look("a payment that the bank refused")
	r.press("main a[href$='/pay']", r.l.T("shop.pay.try_again"))
	r.press("#approved", "")
	r.arrive("/" + p.lang + "/orders/…")
	r.counts("#paid", 1)
	r.look("an order that was paid at the gateway")
}

// gateway is what a bank shows and tells.
type gateway struct {
	*cmitest.Gateway
	url string

	t    *testing.T
	mu   sync.Mutex
	open url.Values // the try that is open
}

// openGateway starts the gateway's pages: the buyer's browser posts a form there, presses what becomes of her card, and is
// sent back by a form after the market has been told.
func openGateway(t *testing.T) *gateway {
	t.Helper()
	g := &gateway{Gateway: cmitest.New("qsdfghjklm-2026"), t: t}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /fim/est3Dgate", g.ask)
	mux.HandleFunc("POST /decide", g.decide)
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	g.url = server.URL + "/fim/est3Dgate"
	return g
}

func (g *gateway) ask(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	form := payment.Form{}
	if err := r.ParseForm(); err != nil {
		g.t.Error(err)
	}
	for name := range r.PostForm {
		form[name] = r.PostForm.Get(name)
	}
	fields, err := g.Open(form)
	if err != nil {
		g.t.Error(err)
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	g.open = fields
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, `<!doctype html><title>.</title><form method="post" action="/decide">
		<button id="approved" name="it" value="approved">approved</button> <button id="declined" name="it" value="declined">declined</button></form>`)
}

func (g *gateway) decide(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	told := cmitest.Declined
	if r.FormValue("it") == "approved" {
		amount, err := money.Parse(g.open.Get("amount"))
		if err != nil {
			g.t.Error(err)
		}
		told = cmitest.Approved(amount, "T-"+g.open.Get("oid"))
	}
	answer, err := http.Post(g.open.Get("callbackUrl"), "application/x-www-form-urlencoded", bytes.NewReader(g.Say(g.open, told)))
	if err != nil {
		g.t.Error(err)
		return
	}
	defer answer.Body.Close()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = fmt.Fprintf(w, `<!doctype html><title>.</title><form method="post" action="%s"><input type="hidden" name="oid" value="%s"></form>
		<script>document.forms[0].submit()</script>`, html.EscapeString(g.open.Get("okUrl")), html.EscapeString(g.open.Get("oid")))
}

// orderBy puts one of each product into the basket and orders them by a means.
func (r *reader) orderBy(means string, p payer) {
	r.t.Helper()
	for _, slug := range p.wanted {
		r.putIntoBasket(wanted{slug, 1})
	}
	r.checkOutBy(means)
}

// putIntoBasket opens a product's page and puts so many of it into the basket.
func (r *reader) putIntoBasket(w wanted) {
	r.t.Helper()
	r.open("/" + r.l.Code() + "/products/" + w.slug)
	for range w.quantity - 1 {
		r.press("main form[action$='/basket/lines'] button", r.l.T("ui.more"))
	}
	r.press("main form[action$='/basket/lines'] button", r.l.T("shop.product.add"))
	r.sees("[role=status]", newAPIClient(r.mk.url).goods(r.t, r.l.Code(), w.slug).Name)
}

// checkOutBy orders what is in the basket by a means.
func (r *reader) checkOutBy(means string) {
	r.t.Helper()
	button := r.l.T("shop.checkout.to_payment")
	if means == payment.CashOnDelivery {
		button = r.l.T("shop.checkout.confirm")
	}
	r.open("/" + r.l.Code() + "/checkout")
	r.choose("[name=place]", "berkane")
	r.want("be told the price of delivery", `() => !!document.querySelector('[name=fee]')`)
	r.write("[name=name]", payersName)
	r.write("[name=phone]", phoneOf(rand.Text()))
	r.write("[name=address]", "حي السلام، رقم 12")
	r.press("label:has([name=payment][value="+means+"])", r.l.T("means."+means+".choice"))
	r.sees("button[form=checkout]", button)
	r.look("the checkout of an order by " + means)
	r.press("button[form=checkout]", button)
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
