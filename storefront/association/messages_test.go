package association_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/storetest"
)

func TestTheAssociationTellsBuyersByWhatsApp(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	people := m.SignIn(m.Association)
	if page := people.Get("/fr/association/orders/messages").Want(http.StatusOK); !page.Has(".empty") {
		t.Error("nothing says that nothing waits")
	}
	o := m.Order().Order
	m.Dispatch(o)
	for _, language := range []string{"ar", "fr", "en"} {
		if page := people.Get("/" + language + "/association/orders/messages").Want(http.StatusOK); !page.Has("[data-message]") || page.Text("[data-message] b") == "" {
			t.Errorf("%s: the message is not there", language)
		}
	}
	if tell := people.Get("/fr/association/orders").Text("[data-tell]"); !strings.Contains(tell, "1") {
		t.Errorf("the orders say %q", tell)
	}
	page := people.Get("/fr/association/orders/messages")
	chat := page.Find("[data-message] a[data-sends]")
	if link := chat.AttrOr("href", ""); !strings.HasPrefix(link, "https://wa.me/212661") || !strings.Contains(link, o.Number) || !strings.Contains(link, "%2Forders%2F") {
		t.Errorf("it is sent by %s", link)
	}
	if form := page.Find("form#" + chat.AttrOr("data-sends", "none")); form.Length() != 1 {
		t.Error("sending it marks nothing")
	}
	sent := people.Submit(page, "form[action$='/sent']", nil).Want(http.StatusOK)
	if sent.Has("[data-message]") || !sent.Has("[data-sent]") {
		t.Error("what was sent waits, or cannot be taken back")
	}
	if again := people.Submit(page, "form[action$='/sent']", nil).Want(http.StatusOK); again.Text(".toast") != sent.Text(".toast") {
		t.Errorf("pressed twice it is answered %q", again.Text(".toast"))
	}
	back := people.Submit(sent, "form[action$='/unsent']", nil).Want(http.StatusOK)
	if !back.Has("[data-message]") || back.Has("[data-sent]") {
		t.Error("what was not sent after all does not wait")
	}
	if err := m.Orders.Move(t.Context(), order.MoveDeliver, o.ID, m.ByAssociation()); err != nil {
		t.Fatal(err)
	}
	if late := people.Submit(back, "form[action$='/sent']", nil).Want(http.StatusOK); !late.Has("[data-message]") || late.Text(".toast") == sent.Text(".toast") {
		t.Error("what was overtaken is noted as sent")
	}
	for _, role := range []account.Role{account.Treasurer, account.Marketing} {
		reader := m.SignIn(m.Hire(role, m.Honey))
		reader.Get("/fr/association/orders/messages").Want(http.StatusForbidden)
	}
}

func TestACooperativeAndAPersonAreMadeOnceByTheirForm(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	people := m.SignIn(m.Association)
	count := func(table string) (n int) {
		t.Helper()
		if err := m.DB.Get(&n, `select count(*) from `+table); err != nil {
			t.Fatal(err)
		}
		return n
	}
	page := people.Get("/fr/association/cooperatives/new").Want(http.StatusOK)
	action, form := page.Form("main form")
	for name, value := range map[string]string{"name_ar": "تعاونية مرتين", "name_fr": "Deux fois", "sector": "crafts", "commune": "berkane", "women": "5", "men": "0", "young": "0"} {
		form.Set(name, value)
	}
	before := count("cooperatives")
	first := people.Post(action, form).Want(http.StatusOK)
	second := people.Post(action, form).Want(http.StatusOK)
	if second.Path != first.Path || second.Text(".toast") != first.Text(".toast") || count("cooperatives") != before+1 {
		t.Errorf("%s and %s: %d cooperatives", first.Path, second.Path, count("cooperatives")-before)
	}
	form.Set("name_fr", "Encore une")
	if other := people.Post(action, form).Want(http.StatusOK); other.Path == first.Path {
		t.Error("another one, out of a page that was kept, is not made")
	}

	for _, reached := range []map[string]string{{"email": "zahra@souk.test"}, {"phone": "0612345689"}} {
		page = people.Get("/fr/association/people").Want(http.StatusOK)
		action, form = page.Form("form[action*='/association/people#']")
		form.Set("name", "Zahra")
		form.Set("role", string(account.Support))
		for name, value := range reached {
			form.Set(name, value)
		}
		users, letters := count("users"), count(`river_job where kind = 'mail_send'`)
		first = people.Post(action, form).Want(http.StatusOK)
		written := count(`river_job where kind = 'mail_send'`)
		second = people.Post(action, form).Want(http.StatusOK)
		if second.Path != first.Path || second.Text("h1") != first.Text("h1") || count("users") != users+1 {
			t.Errorf("%v: %s and %s, %d people", reached, first.Path, second.Path, count("users")-users)
		}
		if now := count(`river_job where kind = 'mail_send'`); now != written {
			t.Errorf("%v: %d letters the first time, %d more the second", reached, written-letters, now-written)
		}
	}
}
