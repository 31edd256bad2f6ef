package storefront_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/storefront/storetest"
)

// answeredOtherwise are the routes whose forms answer otherwise when they come a second time, and why that is right. None
// of them does anything twice.
var answeredOtherwise = map[string]string{
	"/association/orders/:id/erase":        "nothing is left to erase, and the order's page says so",
	"/association/cooperatives/:slug/edit": "says that nothing has changed",
	"/association/settings":                "says that nothing has changed",
	"/association/people/:id/link":         "a link is shown once, and another would end it",
	"/association/settlement/:slug/pay":    "says that this transfer was recorded before, and when",
	"/association/orders/held/free":        "says that nothing was left to give up",
}

// writtenAgain are the routes whose forms write once more what is written, and in which table.
var writtenAgain = map[string]string{"/seller/products/:id": "products", "/seller/products/:id/state": "products"}

// TestEveryFormMayBeSentTwice sends each form that changes something once, and then the same once more, as an impatient
// thumb does: the second changes nothing and is answered as the first was.
func TestEveryFormMayBeSentTwice(t *testing.T) {
	t.Parallel()
	m := storetest.NewBank(t)
	r := recordsOf(t, m, m.Honey)
	m.Order() // for the cooperative to accept; of the oil alone one waits unconfirmed, for those who free what is held
	if _, err := m.Orders.Place(t.Context(), order.PlaceInput{
		Lines: []order.Line{{ProductID: m.Oil.Products[0].ID, Quantity: 1}}, Delivery: delivery.Pickup,
		Buyer: order.Buyer{Name: "نادية", Phone: "0661234567", Place: "berkane"}, Payment: payment.CashOnDelivery, Locale: "ar", Source: order.Shop,
	}); err != nil {
		t.Fatal(err)
	}
	m.DeliverTo(m.Order().Order, order.CashHolder{Cooperative: m.Oil.ID})
	members := map[string]*storetest.Client{"seller": m.SignIn(m.Honey.Member), "association": m.SignIn(m.Association)}
	previewed := func() string {
		return members["seller"].Upload("/fr/seller/upload", "file", "catalogue.csv",
			[]byte("name_fr,category,unit,price,stock\nMiel d\xe9licat,honey,500 g,95,12\nMiel dor\xe9,honey,500 g,cher,12\n"), nil).Path
	}
	otherwise := make(map[string]bool)
	for _, c := range changesOf(m.Honey, r, previewed(), previewed()) {
		area, _, _ := strings.Cut(strings.TrimPrefix(c.route, "/"), "/")
		client := members[area]
		page := client.Get(c.page).Want(http.StatusOK)
		action, form := page.Form(c.form)
		maps.Copy(form, c.typed)
		if c.shown == "chosen" {
			record := m.Honey.Products[0].ID.String() + " "
			form.Set(c.shown, page.Find("[name=chosen][value^='"+record+"']").AttrOr("value", ""))
		}
		first := client.Post(action, form).Want(http.StatusOK)
		if first.Has("[data-split]") { // what it does is shown before it is done
			_, form = first.Form(c.form)
			first = client.Post(action, form).Want(http.StatusOK)
		}
		after := contents(t, m)
		second := client.Post(action, form)
		now := contents(t, m)
		if table := writtenAgain[c.route]; table != "" {
			after[table] = now[table]
		}
		if !maps.Equal(now, after) {
			t.Errorf("%s, sent twice, changes %s once more", action, different(after, now))
		}
		same := second.Status == first.Status && second.Path == first.Path && said(second) == said(first)
		if !same && answeredOtherwise[c.route] == "" {
			t.Errorf("%s (%s), sent twice, is answered %d %s %q and not %d %s %q", c.route, c.form, second.Status, second.Path, said(second), first.Status, first.Path, said(first))
		}
		if !same {
			otherwise[c.route] = true
		}
	}
	for _, route := range slices.Sorted(maps.Keys(answeredOtherwise)) {
		if !otherwise[route] {
			t.Errorf("%s is answered twice alike: it need not be listed", route)
		}
	}
}

// Only the latest form of a person is the same once more, and for some seconds: afterwards it is another wish, and whoever
// comes too late with it is told so.
func TestWhatIsSentAgainLaterIsAnotherWish(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	boss := m.SignIn(m.Association)
	confirm := func(s storetest.Seller) (action string, form url.Values) {
		t.Helper()
		id := labelOf(t, m, s)
		return boss.Get("/fr/association/labels").Want(http.StatusOK).Form("form[action$='/" + id + "/confirm']")
	}
	action, form := confirm(m.Honey)
	otherAction, otherForm := confirm(m.Oil)
	boss.Post(action, form).Want(http.StatusOK)
	boss.Post(action, form).Want(http.StatusOK) // pressed twice
	boss.Post(otherAction, otherForm).Want(http.StatusOK)
	boss.Post(action, form).Want(http.StatusConflict) // since then she did something else
	boss.Post(otherAction, otherForm).Want(http.StatusConflict)

	action, form = confirm(m.Couscous)
	boss.Post(action, form).Want(http.StatusOK)
	m.Pass(11 * time.Second)
	boss.Post(action, form).Want(http.StatusConflict)
}

// said is what a page's toast says.
func said(p *storetest.Page) string { return strings.TrimSpace(p.Doc.Find("#toasts .toast").Text()) }
