package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"slices"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/audit"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/settlement"
)

// auditAll checks every invariant, prints each with how much contradicts it, and fails if anything does.
func auditAll(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	fs := flag.NewFlagSet("audit", flag.ContinueOnError)
	data := addDataFlag(fs)
	if err := parse(fs, args, stderr); err != nil {
		return err
	}
	c, err := readConfig()
	if err != nil {
		return err
	}
	log := slog.New(slog.DiscardHandler)
	where := choosePlace(*data, c)
	db, closeDB, err := where.openDatabase(ctx, 4, log)
	if err != nil {
		return err
	}
	defer closing(closeDB, &err)

	var checks []audit.Check
	for _, domain := range []func(context.Context, *sqlx.DB) ([]audit.Check, error){
		ledger.Audit, cooperative.Audit, catalog.Audit, order.Audit, settlement.Audit,
	} {
		found, err := domain(ctx, db)
		if err != nil {
			return err
		}
		checks = append(checks, found...)
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

// auditIndex compares the index with the products that buyers may see; what it has still to learn
// about is no contradiction.
func auditIndex(ctx context.Context, c config, where place, db *sqlx.DB, log *slog.Logger) (audit.Check, error) {
	check := audit.Check{Name: "the search index holds the products that buyers may see, and no others"}
	held, err := readIndex(ctx, c, where, log)
	if err != nil {
		return check, err
	}
	products, pending, err := visible(ctx, db, held.Engine)
	if err != nil {
		return check, err
	}
	found := held.IDs
	slices.Sort(found)
	slices.Sort(products)
	slices.Sort(pending)
	differ := func(id string, other []string, words string) {
		_, there := slices.BinarySearch(other, id)
		_, waits := slices.BinarySearch(pending, id)
		if there || waits {
			return
		}
		check.Found(id + " " + words)
	}
	for _, id := range products {
		differ(id, found, "is not in the index")
	}
	for _, id := range found {
		differ(id, products, "is in the index, and buyers may not see it")
	}
	return check, nil
}
