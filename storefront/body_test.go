package storefront

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/settings"
	"github.com/souk-taawon/souk/storefront/web"
)

// spent is how many bytes of memory were taken in all while something was done. Whoever measures must
// not run beside other tests.
func spent(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Not parallel: it measures.
func TestABodyCostsLittleMoreThanItsBytes(t *testing.T) {
	read := web.Route{Method: http.MethodPost, Path: "/form", Policy: web.Public, Handler: func(r *web.Request) error {
		_, err := r.FormFile("file")
		if form, wrong := r.Rejected(web.ErrForm); wrong {
			err = errors.Join(err, r.Render(http.StatusOK, failurePage(r.Page(form.Values["name"]), "", "", "", false, false)))
		}
		if errors.Is(err, web.ErrNoFile) {
			return nil
		}
		return err
	}}
	s := bare(t, Config{}, read)
	const encoded, parts = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
	const mebibyte = 1<<20 - 200
	part := "--x\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\nv\r\n"
	for name, test := range map[string]struct {
		kind, body string
		status     int
	}{
		"separators":       {encoded, strings.Repeat("&", mebibyte), 413},
		"fields":           {encoded, strings.Repeat("a=b&", mebibyte/4), 413},
		"one long field":   {encoded, "name=" + strings.Repeat("x", mebibyte), 200},
		"escapes":          {encoded, "name=" + strings.Repeat("%FF", mebibyte/3), 200},
		"parts":            {parts, strings.Repeat(part, mebibyte/len(part)), 413},
		"headers of parts": {parts, "--x\r\n" + strings.Repeat("X: y\r\n", mebibyte/6) + "\r\nv\r\n--x--", 413},
		"1,000 parts":      {parts, strings.Repeat(part, 1000) + "--x--\r\n", 200},
	} {
		request := httptest.NewRequest(http.MethodPost, "/fr/form", bytes.NewReader([]byte(test.body)))
		request.Header.Set("Content-Type", test.kind)
		status, answered := 0, 0
		used := spent(func() {
			response, err := s.app.Test(request, -1)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			status, answered = response.StatusCode, len(body)
		})
		if status != test.status || used > 24<<20 {
			t.Errorf("%s: %d, with %d KB of memory for %d KB, %d KB answered", name, status, used>>10, len(test.body)>>10, answered>>10)
		}
	}
}

func TestAPanicOutsideEveryMiddlewareEndsOneRequestOnly(t *testing.T) {
	t.Parallel()
	s := bare(t, Config{}, page("/x", func(*web.Request) error { return errForbidden }), page("/fine", say("fine")))
	s.site.Settings = func(context.Context) (settings.Settings, error) { panic("the foot of the page") }
	address := serve(t, s)
	for name, request := range map[string]string{
		"a page of an error":      "GET /fr/x HTTP/1.1\r\nHost: a\r\n\r\n",
		"a head that is refused":  "GET /fr/x HTTP/1.1\r\nHost: a\r\nA B: c\r\n\r\n",
		"a body that is too long": "POST /fr/x HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n",
	} {
		response, body := exchange(t, address, request)
		if response.StatusCode != http.StatusInternalServerError || body != "Internal Server Error\n" || response.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: %d %q %v", name, response.StatusCode, body, response.Header)
		}
	}
	upload := web.Route{Method: http.MethodPost, Path: "/up", Policy: web.SignedIn, MaxBody: 2 << 20, Handler: say("up")}
	s = bare(t, Config{}, upload) // which knows no accounts to look a session up in
	response, _ := exchange(t, serve(t, s), "POST /fr/up HTTP/1.1\r\nHost: a\r\nCookie: session=x\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx")
	if response.StatusCode != http.StatusInternalServerError {
		t.Errorf("an upload whose session cannot be looked up: %d", response.StatusCode)
	}
	if response, body := exchange(t, address, "GET /fr/fine HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"); body != "fine" {
		t.Errorf("afterwards: %d %s", response.StatusCode, body)
	}
}
