package main

import (
	"crypto/rand"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/money"
)

// A buyer with a telephone, in a browser that runs the script.
func TestABuyerOnATelephoneOrdersFromThreeCooperatives(t *testing.T) {
	t.Parallel()
	for _, e := range []struct {
		lang, typed string
		wanted      []string // products of three cooperatives, which nobody else buys
		shelf       string   // where the third one stands
	}{
		{"ar", "زيت زيت", []string{"huile-d-olive-extra-vierge-bouteille-de-500-ml", "miel-d-oranger-pot-de-250-g", "six-serviettes-brodees"}, "craft"},
		{"fr", "huile d'oli", []string{"huile-d-olive-extra-vierge-picholine-choisie", "miel-de-lavande-de-zegzel", "verveine-effeuillee"}, "herbs"},
	} {
		t.Run(e.lang, func(t *testing.T) {
			t.Parallel()
			r := newReader(t, e.lang, telephone())
			api := newAPIClient(r.mk.url)
			oil, honey, other := api.goods(t, e.lang, e.wanted[0]), api.goods(t, e.lang, e.wanted[1]), api.goods(t, e.lang, e.wanted[2])

			r.open("/" + e.lang)
			r.look("home")
			r.suggestions(e.typed)
			r.findAndRead(oil)
			r.addTwo(oil)
			r.addFromShelf(honey)
			r.narrow(e.shelf, other)
			items := 3*oil.Price + honey.Price + other.Price
			r.reviseBasket(items, oil, honey)
			r.checkOut(items)
			r.track(3, oil, honey, other)
		})
	}
}

// suggestions types the beginning of a word and goes where the first suggestion leads.
func (r *reader) suggestions(typed string) {
	r.t.Helper()
	r.write("form[role=search] input", typed)
	r.sees("[role=listbox] [role=option] mark", "")
	r.look("home with suggestions")
	still := r.stays()
	r.key(kb.ArrowDown)
	r.want("have the first suggestion marked", `() => {
		const marked = document.activeElement.getAttribute('aria-activedescendant')
		return !!marked && document.getElementById(marked)?.getAttribute('aria-selected') === 'true'
	}`)
	r.key(kb.Escape)
	r.counts("[role=option]", 0)
	if !still() {
		r.t.Fatal("looking at suggestions has loaded another page")
	}
}

// findAndRead searches for a product and opens its page by a suggestion or by the results.
func (r *reader) findAndRead(g goods) {
	r.t.Helper()
	r.write("form[role=search] input", g.Name)
	r.press(`[role=option][href$="/products/`+g.Slug+`"]`, catalog.WithoutMeasure(g.Name)) // of what has sizes the thing is suggested
	r.arrive("/" + r.l.Code() + "/products/" + g.Slug)
	r.look("a product")
	r.sees("main h1", g.Name)
}

// addTwo presses + once and puts the two into the basket, without leaving the page.
func (r *reader) addTwo(g goods) {
	r.t.Helper()
	still := r.stays()
	r.press("main form[action$='/basket/lines'] button", r.l.T("ui.more"))
	r.press("main form[action$='/basket/lines'] button", r.l.T("shop.product.add"))
	r.sees("[role=status]", g.Name)
	r.inBasket("2")
	if !still() {
		r.t.Error("adding to the basket has loaded the page again")
	}
}

// inBasket waits until the header's basket says that it holds so many.
func (r *reader) inBasket(count string) {
	r.t.Helper()
	r.sees("header a[href$='/basket']", count)
}

// addFromShelf searches in Darija and puts one into the basket from its card among the results.
func (r *reader) addFromShelf(g goods) {
	r.t.Helper()
	r.write("form[role=search] input", "3sel")
	r.key(kb.Enter)
	r.arrive("/" + r.l.Code() + "/products?q=3sel")
	r.look("results")
	r.turnUntilSeen("main a[href$='/products/"+g.Slug+"']", "") // equals stand in another order in each market
	still := r.stays()
	r.press("main li:has(a[href$='/products/"+g.Slug+"']) form[action$='/basket/lines'] button", g.Name)
	r.inBasket("3")
	if !still() {
		r.t.Error("adding from a shelf has loaded the page again")
	}
	r.look("results with a message")
}

// narrow goes to a category from the home page, narrows it in the drawer, and buys there.
func (r *reader) narrow(shelf string, g goods) {
	r.t.Helper()
	r.press("header a:has(svg[role=img])", "")
	r.arrive("/" + r.l.Code())
	r.press("main a[href$='/products?category="+shelf+"']", "")
	r.arrive("/" + r.l.Code() + "/products?category=" + shelf)
	r.press("main button", r.l.T("shop.results.filter"))
	r.counts("#filters", 1)
	r.look("the drawer of filters")
	r.press("#filters label", r.l.T("shop.results.in_stock"))
	r.want("have the choice kept", `() => document.querySelector('#filters [name=in_stock]').checked`)
	r.press("#filters form button:not([popovertarget])", "")
	r.want("have the results narrowed", `() => new URLSearchParams(location.search).get('in_stock') === 'true' && document.readyState === 'complete'`)
	r.turnUntilSeen("main a[href$='/products/"+g.Slug+"']", g.Name)
	r.press("main a[href$='/products/"+g.Slug+"']", g.Name)
	r.arrive("/" + r.l.Code() + "/products/" + g.Slug)
	r.press("main form[action$='/basket/lines'] button", r.l.T("shop.product.add"))
	r.inBasket("4")
}

// reviseBasket makes the two of the first product three, removes the second and puts it back; the
// page stays the same.
func (r *reader) reviseBasket(items money.Amount, first, second goods) {
	r.t.Helper()
	r.press("header a[href$='/basket']", "")
	r.arrive("/" + r.l.Code() + "/basket")
	r.look("the basket")
	r.counts("main section:has(form)", 3)
	still := r.stays()
	r.press("main "+line(first)+" button[value='3']", "")
	r.sees("main aside", r.l.Money(items))
	r.inBasket("5")
	r.press("main "+line(second)+" button", r.l.T("shop.basket.remove"))
	r.sees("main", r.l.T("shop.basket.removed", "Name", second.Name))
	r.sees("main aside", r.l.Money(items-second.Price))
	r.look("the basket after taking something out")
	r.press("main "+line(second)+" button", r.l.T("shop.basket.undo"))
	r.sees("main aside", r.l.Money(items))
	r.counts("main section:has(form)", 3)
	if !still() {
		r.t.Error("changing the basket has loaded the page again")
	}
}

// checkOut fills in the page of the checkout, which tells the price of delivery as soon as the place is known.
func (r *reader) checkOut(items money.Amount) {
	r.t.Helper()
	r.press("main a[href$='/checkout']", r.l.T("shop.basket.go_on"))
	r.arrive("/" + r.l.Code() + "/checkout")
	r.look("the checkout")
	still := r.stays()
	r.choose("[name=place]", "berkane")
	r.want("be told the price of delivery", `() => !!document.querySelector('[name=fee]')`)
	if !still() {
		r.t.Error("choosing the place has loaded the page again")
	}
	r.write("[name=name]", "ليلى بنعلي")
	r.write("[name=phone]", phoneOf(rand.Text()))
	r.write("[name=address]", "حي السلام، رقم 12")
	r.write("[name=landmark]", "أمام المدرسة")
	r.look("the checkout, filled in")
	r.press("button[form=checkout]", r.l.T("shop.checkout.confirm"))
	r.arrive("/" + r.l.Code() + "/orders/…")
}

// track reads the order's page: the thanks, the parts, the link to share, and the question before an
// order is cancelled.
func (r *reader) track(parts int, wares ...goods) {
	r.t.Helper()
	r.look("the order")
	r.counts("[data-part-state]", parts)
	for _, g := range wares {
		r.sees("[data-part-state]", g.Cooperative.Name)
		r.sees("[data-part-state]", g.Name)
	}
	number := r.words("#number")
	if strings.Contains(r.path(), number) {
		r.t.Errorf("the address of order %s holds its number", number)
	}
	link, err := ask[string](r, `() => document.querySelector('a[href^="https://wa.me/"]').href`)
	if err != nil {
		r.t.Fatal(err)
	}
	here := strings.TrimSuffix(r.mk.url+r.path(), "?placed=1")
	share, err := url.Parse(link) // that only shows the order
	if text := share.Query().Get("text"); err != nil || !strings.Contains(text, r.mk.url) || strings.Contains(text, here) {
		r.t.Errorf("WhatsApp is given %q, %v; the buyer's own is %s", link, err, here)
	}
	r.press("main a[href='#cancel']", r.l.T("shop.track.cancel"))
	r.counts("dialog", 1)
	r.look("the question before cancelling")
	r.press("dialog a", r.l.T("shop.track.cancel_keep"))
	r.counts("dialog", 0)
}
