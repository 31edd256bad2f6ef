package storefront_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/storefront/storetest"
	"github.com/souk-taawon/souk/storefront/ui"
)

func TestBareAddressLeadsToTheReadersLanguage(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	for _, test := range []struct{ accept, cookie, want string }{
		{"", "", "/ar"},
		{"fr-MA,fr;q=0.9,en;q=0.8", "", "/fr"},
		{"de,en;q=0.5", "", "/en"},
		{"ja", "", "/ar"},
		{"fr", "language=en", "/en"},
		{"fr", "language=xx", "/fr"},
	} {
		header := http.Header{"Accept-Language": {test.accept}}
		if test.cookie != "" {
			header["Cookie"] = []string{test.cookie}
		}
		page := m.Visitor().Stay().Do(http.MethodGet, "/", nil, header).Want(http.StatusSeeOther)
		if got := page.Header.Get("Location"); got != test.want {
			t.Errorf("with %q and cookie %q to %s, not %s", test.accept, test.cookie, got, test.want)
		}
	}
}

func TestUnknownPagesHelpInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	for path, heading := range map[string]string{
		"/ar/nothing":     "صفحة غير موجودة",
		"/fr/nothing":     "Page introuvable",
		"/en/nothing/new": "Page not found",
		"/xx/products":    "صفحة غير موجودة",
		"/humans.txt":     "صفحة غير موجودة",
	} {
		page := m.Visitor().Get(path).Want(http.StatusNotFound)
		if got := page.Text("main h1"); got != heading {
			t.Errorf("%s says %q, not %q", path, got, heading)
		}
		if !page.Has(`main form[role=search] input[name=q]`) || page.Find("main nav a.chip").Length() < 10 {
			t.Errorf("%s offers neither search nor shelves", path)
		}
		if got := page.Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s may be kept: %q", path, got)
		}
	}
}

func TestActionsAreNotOpenedLikePages(t *testing.T) {
	t.Parallel()
	page := storetest.New(t).Visitor().Get("/fr/signout").Want(http.StatusMethodNotAllowed)
	if allow := page.Header.Get("Allow"); !strings.Contains(allow, "POST") {
		t.Errorf("Allow: %q", allow)
	}
	if got := page.Text("main h1"); got != "Adresse à ne pas ouvrir ainsi" {
		t.Errorf("it says %q", got)
	}
}

func TestFiguresAreKeptByPatternNeverByPath(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	visitor := m.Visitor()
	for _, path := range []string{"/ar/cooperatives/nahla", "/fr/cooperatives/zaytoun", "/wp-admin.php", "/ar/nothing", "/static/0/souk.css"} {
		visitor.Get(path)
	}
	recorder := httptest.NewRecorder()
	m.Server.Metrics().ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	figures := recorder.Body.String()
	for _, want := range []string{
		`souk_http_request_seconds_count{method="GET",route="/:lang/cooperatives/:slug",status="200"} 2`,
		`souk_http_request_seconds_count{method="GET",route="unmatched",status="404"} 2`,
		`souk_http_request_seconds_count{method="GET",route="/static/*",status="200"} 1`,
		"souk_http_in_flight 0", "go_goroutines",
	} {
		if !strings.Contains(figures, want) {
			t.Errorf("no %s in\n%s", want, figures)
		}
	}
}

func TestFailuresStayWhereSomebodyWorks(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member, boss := m.SignIn(m.Honey.Member), m.SignIn(m.Association)
	for _, code := range storetest.Languages() {
		for _, c := range []struct {
			who    *storetest.Client
			path   string
			status int
			class  string // of the header
			home   string
		}{
			{member, "/seller/nothing", http.StatusNotFound, "areatop", "/seller"},
			{member, "/seller/orders/" + uuid.NewString(), http.StatusNotFound, "areatop", "/seller"},
			{member, "/association", http.StatusForbidden, "areatop", "/seller"},
			{boss, "/association/nothing", http.StatusNotFound, "areatop assoc", "/association"},
			{boss, "/seller/orders", http.StatusForbidden, "areatop assoc", "/association"},
			{member, "/nothing", http.StatusNotFound, "top", ""},
			{m.Visitor(), "/seller/nothing", http.StatusNotFound, "top", ""},
		} {
			page := c.who.Get("/" + code + c.path).Want(c.status)
			if class := page.Find("header").AttrOr("class", ""); class != c.class {
				t.Errorf("%s of %s has the header «%s»", page.Path, c.class, class)
			}
			if c.home != "" && page.Find("header a.logo").AttrOr("href", "") != "/"+code+c.home {
				t.Errorf("%s: the logo leaves the area", page.Path)
			}
		}
	}
}

func TestAreasSayTheirWaysInWords(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	for _, user := range []account.User{m.Honey.Member, m.Association} {
		reader := m.SignIn(user)
		for _, code := range storetest.Languages() {
			l := m.Languages.Locale(code)
			page := reader.Get("/" + code + "/account").Want(http.StatusOK)
			for _, other := range storetest.Languages() {
				if link := page.Doc.Find("header .langs a[hreflang=" + other + "]").Length(); (link == 1) == (other == code) {
					t.Errorf("%s: %d links to %s", page.Path, link, other)
				}
			}
			page.Doc.Find(".vh").Remove()
			for selector, words := range map[string]string{
				"header form[action$='/signout'] button": l.T("ui.sign_out"), "header details a[href$='/account']": l.T("ui.account"),
				"header details a[href='/" + code + "']": l.T("ui.see_market"), "header summary": l.T("ui.own_menu"),
			} {
				if got := strings.TrimSpace(page.Text(selector)); got != words {
					t.Errorf("%s: %s says «%s», not «%s»", page.Path, selector, got, words)
				}
			}
			shop := reader.Get("/" + code).Want(http.StatusOK)
			if back := shop.Find("nav.back a").AttrOr("href", ""); back != "/"+code+ui.Home(user) {
				t.Errorf("%s: the way back from the market is %q", shop.Path, back)
			}
		}
	}
	if m.Visitor().Get("/fr").Want(http.StatusOK).Has("nav.back") {
		t.Error("a buyer is led behind the door")
	}
}
