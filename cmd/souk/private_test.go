package main

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestThePrivateListenerTellsStrangersNothing(t *testing.T) {
	t.Parallel()
	figures := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("figures")) })
	handler := privateHandler("the key", figures, nil, nil, slog.New(slog.DiscardHandler))
	for name, test := range map[string]struct {
		method, target, key string
		want                int
	}{
		"the figures, by address":                            {"GET", "http://127.0.0.1:9090/metrics", "", http.StatusOK},
		"the figures, by a name in a private network":        {"GET", "http://souk:9090/metrics", "", http.StatusOK},
		"the figures, by a name that was made to point here": {"GET", "http://evil.example:9090/metrics", "", http.StatusMisdirectedRequest},
		"the index without a key":                            {"GET", "http://127.0.0.1:9090" + indexContentPath, "", http.StatusUnauthorized},
		"the index with a key that is none":                  {"GET", "http://127.0.0.1:9090" + indexContentPath, "a key", http.StatusUnauthorized},
		"building the index without a key":                   {"POST", "http://127.0.0.1:9090" + indexRebuildPath, "", http.StatusUnauthorized},
	} {
		request := httptest.NewRequest(test.method, test.target, nil)
		if test.key != "" {
			request.SetBasicAuth("souk", test.key)
		}
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		if answer.Code != test.want || (test.want == http.StatusOK) != (answer.Body.String() == "figures") {
			t.Errorf("%s: %d %q, want %d", name, answer.Code, answer.Body, test.want)
		}
	}
}

func TestOnlyTheDataFolderHasTheKeyOfThePrivateListener(t *testing.T) {
	t.Parallel()
	keys := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, key, _ := r.BasicAuth()
		keys <- key
	}))
	defer server.Close()
	dir := t.TempDir()
	file := filepath.Join(dir, privateFile)
	if err := os.WriteFile(file, []byte("http://old"), 0o644); err != nil { // as an earlier version left it
		t.Fatal(err)
	}
	if _, err := announce(dir, "127.0.0.1:0", strings.TrimPrefix(server.URL, "http://"), "the key"); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if _, err := askPrivate(t.Context(), dir, http.MethodGet, "/"); err != nil {
		t.Fatal(err)
	}
	if key := <-keys; key != "the key" {
		t.Errorf("asked with %q", key)
	}
}

func TestTheKeyOfThePrivateListenerFollowsNoRedirect(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("led to %s", r.URL) }))
	defer elsewhere.Close()
	server := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer server.Close()
	dir := t.TempDir()
	address, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := announce(dir, "127.0.0.1:0", address.Host, "the key"); err != nil {
		t.Fatal(err)
	}
	if _, err := askPrivate(t.Context(), dir, http.MethodGet, "/"); err == nil {
		t.Error("a redirect passes for an answer")
	}
}
