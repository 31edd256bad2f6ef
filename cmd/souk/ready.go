package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/storefront"
)

// jobsLate is how long a job may wait until something is wrong with whoever should work it.
const jobsLate = 5 * time.Minute

// checks are what decides whether this instance is ready. Optional is what all instances share and readers
// can be served without.
func (p parts) checks(syncer *search.Syncer) []storefront.Check {
	return []storefront.Check{
		{Name: "database", Check: func(ctx context.Context) error { return postgres.Writable(ctx, p.DB) }},
		{Name: "migrations", Check: func(ctx context.Context) error { return postgres.Current(ctx, p.DB) }},
		{Name: "disk", Check: func(context.Context) error { return hasRoom(p.folders, leastRoom) }},
		{Name: "index", Optional: p.engine.shared, Check: func(context.Context) error {
			if !syncer.Filled() {
				return errors.New("the search index is not filled yet")
			}
			return nil
		}},
		{Name: "search", Optional: true, Check: p.engine.Health},
		{Name: "jobs", Optional: true, Check: func(ctx context.Context) error { return jobsAreWorked(ctx, p.DB) }},
	}
}

func jobsAreWorked(ctx context.Context, db *sqlx.DB) error {
	backlog, err := job.ReadBacklog(ctx, db)
	if err == nil && backlog.Oldest > jobsLate {
		err = fmt.Errorf("%d jobs wait, one for %s", backlog.Due, backlog.Oldest.Round(time.Second))
	}
	return err
}
