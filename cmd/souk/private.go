package main

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/souk-taawon/souk/search"
)

// The private listener has the figures for Prometheus and, for the other commands, the search index
// of a running market: an embedded index can be opened by one process only. The index is for whoever
// can read the data folder, which has the key; the figures are for whoever reaches the listener, but not
// for a page of somebody's browser that has its own name point here.
const (
	indexContentPath = "/index/content"
	indexRebuildPath = "/index/rebuild"
)

func privateHandler(key string, metrics http.Handler, engine *marketEngine, syncer *search.Syncer, log *slog.Logger) http.Handler {
	withKey := func(answer http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			_, given, _ := r.BasicAuth()
			if subtle.ConstantTimeCompare([]byte(given), []byte(key)) != 1 {
				http.Error(w, "the key stands in the market's data folder", http.StatusUnauthorized)
				return
			}
			answer(w, r)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		if host, _, err := net.SplitHostPort(r.Host); err != nil || !nearby(host) {
			http.Error(w, "ask by this listener's address", http.StatusMisdirectedRequest)
			return
		}
		metrics.ServeHTTP(w, r)
	})
	mux.HandleFunc("GET "+indexContentPath, withKey(func(w http.ResponseWriter, r *http.Request) {
		held, err := contentOf(r.Context(), engine)
		if err != nil {
			log.Warn("list the index", "error", err)
			http.Error(w, "the index cannot be read", http.StatusServiceUnavailable)
			return
		}
		held.Unbuilt = !syncer.Filled()
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(held); err != nil {
			log.Debug("list the index", "error", err) // the client went away
		}
	}))
	mux.HandleFunc("POST "+indexRebuildPath, withKey(func(w http.ResponseWriter, r *http.Request) {
		if err := syncer.Rebuild(r.Context()); err != nil {
			log.Warn("rebuild the index", "error", err)
			http.Error(w, "the index could not be built", http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	return mux
}

// privateFile and publicFile are where a market running on a data folder tells its addresses, the private
// one with the key.
const (
	privateFile = "private.url"
	publicFile  = "public.addr"
)

// announce tells where a market listens, until it takes that back.
func announce(dataDir, public, private, key string) (takeBack func() error, err error) {
	told := map[string]string{
		publicFile:  public,
		privateFile: (&url.URL{Scheme: "http", User: url.UserPassword("souk", key), Host: private}).String(),
	}
	for name, address := range told {
		file := filepath.Join(dataDir, name)
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err // whoever had the old one open would read the new key
		}
		if err := os.WriteFile(file, []byte(address), 0o600); err != nil {
			return nil, err
		}
	}
	return func() (err error) {
		for name := range told {
			err = errors.Join(err, os.Remove(filepath.Join(dataDir, name)))
		}
		return err
	}, nil
}

// ownClient asks a market of this machine. It follows no redirect: nobody else is meant.
var ownClient = http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// errNotRunning says that no market runs on the data folder.
var errNotRunning = errors.New("no market runs on the data folder")

// askPrivate sends a request to the market that runs on a data folder.
func askPrivate(ctx context.Context, dataDir, method, path string) ([]byte, error) {
	address, err := os.ReadFile(filepath.Join(dataDir, privateFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errNotRunning
	}
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, method, string(address)+path, nil)
	if err != nil {
		return nil, err
	}
	response, err := ownClient.Do(request)
	if err != nil {
		return nil, errors.Join(errNotRunning, err)
	}
	defer func() { _ = response.Body.Close() }() // read to its end below
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if response.StatusCode >= 300 {
		return nil, fmt.Errorf("the running market answers %s: %s", response.Status, body)
	}
	return body, nil
}

// nearby reports whether a host is this machine or on a network that is nobody else's (RFC 1918, RFC
// 4193, link-local), as are the bare names by which the machines of one compose file know each other.
// What listens on every address is not.
func nearby(host string) bool {
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return !strings.Contains(host, ".") && strings.ContainsFunc(host, unicode.IsLetter) // «0» is every address
	}
	return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast()
}
