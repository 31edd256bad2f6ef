package storefront_test

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/settlement"
	"github.com/souk-taawon/souk/storefront"
	"github.com/souk-taawon/souk/storefront/storetest"
	"github.com/souk-taawon/souk/storefront/web"
)

// records are one cooperative's own, by the pattern that names them; everything a route's pattern
// leaves open has to be said here.
type records struct {
	t       *testing.T
	byStart []struct{ start, name, value string }
}

func recordsOf(t *testing.T, m *storetest.Market, s storetest.Seller) records {
	t.Helper()
	placed := m.Order()
	upload, err := m.Uploads.Read(t.Context(), s.ID, "catalogue.csv",
		strings.NewReader("name_fr,category,unit,price,stock\nMiel d\xe9licat,honey,500 g,95,12\n"), "", s.Member.ID)
	if err != nil {
		t.Fatal(err)
	}
	r := records{t: t}
	say := func(start, name, value string) {
		r.byStart = append(r.byStart, struct{ start, name, value string }{start, name, value})
	}
	for _, part := range placed.Order.Parts {
		if part.Cooperative.ID == s.ID {
			say("/seller/orders/", "id", part.ID.String())
		}
	}
	say("/seller/products/", "id", s.Products[0].ID.String())
	say("/seller/upload/", "id", upload.ID.String())
	say("/association/orders/", "id", placed.Order.ID.String())
	say("/association/cooperatives/", "slug", m.Pending.Slug)
	say("/association/settlement/", "slug", s.Slug)
	say("/association/settlement/", "id", payout(t, m, s).ID.String())
	say("/products/", "slug", s.Products[0].Slug)
	say("/cooperatives/", "slug", s.Slug)
	say("/api/v1/products/", "slug", s.Products[0].Slug)
	say("/orders/", "token", placed.Token)
	confirming, err := m.Orders.Confirming(t.Context(), placed.Order.ID)
	if err != nil {
		t.Fatal(err)
	}
	say("/confirm/", "token", confirming)
	say("/api/v1/orders/", "token", placed.Token)
	say("/reset/", "token", "unknown")
	say("/account/sessions/", "id", m.Pending.ID.String())
	other, err := m.Accounts.Create(t.Context(), account.NewUser{Name: "Karim", Email: "karim@souk.test", Password: storetest.Password, Role: account.Association})
	if err != nil {
		t.Fatal(err)
	}
	say("/association/people/", "id", other.ID.String())
	say("/basket/lines/", "product", s.Products[0].ID.String())
	say("/pictures/", "id", s.Products[0].ID.String())
	say("/pictures/", "file", "640.jpg")
	say("/pages/", "name", "about")
	say("/sitemaps/", "part.xml", "pages.xml")
	say("/seller/orders/", "move", "accept")
	say("/association/orders/", "move", "confirm")
	say("/", "format", "csv")
	return r
}

// payout is money that was paid out to a cooperative for what it sold.
func payout(t *testing.T, m *storetest.Market, s storetest.Seller) settlement.Payout {
	t.Helper()
	o := m.Order().Order
	by := m.ByAssociation()
	var err error
	for _, part := range o.Parts {
		err = errors.Join(err, m.Orders.Accept(t.Context(), part.ID, m.ByCooperative(part.Cooperative.ID)),
			m.Orders.Ready(t.Context(), part.ID, m.ByCooperative(part.Cooperative.ID)), m.Orders.HandOver(t.Context(), part.ID, m.ByCooperative(part.Cooperative.ID)))
	}
	if err := errors.Join(err, m.Orders.Dispatch(t.Context(), o.ID, by), m.Orders.Deliver(t.Context(), o.ID, by)); err != nil {
		t.Fatal(err)
	}
	p, err := m.Settlements.Pay(t.Context(), s.ID, 100, "VIR-0", m.Association.ID)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// path fills a route's pattern with the records.
func (r records) path(route web.Route) string {
	r.t.Helper()
	steps := strings.Split(route.Path, "/")
	for i, step := range steps {
		before, name, open := strings.Cut(step, ":")
		if !open {
			continue
		}
		found := false
		for _, record := range r.byStart {
			if found = record.name == name && strings.HasPrefix(route.Path, record.start); found {
				steps[i] = before + record.value
				break
			}
		}
		if !found {
			r.t.Fatalf("%s: this test does not know what to put for :%s", route.Path, name)
		}
	}
	path := strings.Join(steps, "/")
	if !route.NoLang {
		path = "/fr" + strings.TrimSuffix(path, "/")
	}
	return path
}

// form has something for every field that an action might want.
var form = url.Values{
	"price": {"99"}, "stock": {"7"}, "state": {"draft"}, "encoding": {"windows-1252"}, "reason": {"none left"}, "note": {"a reason"}, "quantity": {"1"},
	"line": {"2"}, "column": {"price"}, "value": {"90"}, "amount": {"10"}, "reference": {"VIR-1"},
	"name_ar": {"عسل"}, "name_fr": {"Miel"}, "category": {"honey"}, "unit_amount": {"1"}, "unit_code": {"kg"},
}

// outcome is what the door said.
type outcome string

const (
	admitted outcome = "admitted"
	toSignIn outcome = "led to sign in"
	refused  outcome = "forbidden"
	hidden   outcome = "not found"
	broken   outcome = "broken"
)

func try(client *storetest.Client, method, path string) (outcome, int) {
	var page *storetest.Page
	switch {
	case method == http.MethodPost && strings.HasSuffix(path, "/picture"):
		page = client.Upload(path, "picture", "a.jpg", []byte("no picture"), nil)
	case method == http.MethodPost:
		page = client.Post(path, form)
	default:
		page = client.Get(path)
	}
	switch {
	case page.Status >= http.StatusInternalServerError:
		return broken, page.Status
	case page.Status == http.StatusSeeOther && strings.HasPrefix(page.Header.Get("Location"), "/fr/signin?next="),
		page.Status == http.StatusSeeOther && method == http.MethodPost && page.Header.Get("Location") == "/fr/signin":
		return toSignIn, page.Status
	case page.Status == http.StatusForbidden:
		return refused, page.Status
	case page.Status == http.StatusNotFound:
		return hidden, page.Status
	}
	return admitted, page.Status
}

func TestEveryRouteAdmitsWhomItsPolicyNames(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	theirs := recordsOf(t, m, m.Honey)
	people := map[string]*storetest.Client{
		"anybody":            m.Visitor().Stay(),
		"the member":         m.SignIn(m.Honey.Member).Stay(),
		"a member elsewhere": m.SignIn(m.Oil.Member).Stay(),
		"the association":    m.SignIn(m.Association).Stay(),
	}
	expected := map[web.Policy]map[string]outcome{
		web.Public:      {"anybody": admitted, "the member": admitted, "a member elsewhere": admitted, "the association": admitted},
		web.SignedIn:    {"anybody": toSignIn, "the member": admitted, "a member elsewhere": admitted, "the association": admitted},
		web.Member:      {"anybody": toSignIn, "the member": admitted, "a member elsewhere": admitted, "the association": refused},
		web.Association: {"anybody": toSignIn, "the member": refused, "a member elsewhere": refused, "the association": admitted},
		web.Demo:        {"anybody": admitted, "the member": admitted, "a member elsewhere": admitted, "the association": admitted},
	}
	ends := map[string]bool{"/signout": true, "/reset/:token": true} // they end the very sessions this test uses
	routes := m.Server.Routes()
	// First whoever is turned away, which must change nothing; then those who only look; then those
	// who act.
	rounds := []func(web.Route, outcome) bool{
		func(_ web.Route, want outcome) bool { return want != admitted },
		func(r web.Route, want outcome) bool { return want == admitted && r.Method == http.MethodGet },
		func(r web.Route, want outcome) bool { return want == admitted && r.Method != http.MethodGet },
	}
	tried := 0
	for _, round := range rounds {
		for _, route := range routes {
			for who, client := range people {
				want := expected[route.Policy][who]
				if who == "a member elsewhere" && want == admitted && route.Policy == web.Member && strings.Contains(route.Path, ":id") {
					want = hidden // another cooperative's record
				}
				if !round(route, want) || ends[route.Path] && route.Method != http.MethodGet {
					continue
				}
				tried++
				got, status := try(client, route.Method, theirs.path(route))
				if got == hidden && want == admitted && route.Policy == web.Public {
					continue // nobody is turned away; what is there is for the pages' own tests
				}
				if got != want {
					t.Errorf("%s %s (%s): %s is %s (%d), not %s", route.Method, route.Path, route.Policy, who, got, status, want)
				}
			}
		}
	}
	if tried < 4*len(routes)-8 {
		t.Errorf("only %d of %d routes times four people were tried", tried, len(routes))
	}
}

// open is what anybody may use. A route that is added here is added on purpose.
var open = []string{
	"GET /robots.txt", "GET /sitemap.xml", "GET /sitemaps/:part.xml", "GET /favicon.ico", "GET /apple-touch-icon.png",
	"GET /:lang/manifest.webmanifest", "GET /", "GET /healthz", "GET /readyz", "GET /pictures/:id/:file",
	"GET /:lang/", "GET /:lang/products", "GET /:lang/products/:slug", "GET /:lang/suggest",
	"GET /:lang/cooperatives", "GET /:lang/cooperatives/:slug", "GET /:lang/pages/:name",
	"GET /:lang/basket", "POST /:lang/basket/lines", "POST /:lang/basket/lines/:product",
	"GET /:lang/checkout", "POST /:lang/checkout", "GET /:lang/orders/:token", "POST /:lang/orders/:token/cancel",
	"POST /:lang/orders/:token/again", "GET /:lang/confirm/:token", "POST /:lang/confirm/:token",
	"GET /:lang/signin", "POST /:lang/signin", "POST /:lang/signout",
	"GET /:lang/forgot", "POST /:lang/forgot", "GET /:lang/reset/:token", "POST /:lang/reset/:token",
	"GET /api/openapi.yaml", "GET /api/v1/products", "GET /api/v1/products/:slug", "GET /api/v1/cooperatives",
	"POST /api/v1/orders", "GET /api/v1/orders/:token",
}

func TestEachAreaIsForItsOwnPeople(t *testing.T) {
	t.Parallel()
	var public []string
	for _, route := range storetest.New(t).Server.Routes() {
		want := web.Public
		switch area, _, _ := strings.Cut(strings.TrimPrefix(route.Path, "/"), "/"); {
		case area == "seller":
			want = web.Member
		case strings.HasPrefix(area, "association"):
			want = web.Association
		case area == "account":
			want = web.SignedIn
		case area == "demo":
			want = web.Demo
		default:
			name := route.Path
			if !route.NoLang {
				name = "/:lang" + name
			}
			public = append(public, route.Method+" "+name)
		}
		if route.Policy != want {
			t.Errorf("%s %s is for %s, not for %s", route.Method, route.Path, route.Policy, want)
		}
	}
	slices.Sort(public)
	expected := slices.Sorted(slices.Values(open))
	if !slices.Equal(public, expected) {
		t.Errorf("open to anybody is\n%s\nnot\n%s", strings.Join(public, "\n"), strings.Join(expected, "\n"))
	}
}

func TestStrangersSendNoLargeBodies(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	path, photo := "/fr/seller/products/"+m.Honey.Products[0].ID.String()+"/picture", make([]byte, 3<<20)
	ended := m.SignIn(m.Honey.Member).Stay()
	if _, err := m.DB.Exec(`delete from sessions`); err != nil {
		t.Fatal(err)
	}
	for who, client := range map[string]*storetest.Client{"a stranger": m.Visitor().Stay(), "who was signed out": ended} {
		page := client.Upload(path, "picture", "a.jpg", photo, nil).Want(http.StatusSeeOther)
		if to := page.Header.Get("Location"); to != "/fr/signin" {
			t.Errorf("%s is led to %s", who, to)
		}
	}
	m.SignIn(m.Honey.Member).Upload(path, "picture", "a.jpg", photo, nil).Want(http.StatusUnprocessableEntity)

	// Nor do they get an upload's time: who sends drop by drop is cut off like everywhere.
	conn, err := net.Dial("tcp", strings.TrimPrefix(m.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: souk\r\nContent-Length: 900000\r\n\r\n", path); err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _ = response.Body.Close(); response.StatusCode != http.StatusRequestTimeout {
		t.Errorf("after a while it is answered %d", response.StatusCode)
	}
}

func TestOnlyADemonstrationHasItsPages(t *testing.T) {
	t.Parallel()
	m := storetest.New(t, func(c *storefront.Config) { c.Demo = false })
	client := m.SignIn(m.Association)
	for _, route := range m.Server.Routes() {
		if route.Policy == web.Demo {
			client.Get("/fr" + route.Path).Want(http.StatusNotFound)
		}
	}
}

func TestASuspendedCooperativesMemberStillSignsIn(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	if err := m.Cooperatives.SetState(t.Context(), m.Honey.ID, "suspended", "a complaint", m.Association.ID); err != nil {
		t.Fatal(err)
	}
	m.SignIn(m.Honey.Member).Get("/fr/seller").Want(http.StatusOK)
}

func TestADisabledPersonIsAnybody(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	client := m.SignIn(m.Association).Stay()
	if _, err := m.DB.Exec(`update users set disabled_at = now() where id = $1`, m.Association.ID); err != nil {
		t.Fatal(err)
	}
	page := client.Get("/fr/signin").Want(http.StatusOK)
	if cookie := page.Header.Get("Set-Cookie"); !strings.HasPrefix(cookie, web.SessionCookie+"=;") {
		t.Errorf("the session's cookie stays: %q", cookie)
	}
}
