package storefront

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/souk-taawon/souk/storefront/web"
)

// Not parallel: it has a folder for temporary files of its own.
func TestAFileArrivesWholeAndNothingIsLeftOfIt(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	lines := func(n int, end error) func(*web.Request) error {
		return func(r *web.Request) error {
			return r.Attachment("lines.csv", web.SpreadsheetTypes["csv"], func(w io.Writer) error {
				for i := range n {
					if _, err := fmt.Fprintln(w, i, "عسل"); err != nil {
						return err
					}
				}
				return end
			})
		}
	}
	address := serve(t, bare(t, Config{},
		page("/short", lines(3, nil)), page("/long", lines(300_000, nil)), page("/broken", lines(300_000, errors.New("the database is gone"))),
		page("/panic", func(r *web.Request) error {
			return r.Attachment("lines.csv", web.SpreadsheetTypes["csv"], func(w io.Writer) error {
				_, _ = w.Write(make([]byte, 4<<20))
				panic("a fault")
			})
		})))

	for path, last := range map[string]string{"/short": "2 عسل\n", "/long": "299999 عسل\n"} {
		for _, coding := range []string{"identity", "gzip"} {
			answer, body := download(t, address+"/fr"+path, coding)
			if answer.StatusCode != http.StatusOK || !strings.HasPrefix(body, "0 عسل\n1 ") || !strings.HasSuffix(body, last) {
				t.Errorf("%s as %s: %s, %d bytes", path, coding, answer.Status, len(body))
			}
			if got := answer.Header.Get("Content-Disposition"); got != "attachment; filename=lines.csv" {
				t.Errorf("%s: %q", path, got)
			}
			if got := answer.Header.Get("Content-Encoding"); coding == "gzip" && path == "/long" && got != "gzip" {
				t.Errorf("%s comes as %q", path, got)
			}
		}
	}
	answer, body := download(t, address+"/fr/broken", "identity")
	if answer.StatusCode != http.StatusInternalServerError || answer.Header.Get("Content-Disposition") != "" || strings.Contains(body, "1 عسل") {
		t.Errorf("half a file: %s, %v", answer.Status, answer.Header)
	}
	for n := range web.SendLimits.PerPerson + 1 { // whoever met a fault may ask again
		if answer, _ := download(t, address+"/fr/panic", "identity"); answer.StatusCode != http.StatusInternalServerError {
			t.Errorf("a fault for the %d. time: %s", n+1, answer.Status)
		}
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) { // the server closes it after the last byte
		left, err := os.ReadDir(temporary)
		if err != nil {
			t.Fatal(err)
		}
		if len(left) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%v is left", left)
		}
	}
}

func download(t *testing.T, address, coding string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", coding)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	read := io.Reader(answer.Body)
	if answer.Header.Get("Content-Encoding") == "gzip" {
		if read, err = gzip.NewReader(read); err != nil {
			t.Fatal(err)
		}
	}
	body, err := io.ReadAll(read)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(body)
}

func TestOnePersonsFilesAreMadeTwoAtATime(t *testing.T) {
	t.Parallel()
	begun, end := make(chan struct{}), make(chan struct{})
	address := serve(t, bare(t, Config{}, page("/held", func(r *web.Request) error {
		return r.Attachment("held.csv", web.SpreadsheetTypes["csv"], func(w io.Writer) error {
			begun <- struct{}{}
			<-end
			_, err := io.WriteString(w, "whole")
			return err
		})
	})))
	answers := make(chan string)
	for range web.FileLimits.PerPerson {
		go func() {
			_, body := download(t, address+"/fr/held", "identity")
			answers <- body
		}()
		<-begun
	}
	answer, _ := download(t, address+"/fr/held", "identity")
	if answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
		t.Errorf("one more file: %s", answer.Status)
	}
	close(end)
	for range web.FileLimits.PerPerson {
		if body := <-answers; body != "whole" {
			t.Errorf("a file that was begun is %q", body)
		}
	}
}
