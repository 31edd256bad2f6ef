package main

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
)

// goods is a product as the public API describes it.
type goods struct {
	ID          string       `json:"id"`
	Slug        string       `json:"slug"`
	Name        string       `json:"name"`
	Price       money.Amount `json:"price_centimes"`
	Unit        string       `json:"unit"`
	Stock       int          `json:"stock"`
	ImageURL    string       `json:"image_url"`
	Cooperative struct {
		Slug string `json:"slug"`
		Name string `json:"name"`
	} `json:"cooperative"`
}

// called is their name in an order, with their size unless it says so.
func (g goods) called(l *i18n.Locale) string {
	if strings.Contains(g.Name, g.Unit) {
		return g.Name
	}
	return l.T("catalog.sized", "Name", g.Name, "Size", g.Unit)
}

// goods asks for a product in one of the languages.
func (c apiClient) goods(t *testing.T, lang, slug string) goods {
	t.Helper()
	answer := c.get(t, "/api/v1/products/"+slug+"?lang="+lang)
	var g goods
	if err := json.Unmarshal([]byte(answer.Body), &g); err != nil || answer.Status != http.StatusOK {
		t.Fatalf("%v: %d %s", err, answer.Status, answer.Body)
	}
	return g
}

// errand is what somebody wants, and in which language. Nobody else buys these products.
type errand struct {
	lang              string
	oil, honey, third string           // products of three cooperatives, by their slugs
	browse            func(v *visitor) // to a list with the third of them
}

// Everything here happens by pages, links and forms alone: no script runs.
func TestABuyerWithoutScriptOrdersFromThreeCooperatives(t *testing.T) {
	t.Parallel()
	for _, e := range []errand{
		{"ar", "huile-d-olive-vierge-bouteille-de-1-l", "miel-d-eucalyptus", "panier-en-doum", func(v *visitor) {
			v.follow(`header a[href="/ar/products?category=craft"]`)
		}},
		{"fr", "huile-d-olive-vierge-familiale-bidon-de-5-l", "miel-toutes-fleurs-de-l-oued", "ras-el-hanout", func(v *visitor) {
			v.follow(`header a[href="/fr/cooperatives"]`)
			v.follow(`main a[href="/fr/cooperatives/chabab-et-tathmine"]`)
		}},
		{"en", "huile-d-olive-extra-vierge-premiere-recolte", "miel-toutes-fleurs-de-chouihia", "raisins-secs-d-aghbal", func(v *visitor) {
			v.follow(`header a[href="/en/products"]`)
			v.submit("form:has([name=commune])", url.Values{"commune": {"aghbal"}, "in_stock": {"true"}})
			v.expect(http.StatusOK)
		}},
	} {
		t.Run(e.lang, func(t *testing.T) {
			t.Parallel()
			e.run(t, visit(t))
		})
	}
}

func (e errand) run(t *testing.T, mk *demoMarket) {
	l := locale(t, e.lang)
	api := newAPIClient(mk.url)
	oil, honey, other := api.goods(t, e.lang, e.oil), api.goods(t, e.lang, e.honey), api.goods(t, e.lang, e.third)
	v := newVisitor(t, mk)

	v.open("/" + e.lang)
	if html := v.find("html"); html.AttrOr("lang", "") != e.lang || html.AttrOr("dir", "") != l.Dir() {
		t.Fatalf("the home page is %s %s", html.AttrOr("lang", ""), html.AttrOr("dir", ""))
	}
	v.search("زيت زيتون")
	v.add(l, oil, 2)
	v.search("3sel") // «عسل», as it is typed on a telephone
	v.add(l, honey, 1)
	v.open("/" + e.lang)
	e.browse(v)
	v.add(l, other, 1)

	v.changeBasket(l, oil, honey, other)
	items := 3*oil.Price + honey.Price + other.Price
	v.checkOut(l, items)

	address := *v.url
	address.RawQuery = ""
	v.tracking(t, mk, l, address.String(), items, oil, honey, other)

	if sold := oil.Stock - api.goods(t, e.lang, e.oil).Stock; sold != 3 {
		t.Errorf("%d bottles of oil left the stock for one order of 3", sold)
	}
	v.submit(`form[action$="/cancel"]`, nil)
	v.expect(http.StatusOK)
	for _, part := range v.find("[data-part-state]").EachIter() {
		if state := part.AttrOr("data-part-state", ""); state != "cancelled" {
			t.Errorf("after cancelling, a part is %s", state)
		}
	}
	if left := api.goods(t, e.lang, e.oil).Stock; left != oil.Stock {
		t.Errorf("after cancelling, %d bottles of oil are left instead of %d", left, oil.Stock)
	}
}

func (v *visitor) search(words string) {
	v.t.Helper()
	v.submit("form[role=search]", url.Values{"q": {words}})
	v.expect(http.StatusOK)
}

// add finds a product on the pages of results, reads its page and puts it into the basket.
func (v *visitor) add(l *i18n.Locale, g goods, quantity int) {
	v.t.Helper()
	link := `main a[href="/` + l.Code() + `/products/` + g.Slug + `"]`
	for !v.has(link) {
		v.follow("main a[rel=next]")
	}
	v.follow(link)
	v.says("main h1", g.Name)
	v.says("main .bigprice", l.Amount(g.Price))
	v.says("main", g.Cooperative.Name)
	page := v.url.String()
	v.submit(`form[action$="/basket/lines"]:has([name=quantity])`, url.Values{"quantity": {strconv.Itoa(quantity)}})
	v.expect(http.StatusOK)
	if v.url.String() != page {
		v.t.Fatalf("after adding to the basket the buyer is at %s, not at %s", v.url, page)
	}
	v.says("[role=status]", g.Name)
	v.says("main", l.N("shop.product.in_basket", quantity))
}

// line is the form of a product in the basket.
func line(g goods) string { return `form[action$="/basket/lines/` + g.ID + `"]` }

// changeBasket looks at the basket: it makes the 2 of the first product 3, and takes out the second
// and puts it back.
func (v *visitor) changeBasket(l *i18n.Locale, wares ...goods) {
	v.t.Helper()
	v.follow(`header a[href$="/basket"]`)
	sellers := v.find("main section:has(form)")
	if sellers.Length() != len(wares) {
		v.t.Fatalf("the basket of %d cooperatives has %d groups", len(wares), sellers.Length())
	}
	for _, g := range wares {
		group := v.find("main section:has(" + line(g) + ")")
		if words := plainText(group.Text()); !strings.Contains(words, g.Cooperative.Name) || !strings.Contains(words, g.Name) {
			v.t.Errorf("%s of %s stands under %q", g.Name, g.Cooperative.Name, words)
		}
	}
	v.submit(line(wares[0]), url.Values{"set": {"3"}}) // its button +
	v.says("main aside", l.Money(3*wares[0].Price+wares[1].Price+wares[2].Price))
	v.submit(line(wares[0]), url.Values{"quantity": {"2"}})
	v.says("main aside", l.Money(2*wares[0].Price+wares[1].Price+wares[2].Price))
	v.submit(line(wares[0]), url.Values{"quantity": {"3"}})

	v.submit(line(wares[1]), url.Values{"set": {"0"}})
	v.says("main", l.T("shop.basket.removed", "Name", wares[1].Name))
	v.says("main aside", l.Money(3*wares[0].Price+wares[2].Price))
	v.submit(line(wares[1]), url.Values{"set": {"1"}}) // undo
	v.says("main aside", l.Money(3*wares[0].Price+wares[1].Price+wares[2].Price))
}

// checkOut fills in the one page of the checkout, first with a telephone that cannot be, and sends it
// twice at once, as an impatient finger does.
func (v *visitor) checkOut(l *i18n.Locale, items money.Amount) {
	v.t.Helper()
	v.follow(`main a[href$="/checkout"]`)
	v.says("main aside", l.Money(items))
	typed := url.Values{
		"name": {"نعيمة بوعزة"}, "phone": {"06 12"}, "place": {"berkane"}, "address": {"حي المقاومة، زنقة 7، رقم 3"},
		"landmark": {"قرب الصيدلية"}, "delivery": {"home"}, "payment": {"cash_on_delivery"}, "note": {"بعد العصر"},
	}
	v.submit("form#checkout", typed)
	v.expect(http.StatusUnprocessableEntity)
	phone := v.find("input[name=phone]")
	if phone.AttrOr("aria-invalid", "") != "true" {
		v.t.Error("the telephone's field does not say that it is wrong")
	}
	told := false
	for _, id := range strings.Fields(phone.AttrOr("aria-describedby", "")) {
		told = told || strings.HasSuffix(id, "error") && v.text("#"+id) != ""
	}
	if !told {
		v.t.Error("no message belongs to the telephone's field")
	}
	if wrong := v.find("[aria-invalid=true]").Length(); wrong != 1 {
		v.t.Errorf("%d fields are said to be wrong", wrong)
	}
	for name, sent := range v.filled(v.find("form#checkout"), nil) {
		if want, ok := typed[name]; ok && sent[0] != want[0] {
			v.t.Errorf("the field %s has lost %q and holds %q", name, want[0], sent[0])
		}
	}

	right := url.Values{"phone": {phoneOf(rand.Text())}}
	once, twice, later := v.sending("form#checkout", right), v.sending("form#checkout", right), v.sending("form#checkout", right)
	second := *v
	var both sync.WaitGroup
	for who, request := range map[*visitor]*http.Request{v: once, &second: twice} {
		both.Go(func() {
			if err := who.send(request); err != nil {
				v.t.Error(err)
			}
		})
	}
	both.Wait()
	third := *v
	third.load(later)
	for _, same := range []*visitor{v, &second, &third} {
		same.expect(http.StatusOK)
		if same.url.Path != v.url.Path {
			v.t.Fatalf("one form sent twice placed two orders: %s and %s", v.url, same.url)
		}
	}
	if !strings.HasPrefix(v.url.Path, "/"+l.Code()+"/orders/") {
		v.t.Fatalf("after the order the buyer is at %s", v.url)
	}
}

// tracking looks at the order's page, whose address is the only key to it.
func (v *visitor) tracking(t *testing.T, mk *demoMarket, l *i18n.Locale, address string, items money.Amount, wares ...goods) {
	t.Helper()
	secret := address[strings.LastIndex(address, "/")+1:]
	number := v.text("#number")
	if len(secret) < 40 || strings.Contains(secret, number) || number == "" {
		t.Fatalf("the link's secret is %q, the order's number %q", secret, number)
	}
	if v.header.Get("Cache-Control") != "no-store" || v.header.Get("X-Robots-Tag") != "noindex" {
		t.Errorf("a private page comes with %v", v.header)
	}

	var tracked struct {
		Number   string       `json:"number"`
		Total    money.Amount `json:"total_centimes"`
		Delivery money.Amount `json:"delivery_centimes"`
	}
	api := newAPIClient(mk.url)
	answer := api.get(t, "/api/v1/orders/"+secret)
	if err := json.Unmarshal([]byte(answer.Body), &tracked); err != nil {
		t.Fatalf("%v: %s", err, answer.Body)
	}
	if tracked.Number != number || tracked.Total != items+tracked.Delivery {
		t.Errorf("order %s for %s is tracked as %+v", number, items, tracked)
	}
	v.says("#due", l.Money(tracked.Total))

	friend := newVisitor(t, mk) // has been sent the link
	friend.open(address)
	parts := friend.find("[data-part-state]")
	if parts.Length() != len(wares) {
		t.Errorf("%d parts for %d cooperatives", parts.Length(), len(wares))
	}
	for _, g := range wares {
		part := parts.FilterFunction(func(_ int, part *goquery.Selection) bool {
			return strings.Contains(plainText(part.Text()), g.Cooperative.Name)
		})
		if words := plainText(part.Text()); part.Length() != 1 || !strings.Contains(words, g.Name) ||
			!strings.Contains(words, l.T(order.PartPlaced.Key())) {
			t.Errorf("the part of %s says %q", g.Cooperative.Name, words)
		}
	}
	share, err := url.Parse(friend.find(`a[href^="https://wa.me/"]`).AttrOr("href", ""))
	// What is passed on is a link that only shows the order. WhatsApp shows a «+».
	if text := share.Query().Get("text"); err != nil || !strings.Contains(text, "/orders/") || strings.Contains(text, address) || strings.Contains(share.RawQuery, "+") {
		t.Errorf("%v: WhatsApp is given %q", err, share)
	}

	for _, guess := range []string{"/" + l.Code() + "/orders/" + number, "/api/v1/orders/" + number} {
		if opened := api.get(t, guess); opened.Status != http.StatusNotFound {
			t.Errorf("%s answers %d: the order's number opens something", guess, opened.Status)
		}
	}
}
