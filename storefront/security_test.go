package storefront

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/souk-taawon/souk/storefront/web"
)

func TestEveryAnswerCarriesTheSecurityHeaders(t *testing.T) {
	t.Parallel()
	s := bare(t, Config{BaseURL: "https://souk.test"}, page("/x", say("x")), page("/fails", func(*web.Request) error { return errForbidden }))
	for _, path := range []string{"/ar/x", "/ar/fails", "/ar/nothing", "/static/nothing", "/api/v1/nothing"} {
		response, _ := ask(t, s, httptest.NewRequest(http.MethodGet, path, nil))
		for name, want := range map[string]string{
			"X-Content-Type-Options":       "nosniff",
			"X-Frame-Options":              "DENY",
			"Referrer-Policy":              "strict-origin-when-cross-origin",
			"Strict-Transport-Security":    "max-age=63072000; includeSubDomains",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := response.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, not %q", path, name, got, want)
			}
		}
		policy := response.Header.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
			if !strings.Contains(policy, part) {
				t.Errorf("%s: the content policy lacks %s: %s", path, part, policy)
			}
		}
		if strings.Contains(policy, "unsafe") {
			t.Errorf("%s: %s", path, policy)
		}
		if response.Header.Get("Server") != "" {
			t.Errorf("%s tells what serves it", path)
		}
	}
}

func TestOnlyAPageThatLeadsToAProviderLetsItsFormsGoThere(t *testing.T) {
	t.Parallel()
	leads := func(address string) func(*web.Request) error {
		return func(r *web.Request) error {
			r.AllowFormsTo(address)
			return say("x")(r)
		}
	}
	s := bare(t, Config{BaseURL: "https://souk.test"}, page("/x", say("x")),
		page("/pay", leads("https://gateway.example:8443/fim/est3Dgate?x=1")), page("/odd", leads("https://a.example; script-src *")), page("/none", leads("/here")))
	for path, want := range map[string]string{
		"/ar/x": "form-action 'self';", "/ar/pay": "form-action 'self' https://gateway.example:8443;", "/ar/odd": "form-action 'self';", "/ar/none": "form-action 'self';",
	} {
		response, _ := ask(t, s, httptest.NewRequest(http.MethodGet, path, nil))
		if policy := response.Header.Get("Content-Security-Policy"); !strings.Contains(policy, want) || strings.Contains(policy, "script-src *") {
			t.Errorf("%s: %s", path, policy)
		}
	}
}

func TestWithoutHTTPSNothingClaimsIt(t *testing.T) {
	t.Parallel()
	s := bare(t, Config{}, page("/x", say("x")))
	response, _ := ask(t, s, httptest.NewRequest(http.MethodGet, "/ar/x", nil))
	if response.Header.Get("Strict-Transport-Security") != "" || strings.Contains(response.Header.Get("Content-Security-Policy"), "upgrade") {
		t.Errorf("%v", response.Header)
	}
}

func TestCookiesAreBoundToTheHostWhereTheConnectionIsSafe(t *testing.T) {
	t.Parallel()
	set := page("/x", func(r *web.Request) error {
		r.SetCookie(web.SessionCookie, "token", time.Hour)
		return say(r.Cookie(web.SessionCookie))(r)
	})
	for base, want := range map[string]string{
		"https://souk.test": "__Host-session=token; max-age=3600; path=/; HttpOnly; secure; SameSite=Lax",
		"http://souk.test":  "session=token; max-age=3600; path=/; HttpOnly; SameSite=Lax",
	} {
		s := bare(t, Config{BaseURL: base}, set)
		response, _ := ask(t, s, httptest.NewRequest(http.MethodGet, "/ar/x", nil))
		if got := response.Header.Get("Set-Cookie"); got != want {
			t.Errorf("%s sets %q, not %q", base, got, want)
		}
	}
	// A cookie that a neighbouring host may have planted is not the market's.
	request := httptest.NewRequest(http.MethodGet, "/ar/x", nil)
	request.AddCookie(&http.Cookie{Name: "basket", Value: "planted"})
	s := bare(t, Config{BaseURL: "https://souk.test"}, page("/x", func(r *web.Request) error { return say(r.Cookie(web.BasketCookie))(r) }))
	if _, got := ask(t, s, request); got != "" {
		t.Errorf("took %q", got)
	}
}

func TestActionsFromOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	s := bare(t, Config{BaseURL: "https://souk.test"},
		web.Route{Method: http.MethodPost, Path: "/act", Policy: web.Public, Handler: say("done")},
		web.Route{Method: http.MethodPost, Path: "/api/v1/act", Policy: web.Public, NoLang: true, Handler: say("done")},
		page("/act", say("page")))
	for _, test := range []struct {
		path, site, origin string
		status             int
	}{
		{"/ar/act", "same-origin", "https://souk.test", 200},
		{"/ar/act", "none", "", 200},
		{"/ar/act", "cross-site", "https://evil.test", 403},
		{"/ar/act", "same-site", "https://blog.souk.test", 403},
		{"/ar/act", "cross-site", "", 403},
		{"/ar/act", "", "https://evil.test", 403},
		{"/ar/act", "", "null", 403},
		{"/ar/act", "", "https://souk.test", 200},  // behind a proxy that names another host
		{"/ar/act", "", "http://example.com", 200}, // the very host of the request
		{"/ar/act", "", "", 200},                   // no browser
		{"/api/v1/act", "cross-site", "https://partner.test", 200},
	} {
		request := httptest.NewRequest(http.MethodPost, test.path, nil)
		for name, value := range map[string]string{"Sec-Fetch-Site": test.site, "Origin": test.origin} {
			if value != "" {
				request.Header.Set(name, value)
			}
		}
		if response, body := ask(t, s, request); response.StatusCode != test.status {
			t.Errorf("%+v: %d %s", test, response.StatusCode, body)
		}
	}
	get := httptest.NewRequest(http.MethodGet, "/ar/act", nil)
	get.Header.Set("Sec-Fetch-Site", "cross-site")
	if response, _ := ask(t, s, get); response.StatusCode != http.StatusOK {
		t.Errorf("a link from elsewhere is answered %d", response.StatusCode)
	}
}

func TestBodiesAreBoundedAndUploadsHaveMoreRoom(t *testing.T) {
	t.Parallel()
	size := func(r *web.Request) error {
		file, err := r.FormFile("file")
		if err != nil {
			return err
		}
		opened, err := file.Open()
		if err != nil {
			return err
		}
		defer func() { _ = opened.Close() }()
		content, err := io.ReadAll(opened)
		if err != nil {
			return err
		}
		return r.JSON(http.StatusOK, len(content))
	}
	post := func(path string, limit int) web.Route {
		return web.Route{Method: http.MethodPost, Path: path, Policy: web.Public, MaxBody: limit, Handler: size}
	}
	s := bare(t, Config{}, post("/form", 0), post("/products/:id/picture", 4<<20))
	address := serve(t, s)
	for _, test := range []struct {
		path         string
		size, status int
	}{
		{"/fr/form", 900 << 10, 200}, {"/fr/form", 2 << 20, 413},
		{"/fr/products/7/picture", 3 << 20, 200}, {"/fr/products/7/picture", 5 << 20, 413},
	} {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		file, err := w.CreateFormFile("file", "a.jpg")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.Write(make([]byte, test.size)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		response, err := http.Post(address+test.path, w.FormDataContentType(), &body)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if response.StatusCode != test.status {
			t.Errorf("%d bytes to %s: %d, not %d: %s", test.size, test.path, response.StatusCode, test.status, text)
		}
		if test.status == http.StatusRequestEntityTooLarge && !strings.Contains(string(text), "<h1>Envoi trop volumineux</h1>") {
			t.Errorf("%d bytes to %s are told: %s", test.size, test.path, text)
		}
	}
}

func TestMethodsThatNobodyKnowsAreAnsweredLikeTheRest(t *testing.T) {
	t.Parallel()
	s := bare(t, Config{}, page("/x", say("x")))
	for _, method := range []string{"FOO", "get", "PROPFIND"} {
		response, body := ask(t, s, httptest.NewRequest(method, "/fr/x", nil))
		if response.StatusCode != http.StatusMethodNotAllowed || !strings.Contains(body, "<h1>Adresse à ne pas ouvrir ainsi</h1>") {
			t.Errorf("%s is answered %d %s", method, response.StatusCode, body)
		}
		for _, name := range []string{"Content-Security-Policy", "X-Request-Id", "Allow"} {
			if response.Header.Get(name) == "" {
				t.Errorf("the answer to %s has no %s", method, name)
			}
		}
	}
	recorder := httptest.NewRecorder()
	s.Metrics().ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if figures := recorder.Body.String(); !strings.Contains(figures, `method="unknown",route="unmatched",status="405"} 3`) || strings.Contains(figures, "FOO") {
		t.Errorf("the figures are\n%s", figures)
	}
}

func TestOtherSitesAreAllowedNothingAndNothingIsEchoed(t *testing.T) {
	t.Parallel()
	s := bare(t, Config{}, page("/x", say("x")))
	for method, status := range map[string]int{
		http.MethodGet: http.StatusOK, http.MethodOptions: http.StatusMethodNotAllowed, http.MethodTrace: http.StatusMethodNotAllowed,
	} {
		request := httptest.NewRequest(method, "/fr/x", nil)
		request.Header.Set("Origin", "https://elsewhere.example")
		request.Header.Set("Access-Control-Request-Method", "POST")
		request.Header.Set("X-Secret", "brought along")
		response, body := ask(t, s, request)
		if response.StatusCode != status || strings.Contains(body, "brought along") {
			t.Errorf("%s is answered %d %s", method, response.StatusCode, body)
		}
		for name := range response.Header {
			if strings.HasPrefix(name, "Access-Control-") {
				t.Errorf("the answer to %s carries %s", method, name)
			}
		}
	}
}

func TestWhatCannotBeReadIsAnsweredWithHeadersAndAnID(t *testing.T) {
	t.Parallel()
	address := serve(t, bare(t, Config{}, page("/x", say("x"))))
	for head, status := range map[string]int{
		"GET /fr/x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n":                                            400,
		"GET /fr/x HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("x", 17<<10) + "\r\n\r\n":             431,
		"POST /fr/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: xchunked\r\n\r\n0": 400,
		"POST /fr/x HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n":                          413,
	} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write([]byte(head)); err != nil {
			t.Fatal(err)
		}
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.Close()
		if response.StatusCode != status || response.Header.Get("Content-Security-Policy") == "" || response.Header.Get("X-Request-Id") == "" {
			t.Errorf("%.80q is answered %d %v", head, response.StatusCode, response.Header)
		}
	}
}

func TestCompressedBodiesAreNotUnpacked(t *testing.T) {
	t.Parallel()
	asked := false
	post := web.Route{Method: http.MethodPost, Path: "/x", Policy: web.Public, Handler: func(r *web.Request) error {
		asked = true
		return r.Bytes(http.StatusOK, "text/plain; charset=utf-8", []byte(r.Form("name")))
	}}
	api := post
	api.Path, api.NoLang = "/api/v1/x", true
	s := bare(t, Config{}, post, api)
	var packed bytes.Buffer
	gz := gzip.NewWriter(&packed)
	_, _ = gz.Write([]byte("--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\n" + strings.Repeat("x", 1<<20) + "\r\n--b--\r\n"))
	if err := gz.Close(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/ar/x", "/api/v1/x"} {
		request := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(packed.Bytes()))
		request.Header.Set("Content-Type", "multipart/form-data; boundary=b")
		request.Header.Set("Content-Encoding", "gzip")
		if response, body := ask(t, s, request); response.StatusCode != http.StatusUnsupportedMediaType || asked {
			t.Errorf("%s: %d, %d bytes", path, response.StatusCode, len(body))
		}
	}
}

func TestFormsAreReadAsTheyCome(t *testing.T) {
	t.Parallel()
	echo := web.Route{Method: http.MethodPost, Path: "/form", Policy: web.Public, Handler: func(r *web.Request) error {
		_, err := r.FormFile("file")
		return r.JSON(http.StatusOK, map[string]any{"name": r.Form("name"), "file": err == nil})
	}}
	s := bare(t, Config{}, echo)
	for _, test := range []struct{ kind, body, want string }{
		{"application/x-www-form-urlencoded", "name=+%D8%B9%D8%B3%D9%84+", `{"file":false,"name":"عسل"}`},
		{"application/x-www-form-urlencoded", "name=a%00b%FF", `{"file":false,"name":"ab�"}`},
		{"application/x-www-form-urlencoded", "", `{"file":false,"name":""}`},
		{"multipart/form-data; boundary=x", "nothing of the kind", `{"file":false,"name":""}`},
		{"multipart/form-data", "--x", `{"file":false,"name":""}`},
		{"text/plain", "name=x", `{"file":false,"name":""}`},
	} {
		request := httptest.NewRequest(http.MethodPost, "/ar/form?name=query", strings.NewReader(test.body))
		request.Header.Set("Content-Type", test.kind)
		if response, got := ask(t, s, request); response.StatusCode != http.StatusOK || got != test.want {
			t.Errorf("%s %q: %d %s, not %s", test.kind, test.body, response.StatusCode, got, test.want)
		}
	}
}

func TestPagesAreKeptByNobodyButTheirReader(t *testing.T) {
	t.Parallel()
	private := page("/private", say("p"))
	private.Private = true
	s := bare(t, Config{}, page("/public", say("p")), private)
	for path, want := range map[string]string{"/ar/public": "private, no-cache", "/ar/private": "no-store"} {
		if response, _ := ask(t, s, httptest.NewRequest(http.MethodGet, path, nil)); response.Header.Get("Cache-Control") != want {
			t.Errorf("%s: %q", path, response.Header.Get("Cache-Control"))
		}
	}
}

func TestPagesAreCompressed(t *testing.T) {
	t.Parallel()
	s := bare(t, Config{}, page("/x", say(strings.Repeat("عسل ", 500))))
	for _, encoding := range []string{"br", "gzip"} {
		request := httptest.NewRequest(http.MethodGet, "/ar/x", nil)
		request.Header.Set("Accept-Encoding", encoding)
		response, body := ask(t, s, request)
		if response.Header.Get("Content-Encoding") != encoding || len(body) > 500 || !strings.Contains(response.Header.Get("Vary"), "Accept-Encoding") {
			t.Errorf("%s: %v, %d bytes", encoding, response.Header, len(body))
		}
	}
}

// toastOf is a page that says what its toast does, and one that leaves a toast.
func toastOf() []web.Route {
	return []web.Route{page("/x", func(r *web.Request) error {
		if toast := r.Page("").Toast; toast != nil {
			return say(toast.Text)(r)
		}
		return say("")(r)
	}), page("/flash", func(r *web.Request) error {
		r.Flash("shop.basket.added", "Name", "عسل", "Count", 2)
		return r.Redirect("/x")
	})}
}

func TestToastsSayOnlyWhatTheMarketLeft(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	s := bare(t, Config{Now: func() time.Time { return now }}, toastOf()...)
	left, _ := ask(t, s, httptest.NewRequest(http.MethodGet, "/en/flash", nil))
	flash := left.Cookies()[0]
	forged := func(content string) string { return base64.RawURLEncoding.EncodeToString([]byte(content)) }
	try := func(value, want string) {
		t.Helper()
		request := httptest.NewRequest(http.MethodGet, "/en/x", nil)
		request.AddCookie(&http.Cookie{Name: flash.Name, Value: value})
		response, got := ask(t, s, request)
		if got != want {
			t.Errorf("%q says %q, not %q", value, got, want)
		}
		if gone := response.Cookies(); len(gone) == 0 || gone[0].Name != flash.Name || gone[0].Value != "" {
			t.Errorf("%q is kept", value)
		}
	}
	try(flash.Value, "2 in the basket: عسل")
	// Each of the next two once ended the whole program.
	try(forged(`{"key":"shop.basket.added","args":{"Count":-9223372036854775808}}`), "")
	try(forged(`{"key":"shop.basket.added","args":{"Count":1e308}}`), "")
	try(forged(`{"key":"shop.basket.added"}`), "")
	try(forged(`{"key":`), "")
	try("no base64!", "")
	try(flash.Value[:len(flash.Value)-2]+"AA", "")
	now = now.Add(2 * time.Minute)
	try(flash.Value, "")
}
