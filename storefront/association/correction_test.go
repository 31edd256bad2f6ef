package association_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/storefront/storetest"
)

const correction = "/association/cooperatives/nahla/edit"

// filled is a form as its page shows it.
func filled(p *storetest.Page) url.Values {
	values := url.Values{}
	fields := p.Find("main form").First().Find("input, select, textarea")
	for i := range fields.Length() {
		field := fields.Eq(i)
		value := field.AttrOr("value", "")
		if kind := field.AttrOr("type", ""); (kind == "radio" || kind == "checkbox") && !field.Is("[checked]") {
			continue
		}
		switch field.Nodes[0].Data {
		case "select":
			value = field.Find("option[selected]").AttrOr("value", "")
		case "textarea":
			value = strings.ReplaceAll(field.Text(), "\n", "\r\n") // as browsers send it
		}
		values.Set(field.AttrOr("name", ""), value)
	}
	return values
}

func (m *market) kept(slug string) cooperative.Cooperative {
	m.Helper()
	c, err := m.Cooperatives.BySlug(context.Background(), slug)
	m.must(err)
	return c
}

func TestAFormThatIsSentBackAsItCameChangesNothing(t *testing.T) {
	t.Parallel()
	m := open(t)
	c := m.kept("nahla")
	c.Story.FR = "Une histoire.\n\nEn deux paragraphes."
	_, err := m.Cooperatives.Correct(context.Background(), c, nil, actor.OfAssociation(m.Association.ID))
	m.must(err)
	before := m.kept("nahla")
	for _, code := range languages {
		l := m.in(code)
		page := m.boss.Get("/" + code + correction).Want(http.StatusOK)
		m.speaks(page)
		page = m.boss.Post("/"+code+correction, filled(page)).Want(http.StatusOK)
		m.says(page, ".toast", l.T("association.correct.nothing", "Name", l.Text(before.Name)))
		if after := m.kept("nahla"); !after.UpdatedAt.Equal(before.UpdatedAt) {
			t.Errorf("%s: %+v", code, after)
		}
	}
}

func TestTheIdentityOfACooperativeIsCorrected(t *testing.T) {
	t.Parallel()
	m := open(t)
	accounts := []string{"111111111111111111111189", "222222222222222222222281", "333333333333333333333373"}
	for i, code := range languages {
		l := m.in(code)
		typed := filled(m.boss.Get("/" + code + correction).Want(http.StatusOK))
		name := "Coopérative Nahla " + strings.Repeat("I", i+1)
		for field, value := range map[string]string{
			"name_fr": name, "men": "1", "commune": "aklim", "tax_id": "456" + code, "founded_on": "2019-03-0" + l.Number(i+1),
			"rib": accounts[i%len(accounts)], "story_fr": "Une histoire " + code,
		} {
			typed.Set(field, value)
		}
		page := m.boss.Post("/"+code+correction, typed).Want(http.StatusOK)
		if page.Path != "/"+code+"/association/cooperatives/nahla" {
			t.Errorf("after correcting: %s", page.Path)
		}
		c := m.kept("nahla")
		m.says(page, ".toast", l.T("association.correct.done", "Name", l.Text(c.Name)))
		if c.Name.FR != name || c.Men != 1 || c.WomenOnly || c.Commune != "aklim" || c.TaxID != "456"+code || c.FoundedOn == nil || c.Sector != "honey" {
			t.Errorf("%+v", c)
		}
		before := "1296"
		if i > 0 {
			before = accounts[(i-1)%len(accounts)][20:]
		}
		m.says(page, "[data-history] li:nth-child(1) b", l.T("association.event.rib_changed"))
		m.tells(page, "[data-history] li:nth-child(1)", l.T("association.event.rib_ends", "Before", before, "After", accounts[i%len(accounts)][20:]))
		m.tells(page, "[data-history] li:nth-child(1)", m.Association.Name)
		m.says(page, "[data-history] li:nth-child(2) b", l.T("association.event.correction"))
		m.tells(page, "[data-history] li:nth-child(2)", l.T("association.identity.name_fr"))
		m.tells(page, "[data-history] li:nth-child(2)", l.T("association.identity.story_fr"))
		m.tells(page, "[data-history] li:nth-child(2)", m.Association.Name)
		if history := page.Text("[data-history]"); strings.Contains(history, "11111") || strings.Contains(history, "000001") {
			t.Errorf("%s: the history tells a whole account: %s", code, history)
		}
		m.speaks(page)
		m.tells(m.Visitor().Get("/fr/cooperatives/nahla").Want(http.StatusOK), "h1", name)
	}
}

func TestARefusedCorrectionKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	m := open(t)
	before := m.kept("nahla")
	for _, code := range languages {
		l := m.in(code)
		typed := filled(m.boss.Get("/" + code + correction).Want(http.StatusOK))
		wrong := map[string]string{
			"name_ar": "", "women": "huit", "ice": "123", "rib": "42", "phone": "12", "email": "nahla", "founded_on": "2030-01-01",
		}
		for field, value := range wrong {
			typed.Set(field, value)
		}
		typed.Set("story_ar", "قصة جديدة")
		page := m.boss.Post("/"+code+correction, typed).Want(http.StatusUnprocessableEntity)
		m.says(page, "#f-rib-error", l.T("cooperative.rib_invalid"))
		m.says(page, "#f-founded_on-error", l.T("cooperative.founded_invalid", "Year", "1900"))
		m.says(page, "textarea[name=story_ar]", "قصة جديدة")
		again := filled(page)
		for field, value := range wrong {
			if page.Find("#f-"+field+"-error").Length() != 1 {
				t.Errorf("%s: %s is not told", code, field)
			}
			if again.Get(field) != value {
				t.Errorf("%s: %s became %q", code, field, again.Get(field))
			}
		}
		typed.Set("founded_on", "yesterday")
		page = m.boss.Post("/"+code+correction, typed).Want(http.StatusUnprocessableEntity)
		m.says(page, "#f-founded_on-error", l.T("cooperative.founded_invalid", "Year", "1900"))
		m.speaks(page)
	}
	if after := m.kept("nahla"); !after.UpdatedAt.Equal(before.UpdatedAt) || after.Name != before.Name {
		t.Errorf("%+v", after)
	}
	m.boss.Get("/fr/association/cooperatives/atlantis/edit").Want(http.StatusNotFound)
	m.boss.Post("/fr/association/cooperatives/atlantis/edit", nil).Want(http.StatusNotFound)
}

func TestWhoCorrectsTheSameLaterSeesWhatSomebodyElseSaved(t *testing.T) {
	t.Parallel()
	m := open(t)
	karim, err := m.Accounts.Create(context.Background(), account.NewUser{
		Name: "Karim", Email: "karim@souk.test", Password: storetest.Password, Role: account.Director,
	})
	m.must(err)
	colleague := m.SignIn(karim)
	_, err = m.DB.Exec(`update cooperatives set president = 'Fatima'`)
	m.must(err)
	for i, code := range languages {
		l := m.in(code)
		mine := filled(m.boss.Get("/" + code + correction).Want(http.StatusOK))
		theirs := filled(colleague.Get("/" + code + correction).Want(http.StatusOK))
		theirs.Set("commune", []string{"aklim", "ahfir", "madagh"}[i%3])
		theirs.Set("tax_id", "99"+code)
		theirs.Set("president", "")
		colleague.Post("/"+code+correction, theirs).Want(http.StatusOK)

		mine.Set("president", "Aicha "+code)
		mine.Set("court", "Berkane")
		mine.Set("commune", "berkane")
		page := m.boss.Post("/"+code+correction, mine).Want(http.StatusConflict)
		m.tells(page, ".note.bad", "Karim")
		now := m.kept("nahla")
		m.says(page, "#f-commune-error", l.T("association.correct.now", "Value", l.Text(now.CommuneName)))
		m.says(page, "#f-president-error", l.T("association.correct.now_empty"))
		if page.Has("#f-name_fr-error") || page.Has("#f-tax_id-error") {
			t.Errorf("%s: what not both have touched is said to differ", code)
		}
		m.speaks(page)
		if now.TaxID != "99"+code {
			t.Errorf("%s: the colleague's correction is lost: %+v", code, now)
		}

		// With both side by side, mine is chosen and saved.
		again := filled(page)
		if again.Get("president") != "Aicha "+code || again.Get("tax_id") != "99"+code {
			t.Errorf("%s: what was typed, or what is true now, is lost: %v", code, again)
		}
		again.Set("commune", now.Commune)
		m.boss.Post("/"+code+correction, again).Want(http.StatusOK)
		if c := m.kept("nahla"); c.President != "Aicha "+code || c.TaxID != "99"+code || c.Court != "Berkane" {
			t.Errorf("%s: %+v", code, c)
		}
	}
	typed := filled(m.boss.Get("/fr" + correction).Want(http.StatusOK))
	typed.Set("shown", "first")
	typed.Set("president", "Zahra")
	m.boss.Post("/fr"+correction, typed).Want(http.StatusConflict)
}

func TestALongHistoryIsTurned(t *testing.T) {
	t.Parallel()
	m := open(t)
	const corrections, page = 21, 20
	for i := range corrections {
		c, err := m.Cooperatives.ByID(t.Context(), m.Honey.ID)
		m.must(err)
		c.Young = 1 + i%2
		_, err = m.Cooperatives.Correct(t.Context(), c, nil, actor.OfAssociation(m.Association.ID))
		m.must(err)
	}
	decided := 2 // it was entered and approved
	first := m.boss.Get("/ar/association/cooperatives/nahla").Want(http.StatusOK)
	seen := first.Find("form[action$=suspend] input[name=seen]").AttrOr("value", "")
	if n := first.Find("[data-history] > li").Length(); n != page {
		t.Errorf("the page has %d entries", n)
	}
	m.speaks(first)
	next, _ := first.Find("#history ~ .pager a[rel=next]").Attr("href")
	second := m.boss.Get(next).Want(http.StatusOK)
	if n := second.Find("[data-history] > li").Length(); n != corrections+decided-page {
		t.Errorf("the next has %d entries", n)
	}
	if second.Has("#history ~ .pager a[rel=next]") || !second.Has("#history ~ .pager a[rel=first]") {
		t.Error("from the last page the way leads on, or not back")
	}
	if now := second.Find("form[action$=suspend] input[name=seen]").AttrOr("value", ""); seen == "" || now != seen {
		t.Errorf("one page shows the decision %q, the other %q", seen, now)
	}
}
