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

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/search"
)

// reindex builds the search index anew from the database: beside a running market by asking it,
// otherwise by itself.
func reindex(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	fs := flag.NewFlagSet("reindex", flag.ContinueOnError)
	data := addDataFlag(fs)
	if err := parse(fs, args, stderr); err != nil {
		return err
	}
	c, err := readConfig()
	if err != nil {
		return err
	}
	where := choosePlace(*data, c)
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
	log := slog.New(slog.DiscardHandler)
	db, closeDB, err := where.openDatabase(ctx, 4, log)
	if err != nil {
		return err
	}
	defer closing(closeDB, &err)
	engine, words, closeEngine, err := openEngine(ctx, c, where.dataDir, log)
	if err != nil {
		return err
	}
	defer closing(closeEngine, &err)
	if err := search.NewSyncer(engine, catalog.NewSearchSource(db, time.Now), log).Rebuild(ctx); err != nil {
		return err
	}
	count, err := engine.Count(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s: %d products, in %s.\n", words, count, time.Since(start).Round(time.Millisecond))
	return nil
}

// indexed lists the ids in the search index, of the running market if there is one.
func indexed(ctx context.Context, c config, where place, log *slog.Logger) (ids []string, err error) {
	if where.dataDir != "" {
		body, err := askPrivate(ctx, where.dataDir, http.MethodGet, indexIDsPath)
		if err == nil {
			return ids, json.Unmarshal(body, &ids)
		}
		if !errors.Is(err, errNotRunning) {
			return nil, err
		}
	}
	engine, _, closeEngine, err := openEngine(ctx, c, where.dataDir, log)
	if err != nil {
		return nil, err
	}
	defer closing(closeEngine, &err)
	for id, err := range engine.IDs(ctx) {
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// visible lists the ids of the products that buyers may see, which are those the index must hold,
// less those that it has still to learn about.
func visible(ctx context.Context, db *sqlx.DB) (products, pending []string, err error) {
	err = db.SelectContext(ctx, &products, `
		select p.id from products p join cooperatives c on c.id = p.cooperative_id
		where p.state = 'published' and c.state = 'approved'`)
	if err != nil {
		return nil, nil, fmt.Errorf("visible products: %w", err)
	}
	if err := db.SelectContext(ctx, &pending, `select distinct product_id from search_pending`); err != nil {
		return nil, nil, fmt.Errorf("pending products: %w", err)
	}
	return products, pending, nil
}
