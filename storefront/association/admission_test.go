package association_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/storefront/storetest"
)

func admission() url.Values {
	return url.Values{
		"name_ar": {"تعاونية النور"}, "name_fr": {"Coopérative Nour"}, "sector": {"pastry"}, "commune": {"aklim"},
		"women": {"6"}, "men": {"1"}, "young": {"2"}, "court": {"المحكمة الابتدائية ببركان"}, "ice": {"999000001000075"},
		"rib": {"011 780 0000123456789012 96"}, "phone": {"06 12 34 56 79"}, "email": {"nour@souk.test"},
	}
}

func TestACooperativeIsAddedAndWaits(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.boss.Get("/ar/association/cooperatives/new").Want(http.StatusOK).Find("select[name=commune] option[value=aklim]")
	page := m.boss.Post("/ar/association/cooperatives/new", admission()).Want(http.StatusOK)
	if page.Path != "/ar/association/cooperatives/cooperative-nour" {
		t.Errorf("after adding: %s", page.Path)
	}
	m.says(page, ".toast", m.in("ar").T("association.new.done", "Name", "تعاونية النور"))
	m.says(page, "[data-fact=rib]", "011 780 0000123456789012 96")
	m.tells(page, "[data-history] li", m.Association.Name)
	c, err := m.Cooperatives.BySlug(context.Background(), "cooperative-nour")
	m.must(err)
	if c.State != cooperative.Pending || c.Members() != 7 || c.Phone != "+212612345679" {
		t.Errorf("%+v", c)
	}
}

func TestARefusedCooperativeKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	m := open(t)
	for _, code := range languages {
		l := m.in(code)
		typed := admission()
		for field, value := range map[string]string{
			"name_ar": "", "women": "deux", "ice": "123", "rib": "42", "phone": "12", "email": "nour", "commune": "atlantis",
		} {
			typed.Set(field, value)
		}
		page := m.boss.Post("/"+code+"/association/cooperatives/new", typed).Want(http.StatusUnprocessableEntity)
		m.says(page, "#f-name_ar-error", l.T("cooperative.missing"))
		m.says(page, "#f-ice-error", l.T("cooperative.ice_invalid"))
		for _, field := range []string{"women", "rib", "phone", "email"} {
			if page.Find("#f-"+field+"-error").Length() != 1 || page.Find("input[name="+field+"]").AttrOr("value", "") != typed.Get(field) {
				t.Errorf("%s: %s is not told or forgotten", code, field)
			}
		}
		m.speaks(page)
	}
	typed := admission()
	typed.Set("commune", "atlantis")
	page := m.boss.Post("/fr/association/cooperatives/new", typed).Want(http.StatusUnprocessableEntity)
	m.says(page, "#f-commune-error", m.in("fr").T("cooperative.commune_unknown"))
	typed = admission()
	typed.Set("sector", "submarines")
	page = m.boss.Post("/fr/association/cooperatives/new", typed).Want(http.StatusUnprocessableEntity)
	m.says(page, "#f-sector-error", m.in("fr").T("cooperative.sector_unknown"))
}

func TestAnotherSectorIsARow(t *testing.T) {
	t.Parallel()
	m := open(t)
	const filter = "select[name=sector] option[value=snails]"
	_, err := m.DB.Exec(`insert into sectors (slug, name_ar, name_fr, name_en) values ('snails', 'الحلزون', 'Escargots', 'Snails')`)
	m.must(err)
	m.says(m.boss.Get("/en/association/cooperatives/new").Want(http.StatusOK), "#f-sector option[value=snails]", "Snails")
	m.says(m.boss.Get("/ar"+correction).Want(http.StatusOK), "#f-sector option[value=snails]", "الحلزون")
	if m.boss.Get("/en/association").Want(http.StatusOK).Has(filter) {
		t.Error("the figures can be narrowed to what no cooperative makes")
	}
	typed := admission()
	typed.Set("sector", "snails")
	m.tells(m.boss.Post("/fr/association/cooperatives/new", typed).Want(http.StatusOK), "main", "Escargots")
	m.tells(m.boss.Get("/fr/association/cooperatives").Want(http.StatusOK), "tbody", "Escargots")
	m.says(m.boss.Get("/en/association").Want(http.StatusOK), filter, "Snails")
}

func TestACooperativeIsNotAddedTwice(t *testing.T) {
	t.Parallel()
	m := open(t)
	for _, code := range languages {
		typed := admission()
		if code == languages[0] {
			m.boss.Post("/"+code+"/association/cooperatives/new", typed).Want(http.StatusOK)
		}
		typed.Set("name_fr", "Coopérative Nour d’Aklim")
		page := m.boss.Post("/"+code+"/association/cooperatives/new", typed).Want(http.StatusUnprocessableEntity)
		m.says(page, "#f-ice-error", m.in(code).T("cooperative.ice_taken"))
		m.speaks(page)
	}
}

func TestAMemberGetsAnAccount(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.WorkJobs()
	l := m.in("fr")
	m.tells(m.boss.Get("/fr/association/cooperatives/amal").Want(http.StatusOK), "body", l.T("association.accounts.none"))
	add := func(form url.Values) *storetest.Page {
		form.Set("role", "president")
		return m.boss.Post("/fr/association/cooperatives/amal/members", form)
	}
	page := add(url.Values{"name": {"Khadija"}, "email": {"Khadija@souk.test"}}).Want(http.StatusOK)
	m.says(page, ".toast", l.T("association.member.mailed", "Name", "Khadija"))
	m.Eventually("a link to choose a password", func() bool {
		kept, err := m.Mailbox(context.Background(), 10)
		m.must(err)
		return len(kept) == 1 && strings.EqualFold(kept[0].Recipient, "khadija@souk.test") && strings.Contains(kept[0].Body, "/fr/reset/")
	})

	// Who has no e-mail address gets a link from hand to hand, and nobody a password.
	typed := url.Values{"name": {"Aicha"}, "phone": {"0612345680"}, "form": {uuid.NewString()}}
	page = add(typed).Want(http.StatusOK)
	link := page.Find("[data-link] input").AttrOr("value", "")
	if link == "" {
		t.Fatal("no link is shown")
	}
	again := add(typed).Want(http.StatusOK) // the very form
	m.tells(again, "[data-link]", l.T("association.member.linked", "Name", "Aicha"))
	if !again.Has("[data-link] form") {
		t.Error("no other link can be made")
	}
	visitor := m.Visitor()
	visitor.Post(strings.TrimPrefix(link, m.URL), url.Values{"password": {"zit zitoun dial Zegzel"}}).Want(http.StatusOK)
	in := visitor.Stay().Post("/fr/signin", url.Values{"login": {"0612345680"}, "password": {"zit zitoun dial Zegzel"}}).Want(http.StatusSeeOther)
	if to := in.Header.Get("Location"); to != "/fr/seller" {
		t.Errorf("Aicha is led to %s", to)
	}

	page = m.boss.Get("/fr/association/cooperatives/amal").Want(http.StatusOK)
	m.says(page, "[data-accounts] li:nth-child(1)", "Khadija "+l.T("role.president")+l.T("association.person.state_invited")+"khadija@souk.test")
	m.says(page, "[data-accounts] li:nth-child(2)", "Aicha "+l.T("role.president")+"06 12 34 56 80")

	page = add(url.Values{"name": {"Aicha"}, "email": {"khadija@souk.test"}}).Want(http.StatusUnprocessableEntity)
	m.says(page, "#f-email-error", l.T("account.email_taken"))
	if page.Find("#members input[name=name]").AttrOr("value", "") != "Aicha" {
		t.Error("the name is forgotten")
	}
	add(url.Values{"name": {""}}).Want(http.StatusUnprocessableEntity).Find("#f-name-error")
}
