package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestHealthTellsWhetherTheMarketCanServe(t *testing.T) {
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/readyz" {
			t.Errorf("it asks for %s", r.URL.Path)
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(`{"parts":{"database":"told"}}`))
	}))
	defer server.Close()
	_, port, err := net.SplitHostPort(strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("ADDR", "0.0.0.0:"+port) // as in a container
	if code, stdout, stderr := souk(t, "health"); code != 0 || !strings.Contains(stdout, "told") {
		t.Errorf("well: status %d, said %q %q", code, stdout, stderr)
	}
	status = http.StatusServiceUnavailable
	if code, stdout, stderr := souk(t, "health"); code != 1 || !strings.Contains(stdout, "told") || !strings.Contains(stderr, "503") {
		t.Errorf("ill: status %d, said %q %q", code, stdout, stderr)
	}
	server.Close()
	if code, _, stderr := souk(t, "health", "-addr", "127.0.0.1:"+port); code != 1 || stderr == "" {
		t.Errorf("gone: status %d, said %q", code, stderr)
	}
}
