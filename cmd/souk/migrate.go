package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"

	"github.com/souk-taawon/souk/internal/postgres"
)

// migrate brings the schema up to date; `demo` and `serve` also do so themselves at their start.
func migrate(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	fs := flag.NewFlagSet("migrate", flag.ContinueOnError)
	_, where, err := readPlace(fs, args, stderr)
	if err != nil {
		return err
	}
	where.patient = true
	db, closeDB, err := where.openDatabase(ctx, 4, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer closing(closeDB, &err)
	if err := postgres.Migrate(ctx, db); err != nil {
		return err
	}
	fmt.Fprintln(stdout, "The schema is up to date.")
	return nil
}
