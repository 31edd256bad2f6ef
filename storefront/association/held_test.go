package association_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/storefront/storetest"
)

// What is still counted when all the others are freed has its word, and a list that is cut says so.
func TestWhatIsConfirmedByMailOnlyIsToldApart(t *testing.T) {
	t.Parallel()
	m := open(t)
	o := m.order("2026-11-20", "fr", line(m.Oil.Product(t, "Z-2"), 1))
	token, err := m.Orders.Confirming(t.Context(), o.ID)
	m.must(err)
	m.must(m.Orders.ConfirmByBuyer(t.Context(), token))
	for _, code := range languages {
		page := m.boss.Get("/" + code + "/association/orders/held").Want(http.StatusOK)
		m.says(page, "[data-mailed]", m.in(code).N("association.held.by_mail", 1))
		if page.Has("[data-first]") {
			t.Error("one of one is no choice")
		}
	}
	_, err = m.DB.Exec(`update settings set decided = decided || '{"product_share": "100", "order_pieces": "1000"}'`)
	m.must(err)
	for n := range 20 {
		o := m.order("2026-11-20", "fr", line(m.Oil.Product(t, "Z-2"), 1))
		_, err := m.DB.Exec(`update holds set phone = $2 where order_id = $1`, o.ID, fmt.Sprintf("+2126990000%02d", n))
		m.must(err)
	}
	for _, code := range languages {
		page := m.boss.Get("/" + code + "/association/orders/held").Want(http.StatusOK)
		m.says(page, "[data-first]", m.in(code).T("association.held.first", "Shown", "20", "All", "21"))
		m.speaks(page)
	}
}

func TestTheAssociationSeesTheAlarmAndFreesTheGoods(t *testing.T) {
	t.Parallel()
	m := open(t)
	if _, err := m.DB.Exec(`update settings set decided = decided || '{"alarm_share": "1", "order_pieces": "5", "product_share": "100"}'`); err != nil {
		t.Fatal(err)
	}
	fruit := m.Oil.Product(t, "Z-2")
	for _, code := range languages {
		l := m.in(code)
		first := m.order("2026-11-20", code, line(fruit, 5))
		m.order("2026-11-20", code, line(fruit, 5))
		for _, path := range []string{"", "/orders"} {
			page := m.boss.Get("/" + code + "/association" + path).Want(http.StatusOK)
			m.tells(page, "#alarm", l.N("association.held.sentence", 2, "Pieces", "10", "Phones", "1", "Addresses", "0", "Since", l.DateTime(first.PlacedAt)))
			m.speaks(page)
		}
		page := m.boss.Get("/" + code + "/association/orders/held").Want(http.StatusOK)
		m.tells(page, "[data-holders=phones]", "06 61 23 45 67")
		m.speaks(page)
		page = m.boss.Get(page.Find("[data-holders=phones] a").AttrOr("href", "")).Want(http.StatusOK)
		m.says(page, "a[data-dialog=free]", l.N("association.held.free", 2))
		form := url.Values{}
		page.Find("dialog#free input[type=hidden]").Each(func(_ int, input *goquery.Selection) {
			form.Set(input.AttrOr("name", ""), input.AttrOr("value", ""))
		})
		if err := m.Orders.Move(t.Context(), order.MoveConfirm, first.ID, m.ByAssociation()); err != nil { // meanwhile, by a colleague on the telephone
			t.Fatal(err)
		}
		done := m.boss.Post("/"+code+"/association/orders/held/free", form).Want(http.StatusOK)
		m.says(done, ".toast", l.N("association.held.freed", 1))
		m.says(m.boss.Post("/"+code+"/association/orders/held/free", form).Want(http.StatusOK), ".toast", l.N("association.held.freed", 0))
		m.tells(m.boss.Get("/"+code+"/association/security?kind=orders_freed").Want(http.StatusOK), "tr[data-kind=orders_freed]", l.N("security.freed", 1))
		if done.Has("#alarm") || m.boss.Get("/"+code+"/association").Has("#alarm") {
			t.Error("the alarm is not over")
		}
		if err := m.Orders.Move(t.Context(), order.MoveCancel, first.ID, m.ByAssociation("test")); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOrdersAreConfirmedOneCallAfterTheOther(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.order("2026-11-20", "fr", line(m.Oil.Product(t, "Z-2"), 1))
	m.order("2026-11-21", "ar", line(m.Oil.Product(t, "Z-2"), 1))
	page := m.boss.Get("/fr/association/orders?state=placed").Want(http.StatusOK)
	row := page.Find("tr[data-order]").First()
	for _, selector := range []string{"a[href='tel:+212661234567']", "a[href^='https://wa.me/212661234567?text=Bonjour']", "form[action$=confirm]"} {
		if row.Find(selector).Length() == 0 {
			t.Errorf("the order that is given up first has no %s", selector)
		}
	}
	form := url.Values{}
	row.Find("form input").Each(func(_ int, input *goquery.Selection) { form.Set(input.AttrOr("name", ""), input.AttrOr("value", "")) })
	page = m.boss.Post(row.Find("form").AttrOr("action", ""), form).Want(http.StatusOK)
	if n := page.Find("tr[data-order]").Length(); n != 1 || page.Path != "/fr/association/orders?state=placed" {
		t.Errorf("%d orders are left to confirm, at %s", n, page.Path)
	}
}

func TestWhatWaitsToBePaidIsCountedApart(t *testing.T) {
	t.Parallel()
	m := storetest.NewBank(t)
	m.Order()
	m.OrderBy(payment.BankTransfer)
	boss := m.SignIn(m.Association)
	for _, code := range languages {
		l := m.Languages.Locale(code)
		links := boss.Get("/" + code + "/association").Want(http.StatusOK).Find("[data-waiting] a")
		for i, want := range []struct {
			key   string
			state order.State
		}{{"to_confirm", order.StatePlaced}, {"to_pay", order.StateAwaiting}} {
			link := links.Eq(i)
			if text := l.T("association.dashboard." + want.key); link.Text() != text {
				t.Errorf("%q, not %q", link.Text(), text)
			}
			if list := boss.Get(link.AttrOr("href", "")).Want(http.StatusOK); list.Find("tbody [data-state]").Length() != 1 || list.Text("tbody [data-state]") != l.T(want.state.Key()) {
				t.Errorf("%s leads to %q", want.key, list.Text("tbody"))
			}
		}
		held := boss.Get("/" + code + "/association/orders/held").Want(http.StatusOK)
		if text := held.Text("[data-paying]"); !strings.HasPrefix(text, l.N("association.held.paying", 1)) {
			t.Errorf("what waits to be paid: %q", text)
		}
		if text := held.Text("a[data-dialog=free]"); text != l.N("association.held.free", 1) {
			t.Errorf("to be freed: %q", text)
		}
	}
}
