package association_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/account"
)

func TestTheAssociationAddsItsOwnPeople(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.WorkJobs()
	for i, code := range languages {
		l := m.in(code)
		people := "/" + code + "/association/people"
		page := m.boss.Post(people, url.Values{"name": {""}, "email": {"hanan"}}).Want(http.StatusUnprocessableEntity)
		m.says(page, "#f-name-error", l.T("account.name_missing"))
		m.says(page, "#f-email-error", l.T("account.email_invalid"))
		m.speaks(page)
		email := "hanan" + l.Number(i) + "@souk.test"
		page = m.boss.Post(people, url.Values{"name": {"Hanan"}, "email": {email}, "role": {"treasurer"}}).Want(http.StatusOK)
		m.says(page, ".toast", l.T("association.member.mailed", "Name", "Hanan"))
		m.tells(page, "[data-accounts]", email)
		m.tells(page, "[data-accounts]", l.T("association.person.state_invited"))
		m.tells(page, "[data-accounts]", l.T("role.treasurer"))
		m.speaks(page)
		m.Eventually("the invitation is mailed", func() bool {
			kept, err := m.Mailbox(context.Background(), 1)
			m.must(err)
			return len(kept) == 1 && kept[0].Recipient == email && strings.Contains(kept[0].Body, "/"+code+"/reset/")
		})
	}
}

func TestTheAssociationsPeopleAreSeenAndFoundHoweverManyThereAre(t *testing.T) {
	t.Parallel()
	m := open(t)
	_, err := m.DB.Exec(`
		insert into users (id, name, email, password_hash, role, created_at)
		select gen_random_uuid(), 'Hanan ' || i, 'hanan-' || i || '@souk.test', '', 'support', now() + i * interval '1 hour' from generate_series(1, 70) i`)
	m.must(err)
	for _, code := range languages {
		l := m.in(code)
		first := m.boss.Get("/" + code + "/association/people").Want(http.StatusOK)
		seen := first.Find("[data-accounts] li").Length()
		m.speaks(first)
		page := first
		for page.Has("a[rel=next]") {
			page = m.boss.Get(page.Find("a[rel=next]").AttrOr("href", "")).Want(http.StatusOK)
			seen += page.Find("[data-accounts] li").Length()
		}
		var all int
		m.must(m.DB.Get(&all, `select count(*) from users where cooperative_id is null`))
		if seen != all {
			t.Errorf("%s: %d of %d people are seen", code, seen, all)
		}
		for page.Has("a[rel=prev]") {
			page = m.boss.Get(page.Find("a[rel=prev]").AttrOr("href", "")).Want(http.StatusOK)
		}
		if page.Text("[data-accounts]") != first.Text("[data-accounts]") {
			t.Errorf("%s: back is not where it began", code)
		}
		found := m.boss.Submit(first, "form[role=search]", url.Values{"q": {"hanan 17"}}).Want(http.StatusOK)
		if n := found.Find("[data-accounts] li").Length(); n != 1 {
			t.Errorf("%s: %d are found", code, n)
		}
		m.tells(found, "[data-accounts]", "hanan-17@souk.test")
		nobody := m.boss.Submit(first, "form[role=search]", url.Values{"q": {"nobody"}}).Want(http.StatusOK)
		m.says(nobody, "#main .empty h2", l.T("association.people.none"))
		m.speaks(nobody)
	}
	m.boss.Get("/fr/association/people?after=" + m.Honey.ID.String()).Want(http.StatusNotFound)
}

func TestALinkIsHandedOverOnceAndEndsTheEarlierOnes(t *testing.T) {
	t.Parallel()
	m := open(t)
	u, _, err := m.Accounts.Invite(context.Background(), account.NewUser{
		Name: "Aicha", Phone: "0612345680", Role: account.President, CooperativeID: &m.Honey.ID, Locale: "fr",
	}, m.Association.Actor(), noSource, nil, m.in("fr"))
	m.must(err)
	person := "/association/people/" + u.ID.String()
	var earlier string
	for _, code := range languages {
		l := m.in(code)
		page := m.boss.Get("/" + code + person).Want(http.StatusOK)
		if page.Has("[data-link] input:not([type=hidden])") {
			t.Error("the link is shown without asking")
		}
		before := page
		page = m.boss.Submit(before, "[data-link] form", nil).Want(http.StatusOK)
		link := page.Find("[data-link] input[readonly]").AttrOr("value", "")
		if !strings.HasPrefix(link, m.URL+"/fr/reset/") { // her language, whoever hands it over
			t.Fatalf("the link is %q", link)
		}
		m.tells(page, "[data-link]", l.T("association.person.link_once"))
		for _, way := range []string{"https://wa.me/212612345680?text=", "sms:+212612345680?body="} {
			href := page.Find("[data-link] a[href^='"+way+"']").AttrOr("href", "")
			if text, err := url.QueryUnescape(href); err != nil || !strings.Contains(text, link) {
				t.Errorf("%s: %v", href, err)
			}
		}
		if page.Header.Get("Cache-Control") != "no-store" {
			t.Error("the page may be kept")
		}
		m.speaks(page)
		again := m.boss.Submit(before, "[data-link] form", nil).Want(http.StatusConflict) // a colleague's, or a second press
		m.says(again, "[data-notice]", l.T("account.wrong_state"))
		if earlier != "" {
			m.Visitor().Get(strings.TrimPrefix(earlier, m.URL)).Want(http.StatusGone)
		}
		m.Visitor().Get(strings.TrimPrefix(link, m.URL)).Want(http.StatusOK).Find("input[type=password]")
		m.says(m.boss.Get("/"+code+person), "[data-events] li:first-child b", l.T("security.kind.link_handed_over"))
		earlier = link
	}
}

func TestAnAccountIsEndedWithAReasonAndReopened(t *testing.T) {
	t.Parallel()
	m := open(t)
	person := "/association/people/" + m.Honey.Member.ID.String()
	for _, code := range languages {
		l := m.in(code)
		m.must(m.reopen(m.Honey.Member))
		hers := m.SignIn(m.Honey.Member).Stay()
		page := m.boss.Post("/"+code+person+"/end", url.Values{"reason": {""}}).Want(http.StatusUnprocessableEntity)
		m.says(page, "#f-reason-error", l.T("account.reason_missing"))
		hers.Get("/" + code + "/seller").Want(http.StatusOK)
		page = m.boss.Submit(page, "form[action*='/end']", url.Values{"reason": {"left for France"}}).Want(http.StatusOK)
		m.says(page, ".toast", l.T("association.person.ended"))
		m.tells(page, "main", "left for France")
		m.speaks(page)
		hers.Get("/" + code + "/seller").Want(http.StatusSeeOther)
		m.says(m.boss.Post("/"+code+person+"/end", url.Values{"reason": {"again"}}).Want(http.StatusConflict), "[data-notice]", l.T("account.wrong_state"))
		m.boss.Post("/"+code+person+"/link", nil).Want(http.StatusConflict)
		m.tells(m.boss.Get("/"+code+"/association/cooperatives/nahla"), "[data-accounts]", l.T("association.person.state_ended"))
		page = m.sends("/"+code+person, "reopen", url.Values{"reason": {"came back"}}).Want(http.StatusOK)
		m.says(page, ".toast", l.T("association.person.reopened"))
		page.Find("[data-link] form")
	}
	own := "/fr/association/people/" + m.Association.ID.String()
	if page := m.boss.Get(own).Want(http.StatusOK); page.Has("form[action*='/end']") {
		t.Error("she is offered to end her own account")
	}
	m.says(m.boss.Post(own+"/end", url.Values{"reason": {"by accident"}}).Want(http.StatusConflict), "[data-notice]", m.in("fr").T("account.own_account"))
	m.boss.Get("/fr/association/people/" + m.Honey.ID.String()).Want(http.StatusNotFound)
}

func TestTheAssociationEndsAMembersSessions(t *testing.T) {
	t.Parallel()
	m := open(t)
	hers, another := m.SignIn(m.Honey.Member).Stay(), m.SignIn(m.Association).Stay()
	page := m.boss.Post("/en/association/people/"+m.Honey.Member.ID.String()+"/signout", nil).Want(http.StatusOK)
	m.says(page, ".toast", m.in("en").N("door.account.ended", 1))
	hers.Get("/en/seller").Want(http.StatusSeeOther)
	// Her own account has a page of its own, which asks for her password: whoever finds her browser open
	// takes nothing over by this one.
	own := "/en/association/people/" + m.Association.ID.String()
	if page := m.boss.Get(own).Want(http.StatusOK); page.Has("main form[action*='/signout'], main form[action*='/link']") || !page.Has("main a[href='/en/account']") {
		t.Error("she is not led to her own account")
	}
	for _, way := range []string{"/signout", "/link"} {
		if page := m.boss.Post(own+way, nil).Want(http.StatusOK); page.Path != "/en/account" {
			t.Errorf("%s of her own account leads to %s", way, page.Path)
		}
	}
	another.Get("/en/association").Want(http.StatusOK)
}

func TestARoleIsGivenOnAPersonsPage(t *testing.T) {
	t.Parallel()
	m := open(t)
	preparer := m.Hire(account.Preparer, m.Honey)
	hers := m.SignIn(preparer).Stay()
	roles := []string{"manager", "preparer"}
	for i, code := range languages {
		l, person := m.in(code), "/"+code+"/association/people/"+preparer.ID.String()
		page := m.boss.Get(person).Want(http.StatusOK)
		old := page
		page = m.boss.Submit(page, "#role form", url.Values{"role": {roles[i%len(roles)]}}).Want(http.StatusUnprocessableEntity)
		m.says(page, "#f-sure-error", l.T("ui.role.sure_missing"))
		if chosen := page.Find("#role input[checked][name=role]").AttrOr("value", ""); chosen != roles[i%len(roles)] {
			t.Errorf("%s: what was chosen is forgotten: %q", code, chosen)
		}
		m.speaks(page)
		page = m.boss.Submit(page, "#role form", url.Values{"sure": {"yes"}}).Want(http.StatusOK)
		m.says(page, ".toast", l.T("ui.role.given", "Role", l.T("role."+roles[i%len(roles)])))
		m.says(page, ".pagehead .bdg", l.T("role."+roles[i%len(roles)]))
		page.Find(`.areatop nav a[href="/` + code + `/association/cooperatives"][aria-current=page]`)
		m.tells(page, "[data-events]", l.T("security.kind.role_granted"))
		m.speaks(page)
		again := m.boss.Submit(old, "#role form", url.Values{"role": {roles[i%len(roles)]}, "sure": {"yes"}})
		m.says(again.Want(http.StatusOK), ".toast", l.T("ui.role.given", "Role", l.T("role."+roles[i%len(roles)]))) // a second press
		again = m.boss.Submit(old, "#role form", url.Values{"role": {roles[(i+1)%len(roles)]}, "sure": {"yes"}})
		if again.Status != http.StatusConflict && again.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: another role from the old page is answered %d", code, again.Status)
		}
	}
	hers.Get("/fr/seller/products").Want(http.StatusOK)
	president := "/fr/association/people/" + m.Honey.Member.ID.String()
	page := m.boss.Submit(m.boss.Get(president), "#role form", url.Values{"role": {"manager"}, "sure": {"yes"}}).Want(http.StatusConflict)
	m.says(page, "[data-notice]", m.in("fr").T("account.last_account"))
	m.says(m.sends(president, "end", url.Values{"reason": {"left"}}).Want(http.StatusConflict), "[data-notice]", m.in("fr").T("account.last_account"))
	if own := m.boss.Get("/fr/association/people/" + m.Association.ID.String()); own.Has("#role") {
		t.Error("she is offered another role for herself")
	}
}
