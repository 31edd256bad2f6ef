package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"
)

// reindex builds the search index anew from the database: beside a running market by asking it,
// otherwise by itself.
func reindex(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	fs := flag.NewFlagSet("reindex", flag.ContinueOnError)
	c, where, err := readPlace(fs, args, stderr)
	if err != nil {
		return err
	}
	start := time.Now()
	if where.dataDir != "" {
		_, err := askPrivate(ctx, where.dataDir, http.MethodPost, indexRebuildPath)
		if err == nil {
			fmt.Fprintf(stdout, "The running market has built its index anew, in %s.\n", time.Since(start).Round(time.Millisecond))
			return nil
		}
		if !errors.Is(err, errNotRunning) {
			return err
		}
	}
	m, closeMarket, err := where.openMarket(ctx)
	if err != nil {
		return err
	}
	defer closing(closeMarket, &err)
	engine, err := openEngine(ctx, c, where.dataDir, m.Log)
	if err != nil {
		return err
	}
	defer closing(func() error { return engine.end(context.WithoutCancel(ctx)) }, &err)
	if err := m.Syncer(engine.name, engine).Rebuild(ctx); err != nil {
		return err
	}
	count, err := engine.Count(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s: %d products, in %s.\n", engine.words, count, time.Since(start).Round(time.Millisecond))
	return nil
}

// readIndex lists what the search index holds, that of the running market if there is one, and changes nothing of it.
func readIndex(ctx context.Context, c config, where place, log *slog.Logger) (held indexContent, err error) {
	if where.dataDir != "" {
		body, err := askPrivate(ctx, where.dataDir, http.MethodGet, indexContentPath)
		if err == nil {
			return held, json.Unmarshal(body, &held)
		}
		if !errors.Is(err, errNotRunning) {
			return held, err
		}
	}
	return lookAtEngine(ctx, c, where.dataDir, log)
}

// indexContent is the ids of the products that a search engine knows.
type indexContent struct {
	Engine  string   `json:"engine"` // its name in the database
	IDs     []string `json:"ids"`
	Unbuilt bool     `json:"unbuilt"` // it is new, or was one of an earlier version: a market fills it as it starts
}

// contentOf reads the index while nobody fills it.
func contentOf(ctx context.Context, engine *marketEngine) (indexContent, error) {
	held := indexContent{Engine: engine.name, IDs: []string{}}
	for id, err := range engine.IDs(ctx) {
		if err != nil {
			return held, err
		}
		held.IDs = append(held.IDs, id)
	}
	held.Unbuilt = len(held.IDs) == 0
	return held, nil
}
