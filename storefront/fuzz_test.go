package storefront

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/valyala/fasthttp/fasthttputil"

	"github.com/souk-taawon/souk/storefront/web"
)

// FuzzEveryHeadIsAnswered sends addresses, headers and cookies as anybody may write them: each is answered
// with what was asked for or with a refusal, never with a failure of ours, and with the secure headers.
func FuzzEveryHeadIsAnswered(f *testing.F) {
	for _, head := range [][4]string{
		{"/fr/x", "q=miel", "Accept-Language", "fr-MA,fr;q=0.9"},
		{"/ar//evil.test/..%2f", "lang=xx&lang=", "Referer", "http://souk.test/ar/%zz"},
		{"/fr/%00%ff", "%=%&=&;", "Cookie", "language=xx; flash=AAAA; basket=%00; session="},
		{"http://evil.test/fr/x", "", "X-Forwarded-For", "::1, 1.2.3.4, , x"},
		{"//evil.test/fr", "next=//evil.test", "Host", "evil.test"},
		{"/fr/x", strings.Repeat("a=b&", 300), "X-Request-Id", "x\x00y"},
		{"/fr/%u0639", "q=\u0639\u0633\u0644", "Content Length", "5"},
		{"*", "", "Transfer-Encoding", "chunked"},
		{"/fr/x", "", "Expect", "100-continue"},
		{"/fr/x", "", "Accept", "application/json"},
		{"/fr/x", "", "Range", "bytes=0-,-1"},
		{"/fr/x", "", "Content-Type", "multipart/form-data; boundary="},
	} {
		f.Add(head[0], head[1], head[2], head[3])
	}
	echo := page("/*", func(r *web.Request) error {
		return r.Render(http.StatusOK, failurePage(r.Page(r.Query("q")), r.Path(), r.Header("Referer"), r.IP(), false, false))
	})
	bareEcho := echo
	bareEcho.NoLang = true
	s := bare(f, Config{TrustedProxies: []string{"0.0.0.0/0"}}, echo, bareEcho)
	listener := fasthttputil.NewInmemoryListener()
	go func() { _ = s.app.Listener(listener) }() // until the test ends
	f.Cleanup(func() { _ = listener.Close() })
	f.Fuzz(func(t *testing.T, path, query, name, value string) {
		if strings.Contains(path+query+name+value, "\n") || strings.Contains(path, " ") {
			t.Skip() // another request, which this test would wait for
		}
		conn, err := listener.Dial()
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		go func(conn net.Conn) {
			_, _ = io.WriteString(conn, "GET "+path+"?"+query+" HTTP/1.1\r\nHost: souk.test\r\nConnection: close\r\n"+name+": "+value+"\r\n\r\n")
		}(conn)
		answer := bufio.NewReader(conn)
		response, err := http.ReadResponse(answer, nil)
		if err == nil && response.StatusCode == http.StatusContinue {
			response, err = http.ReadResponse(answer, nil)
		}
		if err != nil {
			t.Fatalf("%q %q %q %q: %v", path, query, name, value, err)
		}
		body, _ := io.ReadAll(response.Body)
		switch response.StatusCode {
		case http.StatusOK, http.StatusBadRequest, http.StatusRequestURITooLong, http.StatusRequestHeaderFieldsTooLarge,
			http.StatusUnsupportedMediaType, http.StatusRequestEntityTooLarge, http.StatusExpectationFailed, http.StatusRequestTimeout:
		default:
			t.Errorf("%q %q %q %q is answered %d: %s", path, query, name, value, response.StatusCode, body)
		}
		if response.Header.Get("Content-Security-Policy") == "" || len(body) > 200<<10 {
			t.Errorf("%q %q %q %q is answered %v with %d bytes", path, query, name, value, response.Header, len(body))
		}
	})
}
