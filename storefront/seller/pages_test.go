package seller_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/storefront/storetest"
)

func TestEveryPageSpeaksEveryLanguage(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	m.Order()
	member := m.SignIn(m.Honey.Member)
	part := partOf(t, m, m.Honey)
	file := "code;produit;prix;stock\nM-1;Miel de thym;1O;12\nM-9;Miel de romarin;90;4\nM-2;Miel de jujubier;3505;9\n"
	preview := member.Upload("/fr/seller/upload", "file", "miel.csv", []byte(file), nil).Want(http.StatusOK)
	for _, language := range languages {
		for _, path := range []string{
			"/seller", "/seller/products", "/seller/products?show=draft", "/seller/products?q=nichts", "/seller/products/new",
			"/seller/products/" + m.Honey.Products[0].ID.String(), "/seller/products/" + m.Honey.Products[0].ID.String() + "/picture",
			"/seller/upload", strings.TrimPrefix(preview.Path, "/fr"),
			"/seller/orders", "/seller/orders?show=ready", "/seller/orders?show=handed_over", "/seller/orders?show=past",
			"/seller/orders/" + part.ID.String(), "/seller/money",
		} {
			page := member.Get("/" + language + path).Want(http.StatusOK)
			if got, _ := page.Find("html").Attr("lang"); got != language {
				t.Errorf("%s is in %q", page.Path, got)
			}
			if page.Find("main h1").Length() != 1 {
				t.Errorf("%s has %d headings", page.Path, page.Find("main h1").Length())
			}
			if found := storetest.Unsaid(page.Find("body").Text()); found != "" {
				t.Errorf("%s says %q", page.Path, found)
			}
			page.Doc.Find("[style], [onclick], main script").Each(func(_ int, s *goquery.Selection) {
				html, _ := goquery.OuterHtml(s)
				t.Errorf("%s has something that its policy forbids: %s", page.Path, html)
			})
			unlabelled(t, page)
		}
	}
}

// unlabelled fails the test for each field that says nothing to somebody who does not see it, and for
// each id that is not the only one.
func unlabelled(t *testing.T, page *storetest.Page) {
	t.Helper()
	ids := map[string]int{}
	page.Doc.Find("[id]").Each(func(_ int, s *goquery.Selection) { ids[s.AttrOr("id", "")]++ })
	for id, n := range ids {
		if n > 1 {
			t.Errorf("%s has %d times the id %q", page.Path, n, id)
		}
	}
	page.Doc.Find("main input:not([type=hidden]), main select, main textarea").Each(func(_ int, s *goquery.Selection) {
		if s.Closest("label").Length() == 0 && page.Doc.Find(`label[for="`+s.AttrOr("id", "")+`"]`).Length() == 0 {
			t.Errorf("%s: nothing says what %s is", page.Path, s.AttrOr("name", ""))
		}
	})
}

func TestAnotherCooperativesThingsAreNotFound(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	m.Order()
	owner, other := m.SignIn(m.Honey.Member), m.SignIn(m.Oil.Member)
	product := "/ar/seller/products/" + m.Honey.Products[0].ID.String()
	part := "/ar/seller/orders/" + partOf(t, m, m.Honey).ID.String()
	upload := owner.Upload("/ar/seller/upload", "file", "x.csv", []byte("المنتوج;الثمن\nعسل;90\n"), nil).Want(http.StatusOK).Path

	for _, path := range []string{product, product + "/picture", part, upload, upload + "/errors.csv"} {
		owner.Get(path).Want(http.StatusOK)
		other.Get(path).Want(http.StatusNotFound)
	}
	quick := url.Values{"price": {"1"}, "stock": {"0"}}
	for path, form := range map[string]url.Values{
		product:             {"name_ar": {"عسل"}, "category": {"honey"}, "price": {"1"}, "unit_amount": {"1"}, "unit_code": {"kg"}},
		product + "/quick":  quick,
		product + "/state":  {"state": {"draft"}},
		part + "/accept":    {},
		part + "/decline":   {"reason": {"sold_out"}},
		upload + "/repair":  {"line": {"2"}, "column": {"price"}, "value": {"1"}},
		upload + "/apply":   {},
		upload + "/discard": {},
	} {
		other.Post(path, form).Want(http.StatusNotFound)
	}
	other.Upload(product+"/picture", "picture", "x.jpg", photograph(t), nil).Want(http.StatusNotFound)

	for _, path := range []string{
		"/ar/seller/products/nothing", "/ar/seller/orders/nothing", "/ar/seller/upload/nothing",
		"/ar/seller/products/00000000-0000-0000-0000-000000000000", "/ar/seller/money.pdf", "/ar/seller/products/export.pdf",
	} {
		owner.Get(path).Want(http.StatusNotFound)
	}
	owner.Post(part+"/eat", nil).Want(http.StatusNotFound)
}

func TestPagesSayWhatWasTakenOffAnOrderAndHomeDoesNot(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	thyme, jujube := m.Honey.Product(t, "M-1"), m.Honey.Product(t, "M-2")
	placed, err := m.Orders.Place(t.Context(), order.PlaceInput{
		Lines:    []order.Line{{ProductID: thyme.ID, Quantity: 1}, {ProductID: jujube.ID, Quantity: 1}},
		Buyer:    order.Buyer{Name: "نادية", Phone: "0661234567", Place: "berkane"},
		Delivery: delivery.Pickup, Payment: payment.CashOnDelivery, Locale: "ar", Source: order.Shop,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range placed.Order.Parts[0].Lines {
		if l.ProductID == jujube.ID {
			off := order.Adjustment{Line: l.ID, Quantity: 1, Amount: l.Total, Reason: order.ReasonMissing, Key: uuid.New()}
			if err := m.Orders.Adjust(t.Context(), placed.Order.ID, off, m.ByCooperative(m.Honey.ID)); err != nil {
				t.Fatal(err)
			}
		}
	}
	page := m.SignIn(m.Honey.Member).Get("/fr/seller").Want(http.StatusOK)
	if page.Find("li.take").Length() != 1 || page.Text("li.take b") != "Miel de thym" {
		t.Errorf("to prepare: %s", page.Text("li.take"))
	}

	confirming, err := m.Orders.Confirming(t.Context(), placed.Order.ID)
	if err != nil {
		t.Fatal(err)
	}
	member, visitor, association := m.SignIn(m.Honey.Member), m.Visitor(), m.SignIn(m.Association)
	for path, reader := range map[string]*storetest.Client{
		"/seller/orders": member, "/seller/orders/" + placed.Order.Parts[0].ID.String(): member,
		"/orders/" + placed.Token: visitor, "/confirm/" + confirming: visitor,
		"/association/orders/" + placed.Order.ID.String(): association,
	} {
		for language, said := range map[string]string{"ar": "أُزيل من الطلب: 1", "fr": "Retiré : 1", "en": "Taken off: 1"} {
			words := strings.ReplaceAll(reader.Get("/"+language+path).Want(http.StatusOK).Text("main"), "\u00a0", " ")
			if !strings.Contains(words, said) || strings.Contains(words, "× 0") || strings.Contains(words, "0 ×") {
				t.Errorf("/%s%s does not say «%s», or says that there are none of it: %s", language, path, said, words)
			}
		}
	}
}

func TestHomeSaysWhatToPrepareAndWhatIsMissing(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	if page := member.Get("/fr/seller").Want(http.StatusOK); page.Has("li.take") {
		t.Error("there is something to prepare without an order")
	}
	m.Order()
	m.Order()
	page := member.Get("/fr/seller").Want(http.StatusOK)
	if got := page.Text("li.take .q"); got != "4× 500 g" {
		t.Errorf("to prepare: %s", got)
	}
	if got := page.Text("li.take b"); got != "Miel de thym" {
		t.Errorf("to prepare: %s", got)
	}
	if got := page.Text(".tabs a[href='/fr/seller/orders'] .n"); got != "2" {
		t.Errorf("the menu counts %s orders", got)
	}
	if strings.Contains(string(page.Body), "Huile") {
		t.Error("the home shows what another cooperative sells")
	}
	// A draft of honey without its authorisation is worse than a missing photograph.
	if got := page.Text("#missing + .note h3"); got != "L’autorisation de « Miel d’oranger »" {
		t.Errorf("missing: %q", got)
	}
	// Then comes a label whose certificate ends.
	m.DB.MustExec(`update products set authorisation = 'ONSSA 1', authorisation_expires_on = null`)
	m.DB.MustExec(`delete from product_labels`)
	m.DB.MustExec(`insert into product_labels (product_id, label, certificate, expires_on) values ($1, 'igp', 'IGP-1', $2)`,
		m.Honey.Products[0].ID, clock.Day(m.Now()).AddDate(0, 0, 20))
	page = member.Get("/fr/seller").Want(http.StatusOK)
	if got := page.Text("#missing + .note .small"); !strings.Contains(got, "IGP se termine dans 20 jours.") || !page.Has("#missing + .note a[href$='/label']") {
		t.Errorf("of a label that ends it says %q", got)
	}
}

func TestHomeBeginsWithTheOldestOfManyOrders(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	const orders, oldest = 53, 50
	if _, err := m.DB.Exec(`update products set stock = 1000`); err != nil {
		t.Fatal(err)
	}
	for range orders {
		m.Order()
	}
	if _, err := m.DB.Exec(`
		update sub_orders set state = 'accepted'
		where id in (select id from sub_orders where cooperative_id = $1 order by placed_at, id limit $2)`, m.Honey.ID, oldest); err != nil {
		t.Fatal(err)
	}
	for language, told := range map[string]struct{ oldest, all string }{
		"ar": {"من 50 طلبًا هي الأكثر استعجالًا:", "53 طلبًا."},
		"fr": {"Des 50 commandes les plus urgentes :", "53 commandes."},
		"en": {"Of the 50 most urgent orders:", "53 orders."},
	} {
		page := member.Get("/" + language + "/seller").Want(http.StatusOK)
		if got := page.Text("main [data-oldest]"); got != told.oldest {
			t.Errorf("of how many the products are: %q", got)
		}
		if got := page.Text("main .lead"); !strings.HasPrefix(got, told.all) {
			t.Errorf("how many there are: %q", got)
		}
		if got := page.Text("li.take .q"); !strings.HasPrefix(got, "100×") {
			t.Errorf("to prepare: %q", got)
		}
		if got := page.Text("main .note.wait b"); !strings.HasPrefix(got, "3 ") {
			t.Errorf("new ones: %q", got)
		}
		if page.Find("main .note.wait p").First().Find("b.nb").Length() != 1 {
			t.Error("it is not told until when the new ones wait")
		}
	}
}

func TestHomeTellsWhereTheCooperativeStands(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	why := "السجل التجاري ناقص"
	if err := m.Cooperatives.SetState(context.Background(), m.Oil.ID, cooperative.Suspended, why, actor.OfAssociation(m.Association.ID)); err != nil {
		t.Fatal(err)
	}
	page := m.SignIn(m.Oil.Member).Get("/ar/seller").Want(http.StatusOK)
	if got := page.Text(".note.bad"); !strings.Contains(got, why) {
		t.Errorf("the reason is not told: %s", got)
	}
}

func TestNewCooperativeIsWelcomedWhileItWaits(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member, err := m.Accounts.Create(context.Background(), account.NewUser{
		Name: "حليمة", Email: "member@amal.test", Password: storetest.Password, Role: account.President, CooperativeID: &m.Pending.ID,
	})
	if err != nil {
		t.Fatal(err)
	}
	browser := m.SignIn(member)
	page := browser.Get("/en/seller").Want(http.StatusOK)
	if !page.Has(".note.wait") || !page.Has("main a[href='/en/seller/products/new']") || !page.Has("main a[href='/en/seller/upload']") {
		t.Errorf("the first page says %s", page.Text("main"))
	}
	for _, path := range []string{"/products", "/orders", "/money", "/upload"} {
		browser.Get("/en/seller" + path).Want(http.StatusOK)
	}
}

// partOf is a cooperative's part of the only order.
func partOf(t *testing.T, m *storetest.Market, s storetest.Seller) order.CooperativePart {
	t.Helper()
	list, err := m.Orders.PartsOf(context.Background(), s.ID, nil, nil, 10)
	if err != nil {
		t.Fatal(err)
	}
	if len(list.Parts) == 0 {
		t.Fatalf("%s has no order", s.Slug)
	}
	return list.Parts[0]
}
