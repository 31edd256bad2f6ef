package association_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/storetest"
)

// ofNadia is what tells of the buyer of the tests' orders.
var ofNadia = []string{"نادية", "العلوي", "0661234567", "661234567", "06 61 23 45 67", "حي السلام", "بعد العصر"}

// erasing are the values of the form on a page that erases.
func erasing(p *storetest.Page, more ...string) url.Values {
	form := url.Values{"reason": {"asked"}, "sure": {"yes"}}
	form.Set("seen", p.Doc.Find("form input[name=seen]").AttrOr("value", ""))
	p.Doc.Find("input[name=scope][checked]").Each(func(_ int, input *goquery.Selection) { form.Set("scope", input.AttrOr("value", "")) })
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

func TestABuyerIsErasedEverywhere(t *testing.T) {
	t.Parallel()
	m := open(t)
	honey, oil := m.Honey.Product(t, "M-1"), m.Oil.Product(t, "Z-1")
	for _, code := range languages {
		l := m.in(code)
		first := m.order("2026-11-10", code, line(honey, 1), line(oil, 1))
		m.Deliver(first)
		second := m.order("2026-11-12", code, line(oil, 1))
		m.must(m.Orders.Move(context.Background(), order.MoveCancel, second.ID, m.ByAssociation("نادية سافرت")))
		open := m.order("2026-11-20", code, line(oil, 1))

		page := m.boss.Get(pathOf(code, first.ID)).Want(http.StatusOK)
		page = m.boss.Get(page.Find("a[data-erase]").AttrOr("href", "")).Want(http.StatusOK)
		for _, text := range []string{"نادية العلوي", "06 61 23 45 67", "حي السلام", "بعد العصر"} {
			m.tells(page, "[data-goes]", text)
		}
		for _, o := range []order.Order{first, second, open} {
			m.tells(page, "[data-orders]", o.Number)
		}
		m.says(page, "[data-under-way]", l.T("association.erase.under_way"))
		m.speaks(page)

		no := m.boss.Post(pathOf(code, first.ID)+"/erase", url.Values{"scope": {"all"}}).Want(http.StatusUnprocessableEntity)
		m.tells(no, "#f-reason-error", l.T("association.erase.reason_missing"))
		m.tells(no, "#f-sure-error", l.T("association.erase.sure_missing"))
		if !no.Has("input[name=scope][value=all][checked]") {
			t.Error("what was chosen is forgotten")
		}
		m.speaks(no)

		done := m.boss.Post(pathOf(code, first.ID)+"/erase", erasing(page, "scope", "all")).Want(http.StatusOK)
		m.says(done, ".toast", l.N("association.erase.done", 2))
		m.tells(done, "[data-erased]", "2026")
		m.speaks(done)
		record := m.boss.Get("/" + code + "/association/security?kind=buyer_erased").Want(http.StatusOK)
		m.tells(record, "tr[data-kind=buyer_erased]", l.T("security.erased.asked")+" · \u2066")
		m.tells(record, "tr[data-kind=buyer_erased]", first.Number)
		m.boss.Get(pathOf(code, first.ID) + "/erase").Want(http.StatusOK) // leads to the order

		// The one that is under way would still tell of her.
		m.must(m.Orders.Move(context.Background(), order.MoveCancel, open.ID, m.ByAssociation()))
		page = m.boss.Get(pathOf(code, open.ID) + "/erase").Want(http.StatusOK)
		m.boss.Post(pathOf(code, open.ID)+"/erase", erasing(page)).Want(http.StatusOK)
		m.tellNothingOf(code, first, second, open)
	}
}

func TestTheRecordOfAnErasedBuyerCutsNoNumber(t *testing.T) {
	t.Parallel()
	m := open(t)
	var all []order.Order
	for day := 1; day <= 20; day++ {
		o := m.order(fmt.Sprintf("2026-11-%02d", day), "fr", line(m.Oil.Product(t, "Z-1"), 1))
		m.must(m.Orders.Move(context.Background(), order.MoveCancel, o.ID, m.ByAssociation("x")))
		all = append(all, o)
	}
	page := m.boss.Get(pathOf("fr", all[0].ID) + "/erase").Want(http.StatusOK)
	m.boss.Post(pathOf("fr", all[0].ID)+"/erase", erasing(page, "scope", "all")).Want(http.StatusOK)
	told := m.boss.Get("/fr/association/security?kind=buyer_erased").Want(http.StatusOK).Text("tr[data-kind=buyer_erased]")
	numbers := regexp.MustCompile(`S-\d*-?\d*`).FindAllString(told, -1)
	if len(numbers) != 12 || !strings.Contains(told, "+8") || slices.ContainsFunc(numbers, func(n string) bool { return len(n) != len(all[0].Number) }) {
		t.Errorf("the record tells %q", told)
	}
}

// tellNothingOf opens whatever could tell who ordered.
func (m *market) tellNothingOf(code string, orders ...order.Order) {
	m.Helper()
	nobody := func(p *storetest.Page) {
		m.Helper()
		p.Want(http.StatusOK)
		for _, text := range ofNadia {
			if strings.Contains(string(p.Body), text) {
				m.Errorf("%s tells %q", p.Path, text)
			}
		}
	}
	area := "/" + code + "/association"
	for _, path := range []string{
		"", "/orders", "/orders?state=delivered", "/orders?state=cancelled", "/orders/held", "/settlement", "/security", "/settings",
		"/sales.csv", "/settlement.csv", "/security.csv", "/orders.csv", "/cooperatives.csv", "/people.csv", "/settlement/" + m.Honey.Slug,
	} {
		nobody(m.boss.Get(area + path))
	}
	if m.boss.Post(area+"/orders", url.Values{"q": {"0661234567"}}).Want(http.StatusOK).Has("tr[data-order]") {
		m.Error("by the telephone number something is found")
	}
	seller := m.SignIn(m.Honey.Member)
	nobody(seller.Get("/" + code + "/seller/orders?show=past"))
	for _, o := range orders {
		nobody(m.boss.Get(pathOf(code, o.ID)))
		for _, part := range o.Parts {
			if part.Cooperative.ID == m.Honey.ID {
				page := seller.Get("/" + code + "/seller/orders/" + part.ID.String())
				nobody(page)
				m.tells(page, "main", m.in(code).T("seller.order.erased"))
			}
		}
		for _, token := range []string{m.Orders.Token(o.ID, o.Link), m.Orders.ReadingToken(o.ID, o.Link)} {
			page := m.Visitor().Get("/" + code + "/orders/" + token).Want(http.StatusGone)
			m.says(page, "h1", m.in(code).T("web.error.410"))
			m.tells(page, "main", m.in(code).T("order.erased"))
			if api := m.Visitor().Get("/api/v1/orders/" + token).Want(http.StatusGone); !strings.Contains(string(api.Body), `"gone"`) {
				m.Errorf("a program is told %s", api.Body)
			}
		}
	}
}

func TestABuyerIsNotErasedFromAnOldPage(t *testing.T) {
	t.Parallel()
	m := open(t)
	oil := m.Oil.Product(t, "Z-1")
	ended, o := m.order("2026-11-12", "fr", line(oil, 1)), m.order("2026-11-20", "fr", line(oil, 1))
	m.must(m.Orders.Move(context.Background(), order.MoveCancel, ended.ID, m.ByAssociation()))
	path := pathOf("fr", o.ID)
	old := m.boss.Get(path + "/erase").Want(http.StatusOK)
	m.must(m.Orders.Move(context.Background(), order.MoveCancel, o.ID, m.ByAssociation())) // meanwhile it is over too
	page := m.boss.Post(path+"/erase", erasing(old, "scope", "one", "reason", "stranger")).Want(http.StatusConflict)
	m.says(page, "[data-notice]", m.in("fr").T("order.changed_since"))
	if !page.Has("input[value=stranger][checked]") || page.Has("input[name=sure][checked]") {
		t.Error("what was chosen is forgotten, or what stands there now is confirmed before it was seen")
	}
	m.boss.Post(path+"/erase", erasing(page)).Want(http.StatusOK)
	m.must(m.goneFrom(o.ID))
}

func TestAnOrderUnderWayIsToldAsSuch(t *testing.T) {
	t.Parallel()
	m := open(t)
	o := m.order("2026-11-20", "fr", line(m.Oil.Product(t, "Z-1"), 1))
	page := m.boss.Get(pathOf("fr", o.ID) + "/erase").Want(http.StatusOK)
	if page.Has("form[action$=erase]") {
		t.Error("an order under way is offered to be erased")
	}
	m.says(page, "[data-under-way]", m.in("fr").T("association.erase.under_way"))
	forced := m.boss.Post(pathOf("fr", o.ID)+"/erase", erasing(page)).Want(http.StatusConflict)
	if !forced.Has("[data-notice]") {
		t.Error("nothing is said")
	}
	m.boss.Get(pathOf("fr", uuid.New()) + "/erase").Want(http.StatusNotFound)
	m.boss.Post(pathOf("fr", uuid.New())+"/erase", erasing(page)).Want(http.StatusNotFound)
}

// goneFrom is an error if the order's buyer is known.
func (m *market) goneFrom(id uuid.UUID) error {
	o, err := m.Orders.ForAssociation(context.Background(), id)
	if err == nil && (o.ErasedAt == nil || o.Buyer.Name != "") {
		m.Error("the buyer is still known")
	}
	return err
}
