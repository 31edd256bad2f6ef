package door_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
	"github.com/souk-taawon/souk/storefront"
	"github.com/souk-taawon/souk/storefront/door"
	"github.com/souk-taawon/souk/storefront/storetest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func login(email, password string) url.Values {
	return url.Values{"login": {email}, "password": {password}}
}

func TestEverybodyIsLedToTheirWork(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	for email, home := range map[string]string{*m.Honey.Member.Email: "/fr/seller", *m.Association.Email: "/fr/association"} {
		browser := m.Visitor().Stay()
		browser.Get("/fr/signin").Want(http.StatusOK)
		in := browser.Post("/fr/signin", login(" "+strings.ToUpper(email)+" ", storetest.Password)).Want(http.StatusSeeOther)
		if got := in.Header.Get("Location"); got != home {
			t.Errorf("%s is led to %s", email, got)
		}
		if again := browser.Get("/fr/signin").Want(http.StatusSeeOther); again.Header.Get("Location") != home {
			t.Errorf("%s, signed in, is shown the way to %s", email, again.Header.Get("Location"))
		}
	}
}

func TestSignInLeadsBackToThePageAskedForAndNowhereElse(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	for next, want := range map[string]string{
		"/seller/orders?page=2": "/ar/seller/orders?page=2",
		"/fr/seller/orders":     "/ar/seller/orders",
		"/fr/signin":            "/ar/seller",
		"/signin?next=/x":       "/ar/seller",
		"/ar":                   "/ar",
		"/fresh":                "/ar/fresh",
		"/fr//evil.test":        "/ar/seller",
		"//evil.test/":          "/ar/seller",
		`/\evil.test`:           "/ar/seller",
		"/\t/evil.test":         "/ar/seller",
		"https://evil.test/":    "/ar/seller",
		"javascript:alert(1)":   "/ar/seller",
	} {
		browser := m.Visitor().Stay()
		form := login(*m.Honey.Member.Email, storetest.Password)
		form.Set("next", next)
		got := browser.Post("/ar/signin", form).Want(http.StatusSeeOther).Header.Get("Location")
		if strings.HasPrefix(got, "/ar/signin?kept=1&") { // a browser that had no cookie yet shows that it keeps them
			got = browser.Get(got).Want(http.StatusSeeOther).Header.Get("Location")
		}
		if got != want {
			t.Errorf("next=%q leads to %q, not %q", next, got, want)
		}
	}
	page := m.Visitor().Get("/ar/signin?next=%2Fseller%2Forders")
	if got, _ := page.Find("input[name=next]").Attr("value"); got != "/seller/orders" {
		t.Errorf("the form remembers %q", got)
	}
	if page := m.Visitor().Get("/ar/signin?next=//evil.test"); page.Has("input[name=next]") {
		t.Error("the form remembers a way out")
	}
}

func TestWrongSignInKeepsWhatWasTypedButThePassword(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	for _, email := range []string{*m.Honey.Member.Email, "nobody@souk.test"} {
		page := m.Visitor().Post("/fr/signin", login(email, "not the password")).Want(http.StatusUnprocessableEntity)
		if got, _ := page.Find("input[name=login]").Attr("value"); got != email {
			t.Errorf("the login is now %q", got)
		}
		if got := page.Find("input[name=password]").AttrOr("value", ""); got != "" {
			t.Errorf("the password came back: %q", got)
		}
		if !page.Has("form .note.bad") {
			t.Error("nothing says what is wrong")
		}
	}
	page := m.Visitor().Post("/fr/signin", url.Values{}).Want(http.StatusUnprocessableEntity)
	for _, field := range []string{"login", "password"} {
		input := page.Find("input[name=" + field + "]")
		if input.AttrOr("aria-invalid", "") != "true" || page.Text("#"+input.AttrOr("aria-describedby", "?")) == "" {
			t.Errorf("nothing says that %s is missing", field)
		}
	}
}

func TestGuessingPasswordsIsSlowedAndKeepsNobodyOut(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	hers, stranger := m.Visitor().Stay(), m.Visitor()
	hers.Post("/en/signin", login(*m.Honey.Member.Email, storetest.Password)).Want(http.StatusSeeOther)
	hers.Post("/en/signout", nil).Want(http.StatusSeeOther)
	for range 6 {
		stranger.Post("/en/signin", login(*m.Honey.Member.Email, "a guess it is")).Want(http.StatusUnprocessableEntity)
	}
	page := stranger.Post("/en/signin", login(*m.Honey.Member.Email, storetest.Password)).Want(http.StatusTooManyRequests)
	wait, err := strconv.Atoi(page.Header.Get("Retry-After"))
	if !page.Has("form .note.bad") || err != nil || wait < 1 || wait > 5 {
		t.Errorf("it says %q, Retry-After %q", page.Text("main"), page.Header.Get("Retry-After"))
	}
	if got := page.Find("input[name=login]").AttrOr("value", ""); got != *m.Honey.Member.Email {
		t.Errorf("the login is now %q", got)
	}
	// From the same address, in the browser in which she signed in before.
	hers.Post("/en/signin", login(*m.Honey.Member.Email, storetest.Password)).Want(http.StatusSeeOther)
}

func TestNobodyUsesUpTheSignInsOfAKnownBrowser(t *testing.T) {
	t.Parallel()
	m := storetest.New(t, func(c *storefront.Config) {
		c.RateLimits.SignIn = storefront.Rate{Count: 2, Per: time.Hour}
	})
	hers, stranger := m.Visitor().Stay(), m.Visitor()
	hers.Post("/ar/signin", login(*m.Honey.Member.Email, storetest.Password)).Want(http.StatusSeeOther)
	stranger.Post("/ar/signin", nil).Want(http.StatusUnprocessableEntity)
	stranger.Post("/ar/signin", nil).Want(http.StatusTooManyRequests)
	hers.Post("/ar/signin", login(*m.Honey.Member.Email, storetest.Password)).Want(http.StatusSeeOther)
	stranger.Post("/ar/signin", nil).Want(http.StatusTooManyRequests)
}

func TestADeadLinkAsksForNothing(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	for _, code := range storetest.Languages() {
		for _, page := range []*storetest.Page{
			m.Visitor().Get("/" + code + "/reset/unknown"),
			m.Visitor().Post("/"+code+"/reset/unknown", url.Values{"password": {"figs under seven roofs"}}),
		} {
			page.Want(http.StatusGone)
			if page.Has("input[type=password]") || !page.Has("[data-over]") || !page.Has("a[href='/"+code+"/forgot']") {
				t.Errorf("it says %q", page.Text("main"))
			}
		}
	}
}

func TestSignInAgainEndsTheEarlierSession(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	sessions := func() (n int) {
		if err := m.DB.Get(&n, `select count(*) from sessions`); err != nil {
			t.Fatal(err)
		}
		return n
	}
	browser := m.Visitor().Stay()
	browser.Post("/ar/signin", login(*m.Honey.Member.Email, storetest.Password)).Want(http.StatusSeeOther)
	browser.Post("/ar/signin", login(*m.Honey.Member.Email, storetest.Password)).Want(http.StatusSeeOther)
	if n := sessions(); n != 1 {
		t.Errorf("%d sessions", n)
	}
	out := browser.Post("/ar/signout", nil).Want(http.StatusSeeOther)
	if out.Header.Get("Location") != "/ar" || sessions() != 0 {
		t.Errorf("led to %s with %d sessions left", out.Header.Get("Location"), sessions())
	}
	if page := browser.Get("/ar/signin").Want(http.StatusOK); page.Text("#toasts .toast") != "تم الخروج من الحساب." {
		t.Errorf("the toast says %q", page.Text("#toasts"))
	}
	if page := browser.Get("/ar/signin"); page.Has("#toasts .toast") {
		t.Error("the toast is shown again")
	}
}

func TestForgottenPasswordIsReplacedByMail(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	m.WorkJobs()
	elsewhere := m.SignIn(m.Honey.Member)
	browser := m.Visitor()
	for _, login := range []string{"nobody@souk.test", *m.Honey.Member.Email} {
		asked := time.Now()
		page := browser.Post("/fr/forgot", url.Values{"login": {login}}).Want(http.StatusOK)
		if took := time.Since(asked); took < 150*time.Millisecond {
			t.Errorf("%s is answered in %s: the time tells who has an account", login, took)
		}
		if !page.Has(".note.ok") || page.Has("form[action='/fr/forgot']") {
			t.Errorf("%s is told %q", login, page.Text("main"))
		}
	}
	var link string
	m.Eventually("the link is mailed", func() bool {
		mailbox := browser.Get("/fr/demo/mailbox").Want(http.StatusOK)
		if mailbox.Has("article a") {
			link = mailbox.Find("article a").First().AttrOr("href", "")
		}
		return link != ""
	})
	path := strings.TrimPrefix(link, m.URL)
	if !regexp.MustCompile(`^/fr/reset/[A-Za-z0-9_-]{43}$`).MatchString(path) {
		t.Fatalf("the link is %q", link)
	}
	browser.Get(path).Want(http.StatusOK).Find("input[name=password]")
	short := browser.Post(path, url.Values{"password": {"short"}}).Want(http.StatusUnprocessableEntity)
	if short.Text("#f-password-error") == "" {
		t.Error("nothing says that the password is too short")
	}
	page := browser.Post(path, url.Values{"password": {"figs under seven roofs"}}).Want(http.StatusOK)
	if page.Path != "/fr/signin" || !page.Has("#toasts .toast") {
		t.Errorf("led to %s", page.Path)
	}
	if page := elsewhere.Stay().Get("/fr/signin").Want(http.StatusOK); !page.Has("input[name=password]") {
		t.Error("a session of before goes on")
	}
	browser.Post(path, url.Values{"password": {"eight roofs over thyme"}}).Want(http.StatusGone)
	browser.Stay().Post("/fr/signin", login(*m.Honey.Member.Email, "figs under seven roofs")).Want(http.StatusSeeOther)
}

func TestOnlyADemonstrationSaysHowToSignIn(t *testing.T) {
	t.Parallel()
	logins := []door.Login{{Who: i18n.Text{AR: "الجمعية", FR: "L’association"}, Role: account.Treasurer, Login: "asso@souk.test", Password: "to be tried"}}
	demo := storetest.New(t, func(c *storefront.Config) { c.DemoLogins = logins })
	if text := demo.Visitor().Get("/fr/signin").Text("[data-logins]"); text != "L’association Trésorerieasso@souk.testto be triedSe connecter" {
		t.Errorf("it says %q", text)
	}
	real := storetest.New(t, func(c *storefront.Config) { c.DemoLogins, c.Demo = logins, false })
	if page := real.Visitor().Get("/fr/signin"); page.Has("[data-logins]") {
		t.Error("a real market says how to sign in")
	}
	real.Visitor().Get("/fr/demo/mailbox").Want(http.StatusNotFound)
}

func TestSignInIsLimitedByAddress(t *testing.T) {
	t.Parallel()
	m := storetest.New(t, func(c *storefront.Config) {
		c.RateLimits.SignIn = storefront.Rate{Count: 2, Per: time.Hour}
	})
	browser := m.Visitor()
	browser.Post("/ar/signin", nil).Want(http.StatusUnprocessableEntity)
	browser.Post("/ar/forgot", nil).Want(http.StatusUnprocessableEntity)
	browser.Post("/ar/signin", nil).Want(http.StatusTooManyRequests)
	browser.Get("/ar/signin").Want(http.StatusOK)
}
