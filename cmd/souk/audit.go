package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/audit"
	"github.com/souk-taawon/souk/internal/finding"
	"github.com/souk-taawon/souk/internal/market"
)

// auditAll checks every invariant, prints each with how much contradicts it, and fails if anything does.
func auditAll(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	fs := flag.NewFlagSet("audit", flag.ContinueOnError)
	c, where, err := readPlace(fs, args, stderr)
	if err != nil {
		return err
	}
	log := slog.New(slog.DiscardHandler)
	where.patient = true
	db, closeDB, err := where.openDatabase(ctx, 4, log)
	if err != nil {
		return err
	}
	defer closing(closeDB, &err)

	checks, err := market.Audit(ctx, db)
	if err != nil {
		return err
	}
	index, err := auditIndex(ctx, c, where, db, log)
	if err != nil {
		return err
	}
	checks = append(checks, index)

	wrong := 0
	for _, check := range checks {
		verdict := "ok  "
		if !check.OK() {
			verdict = "FAIL"
			wrong++
		}
		fmt.Fprintf(stdout, "%s %6d  %s\n", verdict, check.Count, check.Name)
		for _, problem := range check.Problems {
			fmt.Fprintf(stdout, "             %s\n", problem)
		}
	}
	fmt.Fprintf(stdout, "%d invariants checked, %d violated.\n", len(checks), wrong)
	if wrong > 0 {
		return errFailed
	}
	return nil
}

// auditIndex compares the index with the products that buyers may see. Beside a running market
// something may change between the two readings, so that what seems wrong is looked at twice. An index that
// is still to be built is said to be, and contradicts nothing; one that cannot be read does.
func auditIndex(ctx context.Context, c config, where place, db *sqlx.DB, log *slog.Logger) (audit.Check, error) {
	check := audit.Check{Name: "the search index holds the products that buyers may see, and no others"}
	wrong, err := indexProblems(ctx, c, where, db, log)
	if errors.Is(err, errUnbuilt) {
		check.Name = "the search index is new or of an earlier version: a market fills it as it starts, «souk reindex» at once"
		return check, nil
	}
	if errors.Is(err, errUnread) {
		check.Found(err.Error())
		return check, nil
	}
	if err != nil {
		return check, err
	}
	if len(wrong) > 0 {
		again, err := indexProblems(ctx, c, where, db, log)
		if err != nil {
			return check, err
		}
		maps.DeleteFunc(wrong, func(id, words string) bool { return again[id] != words })
	}
	for _, id := range slices.Sorted(maps.Keys(wrong)) {
		check.Found(id + " " + wrong[id])
	}
	return check, nil
}

// errUnbuilt says that the index holds nothing yet.
var errUnbuilt = errors.New("the search index is still to be built")

// errUnread says that the index could not be read.
var errUnread = errors.New("it cannot be read")

// indexProblems says what is wrong with the index, by product; what it has still to learn about is
// not. The error is errUnbuilt if that is everything, and errUnread if nobody can tell.
func indexProblems(ctx context.Context, c config, where place, db *sqlx.DB, log *slog.Logger) (map[string]string, error) {
	held, err := readIndex(ctx, c, where, log)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUnread, err)
	}
	if held.Unbuilt {
		return nil, errUnbuilt
	}
	products, pending, err := finding.Expected(ctx, db, held.Engine)
	if err != nil {
		return nil, err
	}
	wrong := make(map[string]string)
	for _, id := range held.IDs {
		wrong[id] = "is in the index, and buyers may not see it"
	}
	for _, id := range products {
		if _, found := wrong[id]; found {
			delete(wrong, id)
		} else {
			wrong[id] = "is not in the index"
		}
	}
	for _, id := range pending {
		delete(wrong, id)
	}
	return wrong, nil
}
