package shop_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/storefront/storetest"
)

// sizes makes the thyme honey a thing of three sizes, of which the smallest is sold out.
func sizes(m *storetest.Market, t *testing.T) (small, half, kilo catalog.Product) {
	t.Helper()
	half = m.Honey.Product(t, "M-1")
	offer := func(sku string, amount int, code string, price money.Amount, stock int) catalog.Product {
		t.Helper()
		e := half.Edit()
		e.SKU, e.UnitAmount, e.UnitCode, e.Price, e.Stock = sku, amount, code, price, &stock
		p, err := m.Catalog.Create(t.Context(), m.Honey.ID, e, actor.OfCooperative(m.Honey.ID, m.Honey.Member.ID))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	return offer("M-1-250", 250, "g", 65_00, 0), half, offer("M-1-1000", 1, "kg", 220_00, 4)
}

func TestSizesOfOneThingAreOneCard(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	sizes(m, t)
	m.Index()
	for _, language := range storetest.Languages() {
		l := m.Languages.Locale(language)
		for _, path := range []string{"/cooperatives/nahla", "/products?category=honey"} {
			page := m.Visitor().Get("/" + language + path).Want(http.StatusOK)
			cards := page.Find(".card:has(.sizes)")
			if page.Find(".card").Length() != 2 || cards.Length() != 1 {
				t.Errorf("%s%s: %d cards, %d with sizes", language, path, page.Find(".card").Length(), cards.Length())
				continue
			}
			want := strings.Join([]string{l.T("ui.size_sold_out", "Size", l.Unit(250, "g")), l.Unit(500, "g"), l.Unit(1, "kg")}, " · ")
			if got := cards.Find(".sizes").Text(); got != want {
				t.Errorf("%s%s: its sizes are %q, not %q", language, path, got, want)
			}
			words := strings.Join(strings.Fields(cards.Text()), " ")
			for _, part := range []string{l.T("ui.from"), l.Amount(120_00), l.PerUnit(500, "g"), l.T("ui.per_measure", "Price", l.Money(240_00), "Unit", l.PerUnit(1, "kg"))} {
				if !strings.Contains(words, strings.Join(strings.Fields(part), " ")) {
					t.Errorf("%s%s: the card does not say %q: %s", language, path, part, words)
				}
			}
		}
		if got := m.Visitor().Get("/" + language + "/cooperatives/nahla").Text("main"); !strings.Contains(got, l.N("shop.coop.available", 2)) {
			t.Errorf("%s: the cooperative's page counts sizes: %s", language, got)
		}
	}
}

func TestAProductsPageLetsChooseItsSize(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	small, half, kilo := sizes(m, t)
	for _, language := range storetest.Languages() {
		l := m.Languages.Locale(language)
		page := m.Visitor().Get("/" + language + "/products/" + half.Slug).Want(http.StatusOK)
		links := page.Find("#sizes a")
		if links.Length() != 3 || page.Find("#sizes a[aria-current]").Length() != 1 {
			t.Fatalf("%s: sizes %s", language, page.Text("#sizes"))
		}
		if got := links.Eq(0).Text(); !strings.Contains(got, l.T("ui.size_sold_out", "Size", l.Unit(250, "g"))) {
			t.Errorf("%s: the one that is sold out is %q", language, got)
		}
		if got, want := page.Find("link[rel=canonical]").AttrOr("href", ""), m.URL+"/"+language+"/products/"+half.Slug; got != want {
			t.Errorf("%s: canonical is %s, not %s", language, got, want)
		}
		// The way of somebody without a script: from size to size by their links.
		other := m.Visitor().Get(links.Eq(2).AttrOr("href", "")).Want(http.StatusOK)
		if other.Find("form[data-add] [name=product]").AttrOr("value", "") != kilo.ID.String() || !strings.Contains(other.Text(".bigprice"), l.Amount(220_00)) {
			t.Errorf("%s: the kilo's page offers %s", language, other.Text(".bigprice"))
		}
		gone := m.Visitor().Get(links.Eq(0).AttrOr("href", "")).Want(http.StatusOK)
		if gone.Has("main form[data-add] [name=product][value='"+small.ID.String()+"']") || !strings.Contains(gone.Text("main"), l.T("ui.sold_out")) {
			t.Errorf("%s: what is sold out goes into the basket", language)
		}
	}
}

// What has just been sold out is told with its size, as what is put into the basket is.
func TestASizeThatIsSoldOutIsToldWithIt(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	small, _, _ := sizes(m, t)
	for _, language := range storetest.Languages() {
		l := m.Languages.Locale(language)
		page := m.Visitor().Post("/"+language+"/basket/lines", url.Values{"product": {small.ID.String()}, "quantity": {"1"}}).Want(http.StatusOK)
		if want := plain(l.T("order.sold_out", "Name", catalog.Called(l, small.Name, small.UnitAmount, small.UnitCode))); !strings.Contains(page.Text("#toasts"), want) || !strings.Contains(want, plain(l.Unit(250, "g"))) {
			t.Errorf("%s: %q does not say %q", language, page.Text("#toasts"), want)
		}
	}
}

// What is out of season is offered as a single product is: it says when it is back.
func TestASizeOutOfSeasonSaysWhenItIsBack(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	small, half, kilo := sizes(m, t)
	begins := clock.Day(m.Now()).AddDate(0, 0, 1-clock.Day(m.Now()).Day()).AddDate(0, 2, 0).Month()
	m.DB.MustExec(`update products set season_from = $2, season_to = $2, off_season = true, stock = 3, price_centimes = 6000 where id = $1`, small.ID, int(begins))
	m.DB.MustExec(`update products set season_from = $2, season_to = $2, off_season = true where id = $1`, kilo.ID, int(begins))
	m.Index()
	for _, language := range storetest.Languages() {
		l := m.Languages.Locale(language)
		back := func(amount int, code string) string {
			return l.T("ui.size_back", "Size", l.Unit(amount, code), "Month", l.MonthName(int(begins)))
		}
		card := m.Visitor().Get("/" + language + "/products?category=honey&sort=price").Want(http.StatusOK).Find(".card").First()
		want := strings.Join([]string{back(250, "g"), l.Unit(500, "g"), back(1, "kg")}, " · ")
		if got := card.Find(".sizes").Text(); got != want || !strings.Contains(card.Find(".price").Text(), l.Amount(half.Price)) || strings.Contains(card.Text(), l.T("ui.from")) {
			t.Errorf("%s: the card says %s, not %q", language, card.Text(), want)
		}
		links := m.Visitor().Get("/" + language + "/products/" + half.Slug).Want(http.StatusOK).Find("#sizes a")
		if got := links.Eq(0).Text(); !strings.Contains(got, back(250, "g")) {
			t.Errorf("%s: the size to be chosen is %q", language, got)
		}
	}
	var told struct {
		Back  int `json:"back_in"`
		Sizes []struct {
			Back int `json:"back_in"`
		}
	}
	if err := json.Unmarshal(m.Visitor().Get("/api/v1/products/"+kilo.Slug).Want(http.StatusOK).Body, &told); err != nil {
		t.Fatal(err)
	}
	if told.Back != int(begins) || len(told.Sizes) != 3 || told.Sizes[0].Back != int(begins) || told.Sizes[1].Back != 0 {
		t.Errorf("a program is told %+v", told)
	}
}

func TestACardOfManySizesSaysHowManyMoreThereAre(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	_, half, _ := sizes(m, t)
	for i := range 3 {
		e := half.Edit()
		e.SKU, e.UnitAmount, e.Stock = fmt.Sprint("M-1-", i), 600+i, new(2)
		if _, err := m.Catalog.Create(t.Context(), m.Honey.ID, e, actor.OfCooperative(m.Honey.ID, m.Honey.Member.ID)); err != nil {
			t.Fatal(err)
		}
	}
	for _, language := range storetest.Languages() {
		l := m.Languages.Locale(language)
		page := m.Visitor().Get("/" + language + "/cooperatives/nahla").Want(http.StatusOK)
		if got := page.Text(".sizes"); !strings.HasSuffix(got, " · "+l.N("ui.sizes_more", 2)) {
			t.Errorf("%s: the card says %q", language, got)
		}
	}
}

// However many sizes the things on a page have, as many queries answer it.
func TestPagesAskNoMoreOfMoreSizes(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	small, half, kilo := sizes(m, t)
	v := m.Visitor()
	for _, id := range []uuid.UUID{half.ID, kilo.ID} {
		v.Post("/fr/basket/lines", url.Values{"product": {id.String()}}).Want(http.StatusOK)
	}
	pages := []string{"/fr", "/fr/products?category=honey", "/fr/cooperatives/nahla", "/fr/suggest?q=miel", "/fr/products/" + half.Slug, "/fr/basket", "/api/v1/products?q=miel", "/api/v1/products/" + half.Slug}
	asked := func() (least []int) {
		t.Helper()
		m.Index()
		for _, path := range pages {
			n := 1000
			for range 3 { // what is kept for a while is not asked for each time
				before := m.Asked()
				v.Get(path).Want(http.StatusOK)
				n = min(n, m.Asked()-before)
			}
			least = append(least, n)
		}
		return least
	}
	few := asked()
	for i := range 12 {
		e := half.Edit()
		e.SKU, e.UnitAmount, e.Stock = fmt.Sprint("M-1-", i), 600+i, new(2)
		p, err := m.Catalog.Create(t.Context(), m.Honey.ID, e, actor.OfCooperative(m.Honey.ID, m.Honey.Member.ID))
		if err != nil {
			t.Fatal(err)
		}
		if p.Family != small.Family {
			t.Fatal("it is no size of the honey")
		}
		v.Post("/fr/basket/lines", url.Values{"product": {p.ID.String()}}).Want(http.StatusOK)
	}
	for i, n := range asked() {
		if n > few[i] || few[i] == 0 {
			t.Errorf("%s asks %d queries with three sizes and %d with fifteen", pages[i], few[i], n)
		}
	}
}

// The front page, the list of cooperatives, their pages and search count the same: things, whatever their sizes.
func TestThingsAreCountedAlikeEverywhere(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	sizes(m, t)
	m.Index()
	l, v := m.Languages.Locale("fr"), m.Visitor()
	found, err := m.Search.Search(t.Context(), search.Query{Lang: "fr"})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := v.Get("/fr").Want(http.StatusOK).Text("main"), plain(l.N("shop.home.all", found.Total)); !strings.Contains(got, want) {
		t.Errorf("the front page does not say %q", want)
	}
	if got, want := v.Get("/fr/products").Want(http.StatusOK).Text("main"), plain(l.N("shop.results.count", found.Total)); !strings.Contains(got, want) {
		t.Errorf("the results do not say %q", want)
	}
	if got, want := v.Get("/fr/products/"+m.Honey.Product(t, "M-2").Slug).Want(http.StatusOK).Text("main"), plain(l.N("shop.coop.their_products", 2)); !strings.Contains(got, want) {
		t.Errorf("a product's page does not say %q", want)
	}
	var list struct {
		Cooperatives []struct {
			Slug     string
			Products int
		}
	}
	if err := json.Unmarshal(v.Get("/api/v1/cooperatives").Want(http.StatusOK).Body, &list); err != nil {
		t.Fatal(err)
	}
	for _, c := range list.Cooperatives {
		if c.Slug == "nahla" && c.Products != 2 {
			t.Errorf("programs are told of %d products", c.Products)
		}
	}
}

func TestASuggestionNamesTheThing(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	_, half, _ := sizes(m, t)
	m.DB.MustExec(`update products set name_fr = name_fr || ', pot de 500 g' where id = $1`, half.ID)
	m.Index()
	l := m.Languages.Locale("fr")
	page := m.Visitor().Get("/fr/suggest?q=thym").Want(http.StatusOK)
	if got := strings.Join(strings.Fields(page.Text("a .t")), " "); got != l.Text(half.Name) {
		t.Errorf("it is called %q", got)
	}
	if got, want := page.Find("a .x").Text(), l.T("shop.results.from_price", "Price", l.Money(half.Price)); got != want {
		t.Errorf("for %q, not %q", got, want)
	}
}

// Whoever gets a link to a size sees its price.
func TestASizeIsSharedWithItsOwnPrice(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	_, _, kilo := sizes(m, t)
	page := m.Visitor().Get("/fr/products/" + kilo.Slug).Want(http.StatusOK)
	meta := func(name string) string { return page.Find(`meta[property="`+name+`"]`).AttrOr("content", "") }
	if got, want := meta("og:url"), m.URL+"/fr/products/"+kilo.Slug; got != want {
		t.Errorf("shared as %s, not %s", got, want)
	}
	if got, want := meta("og:description"), m.Languages.Locale("fr").Money(kilo.Price); !strings.Contains(got, want) {
		t.Errorf("it says %q, not %q", got, want)
	}
}

func TestSizesAreToldToSearchEngines(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	small, half, _ := sizes(m, t)
	page := m.Visitor().Get("/fr/products/" + half.Slug).Want(http.StatusOK)
	var group struct {
		Type     string   `json:"@type"`
		Group    string   `json:"productGroupID"`
		VariesBy []string `json:"variesBy"`
		SKU      string   `json:"sku"`
		Offers   any      `json:"offers"`
		Variants []struct {
			Type, SKU, Size string
			Offers          struct{ URL, Price, Availability string }
		} `json:"hasVariant"`
	}
	if err := json.Unmarshal([]byte(page.Find(`script[type="application/ld+json"]`).Text()), &group); err != nil {
		t.Fatal(err)
	}
	if group.Type != "ProductGroup" || group.Group == "" || group.SKU != "" || group.Offers != nil || len(group.VariesBy) != 1 || len(group.Variants) != 3 {
		t.Fatalf("%+v", group)
	}
	first := group.Variants[0]
	if first.SKU != small.SKU || first.Size != m.Languages.Locale("fr").Unit(250, "g") || first.Offers.Price != "65.00" ||
		first.Offers.URL != m.URL+"/fr/products/"+small.Slug || first.Offers.Availability != "https://schema.org/OutOfStock" {
		t.Errorf("%+v", first)
	}
}

func TestWhatIsSaidOfTheBasketNamesTheSize(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	_, half, kilo := sizes(m, t)
	for _, language := range storetest.Languages() {
		l, visitor := m.Languages.Locale(language), m.Visitor()
		visitor.Post("/"+language+"/basket/lines", url.Values{"product": {half.ID.String()}}).Want(http.StatusOK)
		page := visitor.Post("/"+language+"/basket/lines", url.Values{"product": {kilo.ID.String()}, "quantity": {"9"}}).Want(http.StatusOK)
		if got, want := strings.Join(strings.Fields(page.Text("#toasts")), " "), strings.Join(strings.Fields(l.Unit(1, "kg")), " "); !strings.Contains(got, want) {
			t.Errorf("%s: that there are fewer is said as %q", language, got)
		}
		lines := strings.Join(strings.Fields(visitor.Get("/"+language+"/basket").Text("main")), " ")
		for _, size := range []string{l.Unit(500, "g"), l.Unit(1, "kg")} {
			if want := strings.Join(strings.Fields(l.T("catalog.sized", "Name", l.Text(half.Name), "Size", size)), " "); !strings.Contains(lines, want) {
				t.Errorf("%s: the basket does not name %q: %s", language, want, lines)
			}
		}
	}
}

// Two sizes of a thing stand in one order: wherever its lines are named, each says which it is.
func TestALineOfAnOrderNamesItsSize(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	m.ReturnDays(7)
	_, half, kilo := sizes(m, t)
	m.DB.MustExec(`update products set name_ar = name_ar || '، علبة من ٥٠٠ غ', name_fr = name_fr || ', pot de 500 g', name_en = name_en || ', jar of 500 g' where id = $1`, half.ID)
	placed, err := m.Orders.Place(t.Context(), order.PlaceInput{
		Lines: []order.Line{{ProductID: half.ID, Quantity: 1}, {ProductID: kilo.ID, Quantity: 1}},
		Buyer: order.Buyer{Name: "نادية", Phone: "0661234567", Place: "berkane", Address: "حي السلام"}, Delivery: delivery.Home,
		Payment: payment.CashOnDelivery, Locale: "ar", Source: order.Shop,
	})
	if err != nil {
		t.Fatal(err)
	}
	token, err := m.Orders.Confirming(t.Context(), placed.Order.ID)
	if err != nil {
		t.Fatal(err)
	}
	named := map[string][2]string{
		"ar": {"عسل الزعتر، علبة من ٥٠٠ غ", "عسل الزعتر، 1 كلغ"},
		"fr": {"Miel de thym, pot de 500 g", "Miel de thym, 1 kg"},
		"en": {"Thyme honey, jar of 500 g", "Thyme honey, 1 kg"},
	}
	names := func(v *storetest.Client, path, where string) {
		t.Helper()
		for _, language := range storetest.Languages() {
			page := v.Get("/" + language + path).Want(http.StatusOK)
			said := plain(page.Text(where))
			for _, name := range named[language] {
				if !strings.Contains(said, name) || strings.Contains(said, name+",") || strings.Contains(said, name+"،") {
					t.Errorf("%s%s does not name %q once: %s", language, path, name, said)
				}
			}
		}
	}
	buyer := m.Visitor()
	for _, id := range []uuid.UUID{half.ID, kilo.ID} {
		buyer.Post("/fr/basket/lines", url.Values{"product": {id.String()}}).Want(http.StatusOK)
	}
	names(buyer, "/basket", "main")
	names(buyer, "/checkout", "main details")
	names(m.Visitor(), "/confirm/"+token, "[aria-labelledby=goods]")
	names(m.Visitor(), "/orders/"+placed.Token, "[data-part-state]")
	m.Deliver(placed.Order)
	names(m.Visitor(), "/orders/"+placed.Token+"/return", "form.panel")
	sent := url.Values{"key": {uuid.NewString()}}
	for _, line := range placed.Order.Parts[0].Lines {
		sent.Set("pieces-"+line.ID.String(), "1")
	}
	m.Visitor().Post("/fr/orders/"+placed.Token+"/return", sent).Want(http.StatusOK)
	names(m.Visitor(), "/orders/"+placed.Token, "[data-return]")
	names(m.SignIn(m.Association), "/association/returns", "[data-return]")
}

// A thing of several sizes has one name, whichever of them is shown; its page's title says which that is.
func TestAThingOfSeveralSizesHasOneName(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	_, half, kilo := sizes(m, t)
	m.DB.MustExec(`update products set name_fr = name_fr || ', pot de 500 g' where id = $1`, half.ID)
	m.Index()
	for _, stock := range []int{3, 0} {
		m.DB.MustExec(`update products set stock = $2 where id = $1`, half.ID, stock)
		if got := plain(m.Visitor().Get("/fr/cooperatives/nahla").Want(http.StatusOK).Text(".card:has(.sizes) h3")); got != "Miel de thym" {
			t.Errorf("with %d of it the card is called %q", stock, got)
		}
	}
	page := m.Visitor().Get("/fr/products/" + half.Slug).Want(http.StatusOK)
	if h1, title := plain(page.Text("main h1")), plain(page.Text("title")); h1 != "Miel de thym" || !strings.Contains(title, "Miel de thym, pot de 500 g") {
		t.Errorf("its page is %q, %q", h1, title)
	}
	if title := plain(m.Visitor().Get("/fr/products/" + kilo.Slug).Text("title")); !strings.Contains(title, "Miel de thym, 1 kg") {
		t.Errorf("the kilo's page is %q", title)
	}
	var told struct{ Name string }
	if err := json.Unmarshal(m.Visitor().Get("/api/v1/products/"+half.Slug+"?lang=fr").Want(http.StatusOK).Body, &told); err != nil || told.Name != "Miel de thym" {
		t.Errorf("programs are told of %q: %v", told.Name, err)
	}
}

// What is sold out in one size is offered in another.
func TestWhatIsSoldOutIsOfferedInAnotherSize(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	small, half, kilo := sizes(m, t)
	buyer := m.Visitor()
	buyer.Post("/fr/basket/lines", url.Values{"product": {half.ID.String()}}).Want(http.StatusOK)
	m.DB.MustExec(`update products set stock = 0 where id = $1`, half.ID)
	m.Index()
	for _, language := range storetest.Languages() {
		l := m.Languages.Locale(language)
		for _, path := range []string{"/products/" + half.Slug, "/basket"} {
			links := buyer.Get("/" + language + path).Want(http.StatusOK).Find("main [data-sizes] a")
			if links.Length() != 1 || links.AttrOr("href", "") != "/"+language+"/products/"+kilo.Slug || links.Text() != l.Unit(1, "kg") {
				t.Errorf("%s%s offers %q", language, path, links.Text())
			}
		}
		// Who asks for no more than 150 DH is shown what is sold out: the card tells it from what is not.
		card := m.Visitor().Get("/" + language + "/products?category=honey&max_price=150").Want(http.StatusOK).Find(".card:has(.sizes)").First()
		want := strings.Join([]string{l.T("ui.size_sold_out", "Size", l.Unit(250, "g")), l.T("ui.size_sold_out", "Size", l.Unit(500, "g")), l.Unit(1, "kg")}, " · ")
		if got := card.Find(".sizes").Text(); got != want {
			t.Errorf("%s: the card's sizes are %q, not %q", language, got, want)
		}
	}
	if m.Visitor().Get("/fr/products/"+small.Slug).Find("main [data-sizes] a").Length() != 1 {
		t.Error("nor is the smallest's page")
	}
}

// What nobody sees is no search.
func TestASearchOfBlankLettersIsNone(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	m.Index()
	none := m.Visitor().Get("/fr/products").Want(http.StatusOK).Text("h1")
	if got := m.Visitor().Get("/fr/products?q=" + url.QueryEscape("\u3164 \u200b")).Want(http.StatusOK).Text("h1"); got != none {
		t.Errorf("it is headed %q, not %q", got, none)
	}
}

// A label is a size's own: a card says which it is for, unless all have it.
func TestALabelOfOneSizeIsSaidOfThatSize(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	small, half, kilo := sizes(m, t)
	var label struct{ Slug, Name string }
	if err := m.DB.Get(&label, `select slug, name_fr as name from labels order by position limit 1`); err != nil {
		t.Fatal(err)
	}
	certify := func(p catalog.Product) {
		m.DB.MustExec(`insert into product_labels (product_id, label, certificate, expires_on) values ($1, $2, 'C-1', current_date + 99)`, p.ID, label.Slug)
		m.Index()
	}
	l := m.Languages.Locale("fr")
	badge := func() string {
		return plain(m.Visitor().Get("/fr/cooperatives/nahla").Want(http.StatusOK).Text(".card:has(.sizes) .bdg.white"))
	}
	certify(half)
	if got, want := badge(), plain(l.T("catalog.sized", "Name", label.Name, "Size", l.Unit(500, "g"))); got != want {
		t.Errorf("the card says %q, not %q", got, want)
	}
	var told struct {
		Sizes []struct{ Labels []string }
	}
	if err := json.Unmarshal(m.Visitor().Get("/api/v1/products/"+kilo.Slug).Want(http.StatusOK).Body, &told); err != nil {
		t.Fatal(err)
	}
	if len(told.Sizes) != 3 || len(told.Sizes[1].Labels) != 1 || told.Sizes[2].Labels == nil || len(told.Sizes[2].Labels) != 0 {
		t.Errorf("programs are told %+v", told)
	}
	certify(small)
	certify(kilo)
	if got := badge(); got != label.Name {
		t.Errorf("of all sizes the card says %q", got)
	}
}
