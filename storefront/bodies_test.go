package storefront

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/souk-taawon/souk/storefront/web"
)

// head is a request's head that announces a body of so many bytes; -1 for one that comes in pieces.
func head(length int) *fasthttp.RequestHeader {
	h := new(fasthttp.RequestHeader)
	h.SetMethod(http.MethodPost)
	h.SetContentLength(length)
	return h
}

const mebibytes = 1 << 20

func TestLargeBodiesAreBoundedInAllAndForEachMember(t *testing.T) {
	t.Parallel()
	b := newBodies(time.Now)
	const most = 12 * mebibytes
	first := head(most)
	if !b.admit(first, body{person: "Fatima"}, most, time.Minute) {
		t.Fatal("there is no room for a first photograph")
	}
	for range bodiesOfOne - 1 {
		if !b.admit(head(mebibytes), body{person: "Fatima"}, most, time.Minute) {
			t.Fatal("there is no room for some more of one member")
		}
	}
	late := head(mebibytes)
	if b.admit(late, body{person: "Fatima"}, most, time.Minute) {
		t.Error("one member sends any number of bodies at a time")
	}
	if !b.admit(head(smallBody), body{person: "Fatima"}, most, time.Minute) || !b.admit(head(0), body{person: "Fatima"}, most, time.Minute) {
		t.Error("small forms are kept out")
	}
	b.release(first)
	if !b.admit(head(mebibytes), body{person: "Fatima"}, most, time.Minute) {
		t.Error("what has been answered still takes room")
	}
	admitted := 0
	for i := range 100 {
		if b.admit(head(-1), body{person: fmt.Sprint("member ", i)}, most, time.Minute) {
			admitted++
		}
	}
	if admitted > membersBodies/most {
		t.Errorf("%d bodies of up to %d bytes are under way", admitted, most)
	}
	// Members and strangers keep nobody out of the other's room.
	strangers := 0
	for range 100 {
		if b.admit(head(mebibytes), body{person: ""}, mebibytes, time.Minute) {
			strangers++
		}
	}
	if strangers != strangersBodies/mebibytes {
		t.Errorf("%d bodies of strangers are under way", strangers)
	}
}

func TestWhoHasALinkSendsOneLargeBodyAtATime(t *testing.T) {
	t.Parallel()
	b := newBodies(time.Now)
	admitted := map[string]int{}
	for range 3 {
		for _, link := range []string{"hers", "another's"} {
			if b.admit(head(8*mebibytes), body{bearer: link}, 8*mebibytes, time.Minute) {
				admitted[link]++
			}
		}
	}
	if admitted["hers"] != 1 || admitted["another's"] != 1 {
		t.Errorf("under way are %v", admitted)
	}
	for i := range bodiesOfOne + 1 {
		if b.admit(head(mebibytes), body{person: "Fatima", bearer: fmt.Sprint("link ", i)}, mebibytes, time.Minute) != (i < bodiesOfOne) {
			t.Errorf("a member sends body %d at a time, each with another link", i+1)
		}
	}
	if !b.admit(head(mebibytes), body{}, mebibytes, time.Minute) {
		t.Error("they keep out who sends something else")
	}
}

func TestStrangersSendOnlySmallBodiesInPieces(t *testing.T) {
	t.Parallel()
	s := bare(t, Config{}, web.Route{Method: http.MethodPost, Path: "/api/x", Policy: web.Public, NoLang: true, Handler: func(r *web.Request) error {
		return r.Bytes(http.StatusOK, "text/plain", []byte("read"))
	}})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.Serve(listener) }()
	defer func() { _ = listener.Close() }()
	for range 2 * strangersBodies / bodyLimit { // half a piece each, and then nothing
		conn := idle(t, "127.0.0.1", "http://"+listener.Addr().String())
		if _, err := io.WriteString(conn, "POST /api/x HTTP/1.1\r\nHost: souk.test\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhalf"); err != nil {
			t.Fatal(err)
		}
	}
	for size, want := range map[int]int{5: http.StatusOK, smallBody: http.StatusOK, smallBody + 1: http.StatusRequestEntityTooLarge} {
		conn := idle(t, "127.0.0.1", "http://"+listener.Addr().String())
		go func() { // whoever is refused is not heard to the end
			_, _ = fmt.Fprintf(conn, "POST /api/x HTTP/1.1\r\nHost: souk.test\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", size, make([]byte, size))
		}()
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || response.StatusCode != want {
			t.Errorf("%d bytes in pieces: %v, %v", size, response, err)
			continue
		}
		if kind := response.Header.Get("Content-Type"); want != http.StatusOK && kind != "application/json; charset=utf-8" {
			t.Errorf("a program is answered in %s", kind)
		}
	}
}

func TestABodyOfWhichNothingComesIsCutOff(t *testing.T) {
	t.Parallel()
	upload := web.Route{Method: http.MethodPost, Path: "/x", Policy: web.Public, Long: true, Handler: func(r *web.Request) error {
		return r.Bytes(http.StatusOK, "text/plain", []byte("read"))
	}}
	s := bare(t, Config{}, upload)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	all := s.newConnections(listener)
	all.stalled = 50 * time.Millisecond
	go func() { _ = s.app.Listener(all) }()
	defer func() { _ = listener.Close() }()
	conn := idle(t, "127.0.0.1", "http://"+listener.Addr().String())
	if _, err := io.WriteString(conn, "POST /fr/x HTTP/1.1\r\nHost: souk.test\r\nContent-Length: 99999\r\n\r\nhalf"); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil) // the upload has three minutes
	if err != nil || response.StatusCode != http.StatusRequestTimeout {
		t.Errorf("%v, %v", response, err)
	}
}

func TestABodyWhoseConnectionEndedWithoutAWordTakesNoRoomForEver(t *testing.T) {
	t.Parallel()
	now := time.Now()
	b := newBodies(func() time.Time { return now })
	for range bodiesOfOne {
		b.admit(head(mebibytes), body{person: "Fatima"}, mebibytes, time.Minute)
	}
	now = now.Add(time.Minute + time.Second)
	if !b.admit(head(mebibytes), body{person: "Fatima"}, mebibytes, time.Minute) {
		t.Error("it does")
	}
}

func TestABodyInPiecesThatNeverBeginsGivesItsRoomBack(t *testing.T) {
	t.Parallel()
	s := bare(t, Config{}, web.Route{Method: http.MethodPost, Path: "/x", Policy: web.Public, Long: true, Handler: func(r *web.Request) error {
		return r.Bytes(http.StatusOK, "text/plain", []byte("read"))
	}})
	address := serve(t, s)
	until := func(bodies int) {
		t.Helper()
		for deadline := time.Now().Add(10 * time.Second); ; {
			s.bodies.mu.Lock()
			under := len(s.bodies.under)
			s.bodies.mu.Unlock()
			if under == bodies {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("%d bodies are under way, not %d", under, bodies)
			}
		}
	}
	for _, begun := range []string{"", "3\r\nhal\r\n"} {
		conn := idle(t, "127.0.0.1", address)
		if _, err := io.WriteString(conn, "POST /fr/x HTTP/1.1\r\nHost: souk.test\r\nTransfer-Encoding: chunked\r\n\r\n"+begun); err != nil {
			t.Fatal(err)
		}
		until(1)
		_ = conn.Close()
		until(0)
	}
}

func TestWhoSendsABodyThereIsNoRoomForIsToldAtOnce(t *testing.T) {
	t.Parallel()
	s := bare(t, Config{}, web.Route{Method: http.MethodPost, Path: "/x", Policy: web.Public, Handler: func(r *web.Request) error {
		return r.Bytes(http.StatusOK, "text/plain", []byte("read"))
	}})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.Serve(listener) }()
	defer func() { _ = listener.Close() }()
	post := func() *http.Response {
		conn := idle(t, "127.0.0.1", "http://"+listener.Addr().String())
		_, err := fmt.Fprintf(conn, "POST /fr/x HTTP/1.1\r\nHost: souk.test\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n", bodyLimit)
		if err != nil {
			t.Fatal(err)
		}
		go func() { _, _ = conn.Write(make([]byte, bodyLimit)) }() // whoever is refused is not heard to the end
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		return response
	}
	first := head(bodyLimit)
	s.bodies.admit(first, body{}, bodyLimit, time.Minute)
	for range strangersBodies/bodyLimit - 1 {
		s.bodies.admit(head(bodyLimit), body{}, bodyLimit, time.Minute)
	}
	response := post()
	page, err := io.ReadAll(response.Body)
	if response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") == "" || len(page) == 0 || err != nil {
		t.Errorf("answered %d %q, %v", response.StatusCode, page, err)
	}
	s.bodies.release(first)
	for range 2 { // the one makes room for the other
		if response := post(); response.StatusCode != http.StatusOK {
			t.Errorf("with room again: answered %d", response.StatusCode)
		}
	}
}
