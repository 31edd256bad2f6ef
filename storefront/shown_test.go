package storefront_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/storefront/storetest"
	"github.com/souk-taawon/souk/storefront/web"
)

// additive are the routes of people who have signed in whose forms say nothing about what they were shown
// with, each with the reason why it need not.
var additive = map[string]string{
	"/association/orders/:id/dispute":                 "names a dispute as the bank does; the same again changes nothing",
	"/seller/products/new":                            "a new product; its form makes it once",
	"/seller/products/:id/label/withdraw":             "says itself in which state; once withdrawn, it is",
	"/seller/products/:id/label":                      "a new proposal; the same again is proposed once",
	"/seller/products/:id/picture":                    "another photograph; the one before is kept",
	"/seller/products/:id/sizes":                      "names what it makes a size of what; the same again changes nothing",
	"/seller/page/picture":                            "another photograph; the one before is kept",
	"/seller/upload":                                  "a new file, of which nothing is applied yet",
	"/association/cooperatives/new":                   "a new cooperative; its form makes it once",
	"/association/cooperatives/:slug/members":         "a new account; its form makes it once",
	"/association/people":                             "a new account; its form makes it once",
	"/association/people/find":                        "only looks, for words that belong in no address",
	"/association/people/:id/signout":                 "ends what sessions there are; it is the same when done twice",
	"/association/settlement/cash/carriers":           "adds a name; the same again changes nothing",
	"/association/settlement/cash/carriers/:id/end":   "ends a carrier; it is the same when done twice",
	"/association/settlement/cash/carriers/:id/again": "takes a carrier up again; it is the same when done twice",
	"/association/settlement/:slug/payouts/:id/undo":  "names a record that never changes and is undone once at most",
	"/association/settlement/:slug/payouts/:id/again": "names a payout that was refused; asked for again twice it is refused",
	"/association/refunds/:id/means":                  "names the means that it was shown with; changing it twice is the same",
	"/association/payments/:id/again":                 "has a notice worked again; it is the same when done twice",
	"/association/payments/differences/:id/settle":    "names a record that never changes and is settled once at most",
	"/association/transfers/statements":               "a new file, of which nothing is booked yet",
	"/association/transfers/statements/:id/columns":   "is said once: who comes second is told so",
	"/association/transfers/statements/:id/discard":   "asks first, with how many lines of money that came are thrown away, and throws away so many or asks again",
	"/association/transfers/receipts/:id/undo":        "names a record that never changes and is undone once at most",
	"/association/orders":                             "only looks, for words that belong in no address",
	"/association/orders/messages/:id/sent":           "names a message that never changes; the same again changes nothing",
	"/association/orders/messages/:id/unsent":         "names a message that never changes; the same again changes nothing",
	"/association/security":                           "only looks, for words that belong in no address",
	"/account/password":                               "asks for the password that it replaces",
	"/account/sessions/end":                           "ends what sessions there are; it is the same when done twice",
	"/account/sessions/:id/end":                       "ends one session; it is the same when done twice",
	"/seller/returns/:id/:line":                       "answers a question that is asked once, of goods whose number never changes",
}

// change is a form that changes something which somebody else may have changed since it was shown.
type change struct {
	route string     // its pattern
	page  string     // where the form stands
	form  string     // selector
	typed url.Values // into it
	shown string     // the field by which it says what it was shown with
}

// changesOf are the forms of a market; who sends those of a cooperative is one of its members.
func changesOf(s storetest.Seller, r records, upload, discarded string) []change {
	at := func(route string) string { return r.path(web.Route{Path: route}) }
	product := "/seller/products/" + s.Products[0].ID.String()
	return []change{
		{"/association/orders/:id/:move", at("/association/orders/:id"), "form[action$='/confirm']", nil, "seen"},
		{"/association/orders/:id/:move", at("/association/orders/:id"), "form[action$='/renew']", nil, "seen"},
		{"/seller/orders/:id/:move", at("/seller/orders/:id"), "form[action$='/accept']", nil, "seen"},
		{"/seller/orders/:move", "/fr/seller", "form[action$='/accept']", nil, "seen"},
		{"/seller/orders/:id/:move", at("/seller/orders/:id"), "form[action*='/shorten']", url.Values{"have": {"1"}, "reason": {"missing"}}, "left"},
		{"/seller/orders/:id/:move", at("/seller/orders/:id"), "form[action*='/decline']", url.Values{"reason": {"sold_out"}}, "seen"},
		{"/association/orders/:id/:move", at("/association/orders/:id"), "form[action$='/cancel']", url.Values{"note": {"asked for"}}, "seen"},
		{"/association/orders/:id/erase", at("/association/orders/:id/erase"), "main form[action$='/erase']", url.Values{"scope": {"one"}, "reason": {"asked"}, "sure": {"yes"}}, "seen"},
		{"/association/orders/:id/giveback", "/fr/association/orders/" + r.delivered.String() + "/giveback", "main form", url.Values{"what": {"amount"}, "amount": {"1"}, "borne_by": {"association"}, "reason": {"goodwill"}}, "seen"},
		{"/association/returns/:id/:move", at("/association/returns/:id"), "form[action$='/arrange']", url.Values{"arrangement": {"au siège"}}, "seen"},
		{"/association/returns/:id/receive", at("/association/returns/:id"), "form[action$='/receive']", nil, "seen"},
		{"/association/refunds/:id/given", "/fr/association/refunds", "form[action$='/given']", nil, "seen"},
		{"/association/transfers/:id/receive", "/fr/association/transfers/" + r.transferred["order"], "form[action$='/receive']", url.Values{"amount": {"1"}, "bank_reference": {"VIR 2"}}, "seen"},
		{"/association/transfers/lines/:id/same", at("/association/transfers/statements/:id") + "?show=asked", "form[action$='/same']", nil, "seen"},
		{"/association/transfers/lines/:id/assign", at("/association/transfers/statements/:id") + "?show=asked", "form[action$='/assign']", url.Values{"reference": {r.transferred["order"]}}, "seen"},
		{"/association/transfers/lines/:id/aside", at("/association/transfers/statements/:id") + "?show=foreign", "form[action$='/aside']", nil, "seen"},
		{"/association/transfers/statements/:id/book", at("/association/transfers/statements/:id"), "form[action$='/book']", nil, "seen"},
		{"/association/cooperatives/:slug/approve", at("/association/cooperatives/:slug"), "form[action$='/approve']", nil, "seen"},
		{"/association/cooperatives/:slug/suspend", at("/association/cooperatives/:slug"), "form[action$='/suspend']", url.Values{"note": {"a complaint"}}, "seen"},
		{"/association/cooperatives/:slug/edit", at("/association/cooperatives/:slug/edit"), "main form", url.Values{"president": {"Aicha"}}, "shown"},
		{"/association/labels/:id/:decision", "/fr/association/labels", "form[action$='/confirm']", nil, "seen"},
		{"/association/settings", "/fr/association/settings", "main form", url.Values{"reservation_hours": {"50"}}, "shown"},
		{"/association/people/:id/role", at("/association/people/:id"), "form[action*='/role']", url.Values{"role": {"support"}, "sure": {"yes"}}, "seen"},
		{"/seller/people/:id/role", at("/seller/people/:id"), "form[action*='/role']", url.Values{"role": {"manager"}, "sure": {"yes"}}, "seen"},
		{"/association/people/:id/end", at("/association/people/:id"), "form[action*='/end']", url.Values{"reason": {"left"}}, "seen"},
		{"/association/people/:id/reopen", at("/association/people/:id"), "form[action*='/reopen']", url.Values{"reason": {"is back"}}, "seen"},
		{"/association/people/:id/link", at("/association/people/:id"), "form[action*='/link']", nil, "seen"},
		{"/association/settlement/:slug/pay", at("/association/settlement/:slug"), "form[action$='/pay']", url.Values{"amount": {"1"}, "reference": {"VIR-7"}}, "shown"},
		{"/association/disputes/:id/decide", "/fr/association/orders/" + r.disputed.String() + "/dispute", "[data-decide=lost]", nil, "seen"},
		{"/association/disputes/:id/bear", "/fr/association/orders/" + r.disputed.String() + "/dispute", "form[action$='/bear']", url.Values{"borne_by": {"association"}}, "seen"},
		{"/association/settlement/cash/count", "/fr/association/settlement/cash", "form[action$='/count']", url.Values{"counted": {"1"}}, "shown"},
		{"/association/settlement/cash/bank", "/fr/association/settlement/cash", "form[action$='/bank']", url.Values{"counted": {"1"}, "reference": {"DEP-1"}}, "shown"},
		{"/association/settlement/pay", "/fr/association/settlement", "form[action$='/pay']", url.Values{"reference": {"VIR-8"}}, "shown"},
		{"/association/orders/held/free", "/fr/association/orders/held", "form[action$='/free']", nil, "until"},
		{"/seller/page", "/fr/seller/page", "main form[action$='/seller/page']", url.Values{"story_fr": {"Autrement"}}, "shown"},
		{"/seller/products/:id", "/fr" + product, "main form[action$='" + product + "']", url.Values{"price": {"91"}}, "page"},
		{"/seller/products/:id/quick", "/fr/seller/products", "form[action$='" + product + "/quick']", url.Values{"price": {"92"}, "stock": {"3"}}, "page"},
		{"/seller/products/:id/state", "/fr/seller/products", "form[action$='" + product + "/state']", url.Values{"state": {"draft"}}, "page"},
		{"/seller/upload/:id/repair", upload, "form[action$='/repair']", url.Values{"value": {"95"}}, "seen"},
		{"/seller/upload/:id/reread", upload, "form[action$='/reread']", url.Values{"encoding": {"windows-1256"}}, "seen"},
		{"/seller/upload/:id/apply", upload, "form[action$='/apply']", nil, "seen"},
		{"/seller/upload/:id/discard", discarded, "form[action$='/discard']", nil, "seen"},
		{"/seller/products/several", "/fr/seller/products", "form[action$='/several']", url.Values{"do": {"soldout"}, "sure": {"yes"}}, "chosen"},
	}
}

func TestWhatIsSentFromAPageThatDoesNotSayWhatItShowedChangesNothing(t *testing.T) {
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
	changes := changesOf(m.Honey, r, previewed(), previewed())
	for _, c := range changes {
		area, _, _ := strings.Cut(strings.TrimPrefix(c.route, "/"), "/")
		client, refusal := members[area], http.StatusConflict
		page := client.Get(c.page).Want(http.StatusOK)
		action, form := page.Form(c.form)
		maps.Copy(form, c.typed)
		record := "" // that the field names as well
		if c.shown == "chosen" {
			record, refusal = m.Honey.Products[0].ID.String()+" ", http.StatusUnprocessableEntity // with the reason of each
			form.Set(c.shown, page.Find("[name=chosen][value^='"+record+"']").AttrOr("value", ""))
		}
		shown := form.Get(c.shown)
		if shown == "" {
			t.Fatalf("%s says nothing by %q: %v", action, c.shown, form)
		}
		before := contents(t, m)
		for _, old := range []string{"", "0", "-1", "yesterday", "2147483648", "9223372036854775807", "-9223372036854775808", "99999999999999999999"} {
			if old == shown {
				continue
			}
			form.Set(c.shown, record+old)
			answer := client.Post(action, form)
			if answer.Status != refusal {
				t.Errorf("%s with %s=%q answers %d", action, c.shown, old, answer.Status)
			}
			if answer.Has("[name=sure][checked]") {
				t.Errorf("%s: what stands there now is confirmed before it was seen", action)
			}
			if now := contents(t, m); !maps.Equal(now, before) {
				t.Errorf("%s with %s=%q changes %s", action, c.shown, old, different(before, now))
			}
		}
		form.Set(c.shown, shown)
		answer := client.Post(action, form).Want(http.StatusOK)
		if answer.Has("[data-split]") { // what it does is shown before it is done
			_, form = answer.Form(c.form)
			client.Post(action, form).Want(http.StatusOK)
		}
		if maps.Equal(contents(t, m), before) {
			t.Errorf("%s changes nothing from the page that stands either", action)
		}
	}
	for _, route := range m.Server.Routes() {
		if route.Method != http.MethodPost || route.Policy == web.Public || route.Policy == web.Demo {
			continue
		}
		tried := slices.ContainsFunc(changes, func(c change) bool { return c.route == route.Path })
		if needless := additive[route.Path] != ""; tried == needless {
			t.Errorf("%s is among the forms that say what they were shown with (changesOf, tried: %t) or among those that need not (additive, with the reason: %t), and in one of them only",
				route.Path, tried, needless)
		}
	}
}

// contents is a digest of each table, but for what every request may touch.
func contents(t *testing.T, m *storetest.Market) map[string]string {
	t.Helper()
	var query string
	err := m.DB.Get(&query, `
		select string_agg(format(
		    'select %L as name, md5(coalesce(string_agg(t::text, chr(10) order by t::text), chr(32))) as digest from %I t', tablename, tablename), ' union all ')
		from pg_tables where schemaname = 'public' and tablename <> 'sessions' and tablename not like 'river%'`)
	var rows []struct{ Name, Digest string }
	if err == nil {
		err = m.DB.Select(&rows, query)
	}
	if err != nil {
		t.Fatal(err)
	}
	tables := map[string]string{}
	for _, row := range rows {
		tables[row.Name] = row.Digest
	}
	return tables
}

// different names the tables that are not as they were.
func different(before, now map[string]string) []string {
	var names []string
	for name, digest := range before {
		if now[name] != digest {
			names = append(names, name)
		}
	}
	return names
}
