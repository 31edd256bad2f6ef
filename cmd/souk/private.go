package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"

	"github.com/souk-taawon/souk/search"
)

// The private listener has the figures for Prometheus and, for the other commands, the search index
// of a running market: an embedded index can be opened by one process only.
const (
	indexContentPath = "/index/content"
	indexRebuildPath = "/index/rebuild"
)

func privateHandler(metrics http.Handler, engine *marketEngine, syncer *search.Syncer, log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics)
	mux.HandleFunc("GET "+indexContentPath, func(w http.ResponseWriter, r *http.Request) {
		held, err := contentOf(r.Context(), engine)
		if err != nil {
			log.Warn("list the index", "error", err)
			http.Error(w, "the index cannot be read", http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(held); err != nil {
			log.Debug("list the index", "error", err) // the client went away
		}
	})
	mux.HandleFunc("POST "+indexRebuildPath, func(w http.ResponseWriter, r *http.Request) {
		if err := syncer.Rebuild(r.Context()); err != nil {
			log.Warn("rebuild the index", "error", err)
			http.Error(w, "the index could not be built", http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	// A page of somebody's browser on this machine must not set it to work.
	return http.NewCrossOriginProtection().Handler(mux)
}

// privateFile is where a market running on a data folder tells its private address.
const privateFile = "private.url"

func announcePrivate(dataDir, address string) error {
	return os.WriteFile(filepath.Join(dataDir, privateFile), []byte("http://"+address), 0o600)
}

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
	response, err := http.DefaultClient.Do(request)
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
