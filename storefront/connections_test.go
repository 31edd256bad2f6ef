package storefront

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/souk-taawon/souk/storefront/web"
)

// idle opens a connection from an address of this machine and leaves it at that.
func idle(t *testing.T, from, to string) net.Conn {
	t.Helper()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	conn, err := dialer.Dial("tcp", strings.TrimPrefix(to, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// answered asks for /ar/x on a connection.
func answered(t *testing.T, conn net.Conn) (*http.Response, string) {
	t.Helper()
	if _, err := io.WriteString(conn, "GET /ar/x HTTP/1.1\r\nHost: souk.test\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
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

func TestOneAddressShutsNobodyElseOut(t *testing.T) {
	t.Parallel()
	address := serve(t, bare(t, Config{ConnectionsPerAddress: 8}, page("/x", say("x"))))
	var held []net.Conn
	for range 8 {
		conn := idle(t, "127.0.0.2", address)
		if response, body := answered(t, conn); response.StatusCode != http.StatusOK || body != "x" { // kept alive
			t.Fatalf("%d %s", response.StatusCode, body)
		}
		held = append(held, conn)
	}
	for range 20 {
		response, body := answered(t, idle(t, "127.0.0.2", address))
		if response.StatusCode != http.StatusServiceUnavailable || !response.Close || response.Header.Get("Retry-After") != "15" ||
			response.Header.Get("Content-Security-Policy") == "" || response.Header.Get("Cache-Control") != "no-store" || response.Header.Get("Date") != "" {
			t.Fatalf("one more is answered %d %v", response.StatusCode, response.Header)
		}
		for _, words := range []string{`<section lang="ar" dir="rtl"><h1>غير متاح الآن</h1>`, `<section lang="fr" dir="ltr"><h2>Indisponible`, "There are too many connections"} {
			if !strings.Contains(body, words) {
				t.Fatalf("one more is told %s", body)
			}
		}
	}
	if response, body := answered(t, idle(t, "127.0.0.3", address)); response.StatusCode != http.StatusOK || body != "x" {
		t.Errorf("somebody else is answered %d", response.StatusCode)
	}
	for range 50 { // a connection that is kept is served as often as it asks
		if response, _ := answered(t, held[0]); response.StatusCode != http.StatusOK {
			t.Fatalf("a kept connection is answered %d", response.StatusCode)
		}
	}
	// Whoever leaves makes room again.
	if err := held[1].Close(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); ; {
		if response, _ := answered(t, idle(t, "127.0.0.2", address)); response.StatusCode == http.StatusOK {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("a connection that was closed still counts")
		}
	}
}

func TestProxiesAndLoadFromTheSameMachineHoldAnyNumberOfConnections(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]Config{
		"a proxy":      {ConnectionsPerAddress: 2, TrustedProxies: []string{"127.0.0.0/8"}},
		"this machine": {ConnectionsPerAddress: 2, RateLimits: RateLimits{SpareLoopback: true}},
		"no limit":     {ConnectionsPerAddress: -1},
	} {
		address := serve(t, bare(t, config, page("/x", say("x"))))
		for range 10 {
			if response, _ := answered(t, idle(t, "127.0.0.2", address)); response.StatusCode != http.StatusOK {
				t.Errorf("%s is answered %d", name, response.StatusCode)
			}
		}
	}
}

func TestConnectionsAreBoundedInAll(t *testing.T) {
	t.Parallel()
	s := bare(t, Config{ConnectionsPerAddress: 8}, page("/x", say("x")))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	all := s.newConnections(listener)
	all.most = 6
	served := make(chan error, 1)
	go func() { served <- s.app.Listener(all) }()
	var conns []net.Conn
	for i := range 9 {
		conns = append(conns, idle(t, fmt.Sprintf("127.0.1.%d", i+1), "http://"+listener.Addr().String()))
	}
	for i, conn := range slices.Backward(conns) { // an answer frees its place
		want := http.StatusOK
		if i >= 6 {
			want = http.StatusServiceUnavailable
		}
		if response, _ := answered(t, conn); response.StatusCode != want {
			t.Errorf("connection %d is answered %d", i+1, response.StatusCode)
		}
	}
	_ = listener.Close()
	if err := <-served; err != nil {
		t.Error(err)
	}
}

// full is a listener of a machine that has no room for one more file, for a while.
type full struct {
	net.Listener
	errors []error
}

func (f *full) Accept() (net.Conn, error) {
	if len(f.errors) > 0 {
		err := f.errors[0]
		f.errors = f.errors[1:]
		return nil, &net.OpError{Op: "accept", Net: "tcp", Err: os.NewSyscallError("accept4", err)}
	}
	return f.Listener.Accept()
}

func TestAMachineWithoutRoomForAConnectionEndsNothing(t *testing.T) {
	t.Parallel()
	s := bare(t, Config{}, page("/x", say("x")))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() {
		served <- s.Serve(&full{listener, []error{syscall.EMFILE, syscall.ENFILE, syscall.ECONNABORTED}})
	}()
	if response, _ := answered(t, idle(t, "127.0.0.1", "http://"+listener.Addr().String())); response.StatusCode != http.StatusOK {
		t.Errorf("answered %d", response.StatusCode)
	}
	_ = listener.Close()
	if err := <-served; err != nil {
		t.Error(err)
	}
}

func TestConnectionsLeaveOpenFilesForTheRest(t *testing.T) {
	t.Parallel()
	for files, want := range map[uint64]int{100: 50, 512: 256, 1024: 768, 4096: 3840, 1 << 20: maxConnections, math.MaxUint64: maxConnections} {
		if got := roomFor(files); got != want {
			t.Errorf("%d of %d files are for connections, want %d", got, files, want)
		}
	}
}

func TestNobodyKeepsAConnectionWhereThereIsLittleRoom(t *testing.T) {
	t.Parallel()
	s := bare(t, Config{}, page("/x", say("x")))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	all := s.newConnections(listener)
	all.most = 8
	go func() { _ = s.app.Listener(all) }()
	defer func() { _ = listener.Close() }()
	for i := range 8 {
		response, _ := answered(t, idle(t, fmt.Sprintf("127.0.2.%d", i+1), "http://"+listener.Addr().String()))
		if crowded := i >= 5; response.Close != crowded {
			t.Errorf("with %d connections the answer closes its own: %v", i+1, response.Close)
		}
	}
}

func TestIdleConnectionsAreKeptLongerForProxiesOnly(t *testing.T) {
	t.Parallel()
	for proxy, want := range map[string]time.Duration{"": idleTimeout, "10.0.0.1": proxyTimeout} {
		config := Config{}
		if proxy != "" {
			config.TrustedProxies = []string{proxy}
		}
		if got := bare(t, config).app.Config().IdleTimeout; got != want {
			t.Errorf("behind %q: %s", proxy, got)
		}
	}
}

// open is how many connections the server's figures count.
func open(s *Server) int {
	recorder := httptest.NewRecorder()
	s.Metrics().ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	_, figure, _ := strings.Cut(recorder.Body.String(), "\nsouk_http_connections ")
	n := 0
	_, _ = fmt.Sscan(figure, &n)
	return n
}

func TestFewRefusedSendersAreHeardOut(t *testing.T) {
	t.Parallel()
	s := bare(t, Config{ConnectionsPerAddress: 100}, web.Route{Method: http.MethodPost, Path: "/x", Policy: web.Public, Handler: say("x")})
	address := serve(t, s)
	closed := 0
	for range 12 { // each is refused at its head, and goes on holding its connection
		conn := idle(t, "127.0.0.2", address)
		if _, err := io.WriteString(conn, "POST /ar/x HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		if response, err := http.ReadResponse(bufio.NewReader(conn), nil); err != nil || response.StatusCode != http.StatusRequestEntityTooLarge {
			t.Fatalf("%v %v", response, err)
		}
	}
	// Four of one address are listened to; the others were closed, so that they no longer count.
	for deadline := time.Now().Add(10 * time.Second); closed < 8 && time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		closed = 12 - open(s)
	}
	if closed != 8 {
		t.Errorf("%d of 12 refused senders were closed", closed)
	}
}
