package main

import (
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/souk-taawon/souk/internal/sample"
)

// TestWhatChangesIsSpokenAndMistakesComeFirst uses a basket and its checkout as somebody who hears them.
func TestWhatChangesIsSpokenAndMistakesComeFirst(t *testing.T) {
	t.Parallel()
	r := newReader(t, "fr", telephone())
	g := newAPIClient(r.mk.url).goods(t, "fr", "thym-tamise")
	hears := func(words string) {
		t.Helper()
		r.want("hear "+words, `words => document.querySelector('#said').textContent.replace(/\s+/g, ' ').includes(words.replace(/\s+/g, ' '))`, words)
	}
	isAt := func(selector string) {
		t.Helper()
		r.want("be at "+selector, `selector => document.activeElement.matches(selector)`, selector)
	}
	r.open("/fr/products/" + g.Slug)
	r.press("main form[action$='/basket/lines'] button", r.l.T("shop.product.add"))
	r.inBasket("1")
	r.open("/fr/basket")
	r.press("main "+line(g)+" button[value='2']", "")
	hears(r.l.T("shop.basket.now", "Name", g.Name, "Count", 2))
	hears(r.l.T("shop.total"))
	r.press("main "+line(g)+" button", r.l.T("shop.basket.remove"))
	hears(r.l.T("shop.basket.removed", "Name", g.Name))
	isAt("main form.note button") // which undoes it
	r.key(kb.Enter)
	r.inBasket("2")

	// More than there is: the button that has nowhere to go any more leaves the focus to its field.
	r.write("main "+line(g)+" input[name=quantity]", "900")
	r.key(kb.Tab)
	r.want("have less", `() => document.querySelector('main input[name=quantity]').value !== '900' && document.querySelector('main [id^=more-]').disabled`)
	isAt("main input[name=quantity]")
	r.write("main "+line(g)+" input[name=quantity]", "2")
	r.key(kb.Tab)
	r.inBasket("2")

	// What a page comes with is heard, too.
	r.open("/fr/place")
	r.choose("[name=place]", "ahfir")
	r.press("#place button", r.l.T("shop.place.keep"))
	hears(r.l.T("shop.place.kept", "Place", "Ahfir"))

	r.open("/fr/checkout")
	r.choose("[name=place]", "oujda")
	hears(r.l.T("shop.total"))
	r.press("#f-name", "")
	r.key(kb.Enter) // sends the form, and does not change the language
	r.sees("#problem", r.l.T("order.name_missing"))
	isAt("#f-name")
	r.sees("#problem li", "")
	r.write("#f-name", "Leïla Benali")
	r.key(kb.Tab)
	r.want("have the name mended", `() => !document.querySelector('#f-name[aria-invalid], #f-name-error, .err #f-name, #problem a[href="#f-name"]') && !!document.querySelector('#problem a[href="#f-phone"]')`)
	r.write("#f-phone", "06 61 2")
	r.key(kb.Tab)
	r.want("have the number red until it is one", `() => !!document.querySelector('#f-phone[aria-invalid]') && !!document.querySelector('#f-phone-error')`)
	r.write("#f-phone", "0661234567")
	r.write("#f-address", "Hay Salam 12")
	r.key(kb.Tab)
	r.counts("#problem", 0)
	r.press("header button[formaction='/ar/checkout']", "")
	r.want("read the same in Arabic", `() => document.documentElement.lang === 'ar' && document.querySelector('#f-name').value === 'Leïla Benali' && document.querySelector('#f-place').value === 'oujda'`)

	// Where a form is not the whole page, the script keeps it.
	r.open("/fr/signin")
	r.write("#f-login", "nobody@souk.test")
	r.write("#f-password", "not a password")
	r.press("header a[hreflang=ar]", "")
	r.arrive("/ar/signin")
	r.want("find the login and no password", `() => document.querySelector('#f-login').value === 'nobody@souk.test' && document.querySelector('#f-password').value === ''`)
	r.want("have nothing kept", `() => sessionStorage.length === 0`)

	// A price that is none is said where it is seen, with the drawer of filters closed.
	r.open("/fr/products?min_price=abc")
	isAt("main [role=alert]")
	r.sees("main #wrong", r.l.T("shop.results.price_wrong"))
}

// What is wrong stays red while another field is mended, and when it is typed otherwise and is still no amount.
func TestWhatIsWrongStaysRedUntilItIsMended(t *testing.T) {
	t.Parallel()
	r := newReader(t, "fr", telephone())
	r.signIn("barakat-el-kharroub@exemple.invalid", sample.Password)
	r.open("/fr/seller/products/new")
	r.write("#f-price", "abc")
	r.write("#f-unit_amount", "x")
	r.key(kb.Enter)
	wrong := func(price, unit bool) {
		t.Helper()
		r.want("have the wrong ones red", `(price, unit) => ['price', 'unit'].every((name, i) => !!document.querySelector(`+"`#f-${name}-error`"+`) === [price, unit][i]) &&
			!!document.querySelector('#f-price[aria-invalid]') === price && !!document.querySelector('#f-unit_code[aria-invalid]') === unit`, price, unit)
	}
	wrong(true, true)
	r.write("#f-unit_amount", "250")
	r.key(kb.Tab)
	wrong(true, false)
	r.write("#f-price", "abcd")
	r.key(kb.Tab)
	wrong(true, false)
	r.write("#f-price", "26")
	r.key(kb.Tab)
	wrong(false, false)
}
