package door_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/storefront/storetest"
)

func TestEverybodyFindsHerOwnAccount(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	for _, user := range []account.User{m.Honey.Member, m.Association} {
		browser := m.SignIn(user)
		for _, code := range storetest.Languages() {
			l := m.Languages.Locale(code)
			page := browser.Get("/" + code + "/account").Want(http.StatusOK)
			if !page.Has(".areatop a[href='/"+code+"/account'][aria-current=page]") || !page.Has("form[action^='/"+code+"/account/password']") {
				t.Errorf("%s, %s: %s", user.Name, code, page.Text("main"))
			}
			if got := page.Text("[data-sessions] .bdg"); got != l.T("door.account.this_one") {
				t.Errorf("this session is marked %q", got)
			}
			if page.Text("[data-events] li:first-child b") != l.T("security.kind.signed_in") {
				t.Errorf("lately: %q", page.Text("[data-events]"))
			}
		}
	}
}

func TestAPasswordIsChangedOnItsPage(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	here, elsewhere := m.Visitor(), m.SignIn(m.Honey.Member).Stay()
	here.Post("/fr/signin", login(*m.Honey.Member.Email, storetest.Password)).Want(http.StatusOK)
	change := func(current, password string) *storetest.Page {
		return here.Post("/fr/account/password", url.Values{"current_password": {current}, "password": {password}})
	}
	page := change("", "").Want(http.StatusUnprocessableEntity)
	for _, field := range []string{"current_password", "password"} {
		page.Find("#f-" + field + "-error")
	}
	page = change("not the password", "short").Want(http.StatusUnprocessableEntity)
	if page.Text("#f-current_password-error") == "" || page.Text("#f-password-error") == "" || strings.Contains(string(page.Body), "not the password") {
		t.Errorf("it says %q", page.Text("#password"))
	}
	l := m.Languages.Locale("fr")
	page = change(storetest.Password, "figs under seven roofs").Want(http.StatusOK)
	if page.Path != "/fr/account" || page.Text("#toasts .toast") != strings.Join(strings.Fields(l.N("door.account.changed", 1)), " ") {
		t.Errorf("at %s it says %q", page.Path, page.Text("#toasts"))
	}
	if page.Text("[data-events] li:first-child b") != l.T("security.kind.password_changed") {
		t.Errorf("lately: %q", page.Text("[data-events]"))
	}
	elsewhere.Get("/fr/account").Want(http.StatusSeeOther)
	m.Visitor().Stay().Post("/fr/signin", login(*m.Honey.Member.Email, "figs under seven roofs")).Want(http.StatusSeeOther)

	typed := "sept paniers\u200c de nèfles" // what is kept out of every text is a sign of a password like others
	change("figs under seven roofs", typed).Want(http.StatusOK)
	change(typed, "figs under seven roofs").Want(http.StatusOK)
}

func TestSessionsAreEndedOneByOneAndTogether(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	here := m.SignIn(m.Honey.Member)
	second, third, fourth := m.SignIn(m.Honey.Member).Stay(), m.SignIn(m.Honey.Member).Stay(), m.SignIn(m.Honey.Member).Stay()
	open := func() (n int) {
		for _, browser := range []*storetest.Client{second, third, fourth} {
			if browser.Get("/en/account").Status == http.StatusOK {
				n++
			}
		}
		return n
	}
	page := here.Get("/en/account").Want(http.StatusOK)
	forms := page.Find("[data-sessions] form")
	if forms.Length() != 3 {
		t.Fatalf("%d sessions can be ended", forms.Length())
	}
	action := forms.First().AttrOr("action", "")
	m.SignIn(m.Oil.Member).Post(action, nil).Want(http.StatusOK)
	if n := open(); n != 3 {
		t.Fatalf("somebody else ended one: %d go on", n)
	}
	here.Post(action, nil).Want(http.StatusOK)
	if n := open(); n != 2 {
		t.Errorf("%d of three go on", n)
	}
	page = here.Post("/en/account/sessions/end", nil).Want(http.StatusOK)
	if n := open(); n != 0 || page.Text("#toasts .toast") != m.Languages.Locale("en").N("door.account.ended", 2) {
		t.Errorf("%d go on, it says %q", n, page.Text("#toasts"))
	}
	here.Get("/en/account").Want(http.StatusOK)
	last := m.SignIn(m.Honey.Member)
	here.Post("/en/account/sessions/end", nil).Want(http.StatusOK)
	if door := last.Get("/en/account").Want(http.StatusOK); door.Text("#toasts .toast") != m.Languages.Locale("en").T("web.session_over") {
		t.Errorf("whose session was ended elsewhere is told %q", door.Text("#toasts"))
	}
	if door := m.Visitor().Get("/en/account").Want(http.StatusOK); door.Has("#toasts .toast") {
		t.Errorf("who had none is told %q", door.Text("#toasts"))
	}
}

func TestWhoSignedInAWhileAgoEndsSessionsByHerPassword(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	here, elsewhere := m.SignIn(m.Honey.Member), m.SignIn(m.Honey.Member).Stay()
	one := here.Get("/ar/account").Want(http.StatusOK).Find("[data-sessions] form").AttrOr("action", "")
	if _, err := m.DB.Exec(`update sessions set created_at = created_at - interval '11 minutes'`); err != nil {
		t.Fatal(err)
	}
	for _, action := range []string{one, "/ar/account/sessions/end"} {
		for current, key := range map[string]string{"": "account.current_missing", "not the password": "account.current_wrong"} {
			page := here.Post(action, url.Values{"current_password": {current}}).Want(http.StatusUnprocessableEntity)
			if got := page.Text("#f-current_password-error"); got != m.Languages.Locale("ar").T(key) || !page.Has("form[action='"+action+"']") {
				t.Errorf("%s: it says %q", action, got)
			}
		}
	}
	elsewhere.Get("/en/account").Want(http.StatusOK)
	here.Post(one, url.Values{"current_password": {storetest.Password}}).Want(http.StatusOK)
	elsewhere.Get("/en/account").Want(http.StatusSeeOther)
}

func TestABrowserForgetsPagesWithTheSession(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	forgets := func(what string, page *storetest.Page) {
		t.Helper()
		if got := page.Header.Get("Clear-Site-Data"); got != `"cache", "storage"` {
			t.Errorf("%s: Clear-Site-Data is %q", what, got)
		}
	}
	first, second := m.SignIn(m.Honey.Member).Stay(), m.SignIn(m.Honey.Member).Stay()
	if page := first.Get("/fr/seller").Want(http.StatusOK); page.Header.Get("Clear-Site-Data") != "" {
		t.Error("each page is forgotten")
	}
	forgets("a changed password", first.Post("/fr/account/password", url.Values{
		"current_password": {storetest.Password}, "password": {"figs under seven roofs"},
	}).Want(http.StatusSeeOther))
	forgets("a session that was ended elsewhere", second.Get("/fr/seller").Want(http.StatusSeeOther))
	forgets("signing out", first.Post("/fr/signout", nil).Want(http.StatusSeeOther))
	token, err := m.Accounts.HandOverLink(t.Context(), m.Honey.Member.ID, m.Association.Actor(), nil, security.Source{})
	if err != nil {
		t.Fatal(err)
	}
	forgets("a password chosen by a link", first.Post("/fr/reset/"+token, url.Values{"password": {storetest.Password}}).Want(http.StatusSeeOther))
}
