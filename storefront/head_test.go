package storefront

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/storefront/web"
)

// exchange sends bytes as they are on a connection of their own and gives the answer, with its body.
func exchange(t testing.TB, address, text string) (*http.Response, string) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

// many is n pieces like the given one, which has room for a number.
func many(n int, piece string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, piece, i)
	}
	return b.String()
}

func TestAHeadIsRefusedBeyondItsBounds(t *testing.T) {
	t.Parallel()
	echo := page("/x", func(r *web.Request) error {
		return r.Render(http.StatusOK, failurePage(r.Page("x"), "x", "", "", false, false))
	})
	api := web.Route{Method: http.MethodGet, Path: "/api/v1/x", Policy: web.Public, NoLang: true, Handler: say("x")}
	address := serve(t, bare(t, Config{}, echo, api))
	get := func(target, head string) string {
		return "GET " + target + " HTTP/1.1\r\nHost: souk.test\r\n" + head + "Connection: close\r\n\r\n"
	}
	for name, test := range map[string]struct {
		request string
		status  int
		title   string
	}{
		"an address as people have them":    {get("/fr/x?q=miel&category=honey", ""), 200, "x"},
		"a long query":                      {get("/fr/x?q="+strings.Repeat("x", 4<<10), ""), 414, "Adresse trop longue"},
		"a query of many values":            {get("/fr/x?"+many(300, "c=%d&"), ""), 414, "Adresse trop longue"},
		"a query of nothing but marks":      {get("/fr/x?"+strings.Repeat("&", 1000), ""), 414, "Adresse trop longue"},
		"a long path":                       {get("/fr/x/"+strings.Repeat("y", 3<<10), ""), 414, "Adresse trop longue"},
		"a long query of the API":           {get("/api/v1/x?q="+strings.Repeat("x", 4<<10), ""), 414, `"code":"uri_too_long"`},
		"a head as browsers send them":      {get("/fr/x", many(40, "X-%d: y\r\n")), 200, "x"},
		"many headers":                      {get("/fr/x", many(120, "X-%d: y\r\n")), 431, "Demande trop volumineuse"},
		"many times one header":             {get("/fr/x", strings.Repeat("Accept: */*\r\n", 120)), 431, "Demande trop volumineuse"},
		"cookies as browsers have them":     {get("/fr/x", "Cookie: "+many(20, "c%d=v; ")+"\r\n"), 200, "x"},
		"many cookies":                      {get("/fr/x", "Cookie: "+many(80, "c%d=v; ")+"\r\n"), 431, "Demande trop volumineuse"},
		"many cookies in many headers":      {get("/fr/x", many(80, "Cookie: c%d=v\r\n")), 431, "Demande trop volumineuse"},
		"large cookies":                     {get("/fr/x", "Cookie: a="+strings.Repeat("x", 9<<10)+"\r\n"), 431, "Demande trop volumineuse"},
		"a space in a header's name":        {get("/fr/x", "Content Length: 5\r\n"), 400, "Demande incomprise"},
		"a space before the colon":          {get("/fr/x", "Content-Length : 5\r\n"), 400, "طلب غير مفهوم"},
		"a header continued on a new line":  {get("/fr/x", "X-A: b\r\n c: d\r\n"), 400, "Demande incomprise"},
		"a header that begins with a tab":   {get("/fr/x", "\tX-A: b\r\n"), 400, "طلب غير مفهوم"},
		"one line that ends so":             {get("/fr/x", "X-A: b\n"), 400, "Demande incomprise"},
		"a return inside a line":            {get("/fr/x", "X-A: b\rX-B: c\r\n"), 400, "طلب غير مفهوم"},
		"a name that is no token":           {get("/fr/x", "X[A]: b\r\n"), 400, "طلب غير مفهوم"},
		"a name that is Arabic":             {get("/fr/x", "عسل: b\r\n"), 400, "طلب غير مفهوم"},
		"an unknown method with a bad line": {"FOO /fr/x HTTP/1.1\r\nHost: a\r\nX A: b\r\n\r\n", 400, "Demande incomprise"},
	} {
		response, body := exchange(t, address, test.request)
		if response.StatusCode != test.status || !strings.Contains(body, test.title) {
			t.Errorf("%s: %d, not %d with %q: %.300s", name, response.StatusCode, test.status, test.title, body)
		}
		if response.Header.Get("Content-Security-Policy") == "" || response.Header.Get("X-Request-Id") == "" {
			t.Errorf("%s: answered without the headers that come with every answer", name)
		}
		if len(body) > 40<<10 {
			t.Errorf("%s: %d bytes of answer", name, len(body))
		}
	}
}

func TestAfterAMalformedHeadTheConnectionIsClosed(t *testing.T) {
	t.Parallel()
	address := serve(t, bare(t, Config{}, page("/x", say("x"))))
	response, _ := exchange(t, address, "GET /fr/x HTTP/1.1\r\nHost: a\r\nContent Length: 40\r\n\r\nGET /fr/x HTTP/1.1\r\nHost: a\r\nX-A: b\r\n\r\n")
	if response.StatusCode != http.StatusBadRequest || !response.Close {
		t.Errorf("%d, closed: %v", response.StatusCode, response.Close)
	}
}

func TestPagesAskNothingOfRangesAndTagsWithoutEnd(t *testing.T) {
	t.Parallel()
	address := serve(t, bare(t, Config{}, page("/x", say(strings.Repeat("x", 1000)))))
	for _, head := range []string{"Range: bytes=" + strings.Repeat("0-0,", 1000) + "1-1\r\n", "If-None-Match: " + many(1000, `"%d", `) + "\r\n"} {
		response, body := exchange(t, address, "GET /fr/x HTTP/1.1\r\nHost: a\r\n"+head+"\r\n")
		if response.StatusCode != http.StatusOK || len(body) != 1000 {
			t.Errorf("%.20s: %d, %d bytes", head, response.StatusCode, len(body))
		}
	}
}

func TestAClientThatBreaksOffIsNoFailureOfTheMarkets(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := bare(t, Config{Log: slog.New(slog.NewTextHandler(&log, nil))}, page("/x", say("x")))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(listener) }()
	address := "http://" + listener.Addr().String()
	broken := idle(t, "127.0.0.1", address)
	if _, err := io.WriteString(broken, "POST /fr/x HTTP/1.1\r\nHost: souk.test\r\nContent-Length: 9\r\n\r\nhalf"); err != nil {
		t.Fatal(err)
	}
	answered(t, idle(t, "127.0.0.1", address))                 // the first was taken before
	if err := broken.(*net.TCPConn).SetLinger(0); err != nil { // reset, not closed
		t.Fatal(err)
	}
	_ = broken.Close()
	if err := errors.Join(s.Shutdown(t.Context()), <-served); err != nil { // waits for both
		t.Fatal(err)
	}
	if text := log.String(); strings.Contains(text, "level=ERROR") || !strings.Contains(text, "status=400") {
		t.Errorf("the log says %s", text)
	}
}
