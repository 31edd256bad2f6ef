package storefront

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/souk-taawon/souk/storefront/web"
)

// piped are both ends of a connection through which nothing passes that the other end does not take at once.
func piped(t *testing.T) (*connection, net.Conn) {
	t.Helper()
	ours, theirs := net.Pipe()
	t.Cleanup(func() { _, _ = ours.Close(), theirs.Close() })
	return &connection{Conn: ours, from: &connections{stalled: stalled}}, theirs
}

func TestAReaderIsCutOffWhoTakesTooLittle(t *testing.T) {
	t.Parallel()
	for name, reader := range map[string]struct {
		takes  int           // bytes
		each   time.Duration // time
		file   int           // bytes
		within time.Duration // 0: it has the file
	}{
		"a telephone in the hills":             {5_000, 500 * time.Millisecond, 12 << 20, 0},
		"one that sleeps for a while":          {200_000, 24 * time.Second, 12 << 20, 0},
		"one who takes nothing":                {1, time.Hour, 100_000, writeTimeout},
		"one who takes a byte a minute":        {1, time.Minute, 100_000, writeTimeout},
		"one who takes a byte a second":        {1, time.Second, 100_000, writeTimeout},
		"one who takes little, but regularly":  {20_000, 10 * time.Second, 1 << 20, 2 * time.Minute},
		"one who is nearly done for very long": {10_000, time.Second, 100 << 20, longest},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				conn, other := piped(t)
				var reading sync.WaitGroup
				reading.Go(func() {
					for b := make([]byte, reader.takes); ; time.Sleep(reader.each) {
						if _, err := io.ReadFull(other, b); err != nil {
							return
						}
					}
				})
				begun := time.Now()
				if err := conn.SetWriteDeadline(begun.Add(writeTimeout)); err != nil {
					t.Fatal(err)
				}
				n, err := conn.Write(make([]byte, reader.file))
				switch took := time.Since(begun); {
				case reader.within == 0 && (err != nil || n != reader.file):
					t.Errorf("after %s it has %d of %d bytes: %v", took, n, reader.file, err)
				case reader.within > 0 && (!errors.Is(err, os.ErrDeadlineExceeded) || took > reader.within):
					t.Errorf("after %s it has %d of %d bytes: %v", took, n, reader.file, err)
				}
				_ = conn.Conn.Close()
				reading.Wait()
			})
		})
	}
}

func TestASenderIsCutOffWhoSendsTooLittle(t *testing.T) {
	t.Parallel()
	const whole = 3 * time.Minute
	for name, sender := range map[string]struct {
		sends  int
		each   time.Duration
		within time.Duration // 0: it is heard to the end
	}{
		"a telephone in the hills":      {5_000, 500 * time.Millisecond, 0},
		"one who sends nothing":         {1, time.Hour, stalled},
		"one who sends a byte a second": {1, time.Second, whole + time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				conn, other := piped(t)
				const photograph = 12 << 20
				var sending sync.WaitGroup
				sending.Go(func() {
					for range photograph/sender.sends + 1 {
						if _, err := other.Write(make([]byte, sender.sends)); err != nil {
							return
						}
						time.Sleep(sender.each)
					}
				})
				begun := time.Now()
				if err := conn.SetReadDeadline(begun.Add(whole)); err != nil {
					t.Fatal(err)
				}
				n, err := io.CopyN(io.Discard, conn, photograph)
				switch took := time.Since(begun); {
				case sender.within == 0 && err != nil:
					t.Errorf("after %s %d bytes have come: %v", took, n, err)
				case sender.within > 0 && (!errors.Is(err, os.ErrDeadlineExceeded) || took > sender.within):
					t.Errorf("after %s %d bytes have come: %v", took, n, err)
				}
				_ = conn.Conn.Close()
				sending.Wait()
			})
		})
	}
}

// slowReader asks for a file and takes little of it at once.
func slowReader(t *testing.T, address, path string) (net.Conn, *http.Response) {
	t.Helper()
	conn := idle(t, "127.0.0.1", address)
	if err := conn.(*net.TCPConn).SetReadBuffer(32 << 10); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: souk.test\r\n\r\n", path); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReaderSize(conn, 4<<10), nil)
	if err != nil {
		t.Fatal(err)
	}
	return conn, response
}

func TestAFileIsSentToTheEndToWhoTakesItSlowly(t *testing.T) {
	t.Parallel()
	const size = 4 << 20
	s := bare(t, Config{}, page("/file", func(r *web.Request) error {
		return r.Attachment("file.csv", web.SpreadsheetTypes["csv"], func(w io.Writer) error {
			_, err := io.Copy(w, strings.NewReader(strings.Repeat("honey;12,50\r\n", size/13)))
			return err
		})
	}))
	const patience = 2 * time.Second // a machine that is busy stands still for a while
	s.app.Server().WriteTimeout = patience
	address := serve(t, s)

	_, response := slowReader(t, address, "/fr/file")
	took, begun := int64(0), time.Now()
	for piece := int64(response.ContentLength / 100); ; time.Sleep(patience / 25) { // 100 pauses: four times as long as nothing may pass
		n, err := io.CopyN(io.Discard, response.Body, piece)
		took += n
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("after %s the file is cut at %d of %d bytes: %v", time.Since(begun), took, response.ContentLength, err)
		}
	}
	if took != response.ContentLength || time.Since(begun) < 2*patience {
		t.Errorf("%d of %d bytes came in %s", took, response.ContentLength, time.Since(begun))
	}
}

func TestWhoTakesFilesSlowlyHasFewOfThemOnTheWay(t *testing.T) {
	t.Parallel()
	s := bare(t, Config{}, page("/file", func(r *web.Request) error {
		return r.Attachment("file.csv", web.SpreadsheetTypes["csv"], func(w io.Writer) error {
			_, err := w.Write(make([]byte, 4<<20))
			return err
		})
	}), page("/x", say("x")))
	address := serve(t, s)
	var held []net.Conn
	for i := range web.SendLimits.PerPerson {
		conn, response := slowReader(t, address, "/fr/file")
		if response.StatusCode != http.StatusOK {
			t.Fatalf("file %d: %s", i+1, response.Status)
		}
		held = append(held, conn)
	}
	if _, response := slowReader(t, address, "/fr/file"); response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") == "" {
		t.Errorf("one file more: %s", response.Status)
	}
	for _, conn := range held { // whoever goes away, or has all of it, makes room again
		_ = conn.Close()
	}
	for deadline := time.Now().Add(10 * time.Second); ; {
		answer, body := download(t, address+"/fr/file", "gzip")
		if answer.StatusCode == http.StatusOK && bytes.Equal([]byte(body), make([]byte, 4<<20)) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("with room again: %s", answer.Status)
		}
	}
}
