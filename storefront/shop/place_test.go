package shop_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/storefront/storetest"
	"github.com/souk-taawon/souk/storefront/ui"
)

// She says once where she lives. From then on every page knows what delivery costs there, and what does not come.
func TestAPlaceIsAskedOnceAndTrueEverywhere(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	m.Index()
	fruit, oil := m.Oil.Product(t, "Z-2"), m.Oil.Product(t, "Z-1")
	for _, language := range languages {
		t.Run(language, func(t *testing.T) {
			lang, buyer := "/"+language, m.Visitor()
			oujda := map[string]string{"ar": "وجدة", "fr": "Oujda", "en": "Oujda"}[m.Languages.Locale(language).Reads()]
			put(buyer, language, fruit.ID, "2").Want(http.StatusOK)
			put(buyer, language, oil.ID, "1").Want(http.StatusOK)

			// Nobody knows yet: prices are the least they may be.
			from := strings.TrimSpace(m.Languages.Locale(language).T("shop.checkout.from_fee", "Fee", ""))
			if fee := buyer.Get(lang + "/basket").Want(http.StatusOK).Text("#total"); strings.Count(fee, from) < 2 {
				t.Errorf("the basket says %q, without a word that this is the least", fee)
			}
			page := buyer.Get(lang + "/products/" + oil.Slug).Want(http.StatusOK)
			if said := page.Text(".sure"); !strings.Contains(said, from) {
				t.Errorf("the product says %q", said)
			}

			// She comes from a page and goes back to it.
			ask := buyer.Get(page.Find("header .at a").AttrOr("href", "")).Want(http.StatusOK)
			ask.Want(http.StatusOK)
			wrong := buyer.Submit(ask, "#place", url.Values{"place": {"atlantis"}}).Want(http.StatusUnprocessableEntity)
			if !wrong.Has("#f-place[aria-invalid=true][autofocus]") {
				t.Error("what is no place is not said to be none")
			}
			back := buyer.Submit(wrong, "#place", url.Values{"place": {"oujda"}}).Want(http.StatusOK)
			if !strings.HasSuffix(back.Path, "/products/"+oil.Slug) {
				t.Errorf("she is led to %s", back.Path)
			}
			plain := func(words string) string { return strings.Join(strings.Fields(words), " ") }
			if said, want := back.Text("#toasts .toast"), plain(m.Languages.Locale(language).T("shop.place.kept", "Place", oujda)); said != want {
				t.Errorf("she is told %q, want %q", said, want)
			}
			for path, selector := range map[string]string{
				"/": "header .at", "/products": "header .at", "/products/" + oil.Slug: ".sure", "/products/" + fruit.Slug: ".sure", "/basket": "#total", "/cooperatives/" + m.Oil.Slug: "header .at",
			} {
				if said := buyer.Get(lang + path).Want(http.StatusOK).Text(selector); !strings.Contains(said, oujda) {
					t.Errorf("%s says %q", path, said)
				}
			}

			// What perishes is marked on cards and left out on request.
			results := buyer.Get(lang + "/products").Want(http.StatusOK)
			if n := results.Find(".card .far").Length(); n != 1 {
				t.Errorf("%d cards say that it does not come, not 1", n)
			}
			if count := results.Text("label[for=o-delivered-true] .num, #o-delivered-true ~ .num"); count != "5" {
				t.Errorf("%q goods are delivered, not 5", count)
			}
			delivered := buyer.Get(lang + "/products?delivered=true").Want(http.StatusOK)
			if n := delivered.Find(".card").Length(); n != 5 {
				t.Errorf("%d goods are delivered, not 5", n)
			}
			if said, words := delivered.Text(".chip.on bdi"), m.Languages.Locale(language).T("shop.results.delivered", "Place", oujda); said != words {
				t.Errorf("the filter is called %q, not %q", said, words)
			}
			if n := m.Visitor().Get(lang + "/products?delivered=true").Want(http.StatusOK).Find(".card").Length(); n != 6 {
				t.Errorf("who has said nothing is shown %d of 6", n)
			}

			// The basket and the checkout name it, and have ways on.
			basket := buyer.Get(lang + "/basket").Want(http.StatusOK)
			if total := basket.Text("#total .sum.num"); !strings.Contains(total, "104") {
				t.Errorf("the basket's total is %q and not that of its goods, 80 + 24", total)
			}
			name := m.Languages.Locale(language).Text(fruit.Name)
			checkout := buyer.Get(lang + "/checkout").Want(http.StatusOK)
			for page, at := range map[*storetest.Page]string{basket: "the basket", checkout: "the checkout"} {
				if named := page.Text("#too-far li"); named != name {
					t.Errorf("%s names %q, not %q", at, named, name)
				}
				if n := page.Find("#too-far button").Length(); n != 2 {
					t.Errorf("%s has %d ways on", at, n)
				}
			}
			if !basket.Has(".line b.brown") && !strings.Contains(basket.Text("main"), m.Languages.Locale(language).T("ui.not_to", "Place", oujda)) {
				t.Error("the line is not marked")
			}
			if chosen := checkout.Find("#f-place option[selected]").AttrOr("value", ""); chosen != "oujda" {
				t.Errorf("the checkout asks again: %q", chosen)
			}
			// Brought home it would cost what the place costs, but cannot be; also while fetching it is chosen.
			for _, page := range []*storetest.Page{checkout, buyer.Get(lang + "/checkout?place=oujda&delivery=pickup").Want(http.StatusOK)} {
				l := m.Languages.Locale(language)
				said := page.Text(".pick:has(#f-delivery-home)")
				if !strings.Contains(said, plain(l.T("ui.not_to", "Place", oujda)+l.T("shop.colon")+name)) || !strings.Contains(said, plain(l.Money(3000))) || strings.Contains(said, from) {
					t.Errorf("to be brought home it says %q", said)
				}
			}
			form := filled(checkout, map[string]string{"name": nadia["name"], "phone": nadia["phone"], "address": nadia["address"]})
			refused := buyer.Post(lang+"/checkout", form).Want(http.StatusUnprocessableEntity)
			if named := refused.Text("#too-far li"); named != name {
				t.Errorf("the refusal names %q", named)
			}

			// To fetch it is one press, with what was typed kept; and so is to go on without it.
			choose := func(page *storetest.Page, choice string) *storetest.Page {
				form := filled(page, nil)
				form.Set("fresh_choice", choice)
				return buyer.Post(lang+"/checkout", form).Want(http.StatusOK)
			}
			fetched := choose(refused, "pickup")
			if !fetched.Has("#f-delivery-pickup[checked]") || fetched.Has("#too-far") || fetched.Find("#f-name").AttrOr("value", "") != nadia["name"] {
				t.Error("it cannot be fetched, or what was typed is lost")
			}
			if said, want := fetched.Text("#done[autofocus]"), plain(m.Languages.Locale(language).T("shop.fresh.pick_up")); said != want {
				t.Errorf("to fetch it says %q, want %q", said, want)
			}
			without := choose(refused, "without")
			if without.Has("#too-far") || without.Find("#f-name").AttrOr("value", "") != nadia["name"] {
				t.Error("it is still there, or what was typed is lost")
			}
			if said, want := without.Text("#done[autofocus]"), plain(m.Languages.Locale(language).T("shop.basket.removed", "Name", ui.Called(m.Languages.Locale(language), fruit))); said != want {
				t.Errorf("without it the page says %q, want %q", said, want)
			}
			if total := without.Text("#total .sum.num"); !strings.Contains(total, "105") && !strings.Contains(total, "110") && !strings.Contains(total, "115") {
				t.Errorf("without it the total is %q", total)
			}
			tracking := buyer.Post(lang+"/checkout", filled(without, nil)).Want(http.StatusOK)
			if !strings.Contains(tracking.Path, "/orders/") {
				t.Fatalf("she is at %s", tracking.Path)
			}

			// The basket's buttons do the same.
			put(buyer, language, fruit.ID, "1").Want(http.StatusOK)
			alone := buyer.Get(lang + "/basket").Want(http.StatusOK)
			if n := alone.Find("#too-far button").Length(); n != 1 {
				t.Errorf("nothing else is in the basket, and there are %d ways on", n)
			}
			put(buyer, language, oil.ID, "1").Want(http.StatusOK)
			shown := buyer.Get(lang + "/basket").Want(http.StatusOK)
			_, fields := shown.Form("form:has(#too-far)")
			fields.Set("fresh_choice", "without")
			if on := buyer.Post(lang+"/checkout", fields).Want(http.StatusOK); on.Has("#too-far") || on.Find("#f-place option[selected]").AttrOr("value", "") != "oujda" {
				t.Error("the basket's button leads nowhere")
			}

			// The checkout says it too, for the next time; and it is forgotten on request.
			form = filled(buyer.Get(lang+"/checkout").Want(http.StatusOK), nadia)
			buyer.Post(lang+"/checkout", form).Want(http.StatusOK)
			if said := buyer.Get(lang + "/").Want(http.StatusOK).Text("header .at"); strings.Contains(said, oujda) {
				t.Errorf("the header says %q after an order to Berkane", said)
			}
			form = url.Values{"forget": {"1"}, "back": {"//evil.example"}}
			if left := buyer.Post(lang+"/place", form).Want(http.StatusOK); left.Path != lang || strings.Contains(left.Text("header .at"), "·") {
				t.Errorf("it is not forgotten, or she is led to %s", left.Path)
			} else if said, want := left.Text("#toasts .toast"), plain(m.Languages.Locale(language).T("shop.place.forgotten")); said != want {
				t.Errorf("she is told %q, want %q", said, want)
			}
		})
	}
}

// What the browser brings is believed only if it is a place that orders go to.
func TestAPlaceThatIsNoneIsNotShown(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	for _, value := range []string{"atlantis", "<script>", "وجدة", strings.Repeat("x", 3000)} {
		page := m.Visitor().Do(http.MethodGet, "/fr/products", nil, http.Header{"Cookie": {"place=" + url.QueryEscape(value)}}).Want(http.StatusOK)
		if said := page.Text("header .at"); strings.Contains(said, "changer") {
			t.Errorf("%q: %q", value, said)
		}
	}
}

func TestWhatComesBackSaysWhen(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	next := int(clock.Day(time.Now()).Month())%12 + 1
	if _, err := m.DB.Exec(`update products set season_from = $1, season_to = $1, off_season = true where sku in ('K-2', 'M-1')`, next); err != nil {
		t.Fatal(err)
	}
	m.Index()
	for _, language := range languages {
		l := m.Languages.Locale(language)
		words := l.T("ui.back_in", "Month", l.MonthName(next))
		page := m.Visitor().Get("/" + language + "/products").Want(http.StatusOK)
		cards := page.Find(".card")
		if cards.Length() != 6 {
			t.Fatalf("%d cards", cards.Length())
		}
		for i, card := range cards.EachIter() {
			if said := strings.Contains(card.Text(), words); said != (i >= 4) {
				t.Errorf("%s: card %d: %q", language, i, card.Text())
			}
		}
		for _, p := range []string{m.Honey.Products[0].Slug, m.Couscous.Products[1].Slug} {
			if said := m.Visitor().Get("/" + language + "/products/" + p).Want(http.StatusOK).Text("main .info"); !strings.Contains(said, l.MonthName(next)) {
				t.Errorf("%s: %s says %q", language, p, said)
			}
		}
	}
}
