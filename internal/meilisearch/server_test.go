package meilisearch_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/meilisearch"
	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/search/meili"
	"github.com/souk-taawon/souk/search/text"
)

// products is what the tests' engine does.
var products = meilisearch.Access{Actions: meili.Actions(), Index: "products*"}

func binary(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("meilisearch")
	if err != nil {
		t.Skip("SKIPPED: there is no meilisearch binary on the PATH to start.")
	}
	return path
}

func start(t *testing.T, dir string) *meilisearch.Server {
	t.Helper()
	p, err := meilisearch.Start(t.Context(), binary(t), dir, products, quiet())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, p) })
	return p
}

func stop(t *testing.T, p *meilisearch.Server) {
	t.Helper()
	if err := p.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func answers(url string) bool {
	response, err := http.Get(url + "/health")
	if err != nil {
		return false
	}
	_ = response.Body.Close()
	return true
}

func TestAStartedServerKeepsItsDataAndEndsWhenStopped(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := start(t, dir)
	e := meili.New(p.URL(), p.Key(), "products", text.Builtin())
	if err := e.Put(t.Context(), search.Each([]search.Document{{ID: "honey", NameFR: "Miel"}})); err != nil {
		t.Fatal(err)
	}
	if err := meili.New(p.URL(), "another key", "products", text.Builtin()).Health(t.Context()); !errors.Is(err, search.ErrUnavailable) {
		t.Errorf("without the key: %v", err)
	}
	stop(t, p)
	stop(t, p)
	if answers(p.URL()) {
		t.Error("the server still answers")
	}
	if _, err := e.Search(t.Context(), search.Query{}); !errors.Is(err, search.ErrUnavailable) {
		t.Errorf("search without a server: %v", err)
	}

	p = start(t, dir) // with another port and key
	if n, err := meili.New(p.URL(), p.Key(), "products", text.Builtin()).Count(t.Context()); n != 1 || err != nil {
		t.Errorf("after a restart: %d documents, %v", n, err)
	}
}

func TestTheKeyOpensItsIndexAndNothingElse(t *testing.T) {
	t.Parallel()
	p := start(t, t.TempDir())
	docs := func(yield func(search.Document, error) bool) {
		yield(search.Document{ID: "honey", NameFR: "Miel"}, nil)
	}
	if err := meili.New(p.URL(), p.Key(), "products", text.Builtin()).Rebuild(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	if err := meili.New(p.URL(), p.Key(), "others", text.Builtin()).Put(t.Context(), search.Each([]search.Document{{ID: "honey", NameFR: "Miel"}})); !errors.Is(err, search.ErrUnavailable) {
		t.Errorf("another index: %v", err)
	}
	for method, path := range map[string]string{
		http.MethodGet: "/keys", http.MethodPost: "/dumps", http.MethodPatch: "/experimental-features",
		http.MethodDelete: "/tasks?statuses=succeeded",
	} {
		request, err := http.NewRequestWithContext(t.Context(), method, p.URL()+path, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+p.Key())
		request.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		if _ = response.Body.Close(); response.StatusCode != http.StatusForbidden {
			t.Errorf("%s %s: %s", method, path, response.Status)
		}
	}
}

// A server that is killed, or stopped so that it answers no more, is replaced by one with its data.
func TestAServerThatIsKilledOrHangsIsStartedAgain(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]syscall.Signal{"killed": syscall.SIGKILL, "hangs": syscall.SIGSTOP} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			p, pids := startWrapped(t, dir)
			e := meili.New(p.URL(), p.Key(), "products", text.Builtin())
			if err := e.Put(t.Context(), search.Each([]search.Document{{ID: "honey", NameFR: "Miel"}})); err != nil {
				t.Fatal(err)
			}
			if err := syscall.Kill(pids()[0], signal); err != nil {
				t.Fatal(err)
			}
			eventually(t, "another answers", func() bool { return len(pids()) > 1 && e.Health(t.Context()) == nil })
			if n, err := e.Count(t.Context()); n != 1 || err != nil {
				t.Errorf("after the restart: %d documents, %v", n, err)
			}
			stop(t, p)
			if answers(p.URL()) || len(pids()) != 2 {
				t.Errorf("a stopped server goes on, or was started again: %v", pids())
			}
		})
	}
}

// A full disk leaves data that the server cannot open again; here they are spoilt by hand.
func TestDataThatCannotBeReadAreThrownAway(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p, pids := startWrapped(t, dir)
	if err := meili.New(p.URL(), p.Key(), "products", text.Builtin()).Put(t.Context(), search.Each([]search.Document{{ID: "honey", NameFR: "Miel"}})); err != nil {
		t.Fatal(err)
	}
	spoil(t, filepath.Join(dir, "data"))
	if err := syscall.Kill(pids()[0], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	e := meili.New(p.URL(), p.Key(), "products", text.Builtin())
	eventually(t, "another answers", func() bool { return len(pids()) > 1 && e.Health(t.Context()) == nil })
	if n, err := e.Count(t.Context()); n != 0 || err != nil {
		t.Errorf("%d documents, %v", n, err)
	}
}

// spoil overwrites what the server has written down of its tasks.
func spoil(t *testing.T, dataDir string) {
	t.Helper()
	file := filepath.Join(dataDir, "data.ms", "tasks", "data.mdb")
	if err := os.WriteFile(file, bytes.Repeat([]byte("full"), 10_000), 0o600); err != nil {
		t.Fatal(err)
	}
}

// startWrapped starts a server through a script that writes down the process ids of all starts.
func startWrapped(t *testing.T, dir string) (*meilisearch.Server, func() []int) {
	t.Helper()
	mark := filepath.Join(dir, "started")
	wrapper := filepath.Join(dir, "meilisearch")
	script := fmt.Sprintf("#!/bin/sh\necho $$ >> %s\nexec %s \"$@\"\n", mark, binary(t))
	if err := os.WriteFile(wrapper, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	p, err := meilisearch.Start(t.Context(), wrapper, filepath.Join(dir, "data"), products, quiet())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, p) })
	return p, func() []int {
		written, err := os.ReadFile(mark)
		if err != nil {
			t.Fatal(err)
		}
		var list []int
		for _, word := range strings.Fields(string(written)) {
			pid, err := strconv.Atoi(word)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, pid)
		}
		return list
	}
}

// eventually waits for something that happens in other processes.
func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for deadline := time.Now().Add(90 * time.Second); !happened(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

func TestDataOfAnotherVersionAreThrownAway(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := start(t, dir)
	if err := meili.New(p.URL(), p.Key(), "products", text.Builtin()).Put(t.Context(), search.Each([]search.Document{{ID: "honey", NameFR: "Miel"}})); err != nil {
		t.Fatal(err)
	}
	stop(t, p)
	if err := os.WriteFile(filepath.Join(dir, "data.ms", "VERSION"), []byte("1.2.0"), 0o600); err != nil {
		t.Fatal(err)
	}
	p = start(t, dir)
	if n, err := meili.New(p.URL(), p.Key(), "products", text.Builtin()).Count(t.Context()); n != 0 || err != nil {
		t.Errorf("%d documents, %v", n, err)
	}
}

func TestStartSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	broken := filepath.Join(dir, "meilisearch")
	if err := os.WriteFile(broken, []byte("#!/bin/sh\necho this is no search engine >&2\nexit 3\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	log := quiet()
	if _, err := meilisearch.Start(t.Context(), broken, filepath.Join(dir, "data"), products, log); err == nil || !strings.Contains(err.Error(), "no search engine") {
		t.Errorf("a broken server: %v", err)
	}
	if _, err := meilisearch.Start(t.Context(), filepath.Join(dir, "nothing"), filepath.Join(dir, "data"), products, log); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no server: %v", err)
	}
	silent := filepath.Join(dir, "silent")
	if err := os.WriteFile(silent, []byte("#!/bin/sh\nexec sleep 60\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := meilisearch.Start(ctx, silent, filepath.Join(dir, "data"), products, log); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a server that does not answer: %v", err)
	}
}

// TestMain lets the test binary play the program whose child the server is.
func TestMain(m *testing.M) {
	if dir := os.Getenv("TEST_PARENT_OF_MEILISEARCH"); dir != "" {
		path, _ := exec.LookPath("meilisearch")
		p, err := meilisearch.Start(context.Background(), path, dir, products, quiet())
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		runtime.GC()
		fmt.Println(p.URL())
		time.Sleep(time.Minute)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func TestTheServerEndsWithAProgramThatIsKilled(t *testing.T) {
	t.Parallel()
	binary(t)
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED: only Linux ends a child with its parent.")
	}
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), "TEST_PARENT_OF_MEILISEARCH="+t.TempDir())
	output, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil && err != io.EOF {
		t.Fatal(err)
	}
	url := strings.TrimSpace(line)
	if !answers(url) {
		t.Errorf("the server of the other program does not answer: %s", line)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait() // it was killed
	for range 500 {
		if !answers(url) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the server goes on without its parent")
}
