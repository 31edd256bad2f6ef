package catalog

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/postgres"
)

// InSeason reports whether the product is to be had in that month; without a season it always is.
func (p Product) InSeason(month time.Month) bool { return ripe(p.SeasonFrom, p.SeasonTo, month) }

// InSeason is Product.InSeason of one size of a thing.
func (s Size) InSeason(month time.Month) bool { return ripe(s.SeasonFrom, s.SeasonTo, month) }

// offSeason reports whether what is written at a moment is out of its season then.
func (e Edit) offSeason(at time.Time) bool {
	return !ripe(e.SeasonFrom, e.SeasonTo, clock.Day(at).Month())
}

// ripe tells whether a month is in the season between two others, which may pass over new year: from October to
// January. Without a season each month is.
func ripe(first, last *int, month time.Month) bool {
	if first == nil || last == nil {
		return true
	}
	from, to, m := *first, *last, int(month)
	if from <= to {
		return from <= m && m <= to
	}
	return m >= from || m <= to
}

// TurnSeasonsArgs is the periodic job that marks whose season has begun or ended: no row changes on that day by itself.
// Search learns of it by the change.
type TurnSeasonsArgs struct{}

// Kind names the job.
func (TurnSeasonsArgs) Kind() string { return "catalog_turn_seasons" }

// TurnSeasonsWorker works TurnSeasonsArgs.
type TurnSeasonsWorker struct {
	river.WorkerDefaults[TurnSeasonsArgs]
	Catalog *Service
}

// turnedAtOnce is how many products one statement marks.
const turnedAtOnce = 1000

// Work marks them. A product that somebody else is changing at the moment waits for the next time.
func (w *TurnSeasonsWorker) Work(ctx context.Context, _ *river.Job[TurnSeasonsArgs]) error {
	err := postgres.InBatches(ctx, postgres.Batch(w.Catalog.db, `
		update products set off_season = not off_season
		where id = any(array(
		    select id from products
		    where (season_from is not null or off_season)
		      and off_season = in_season(season_from, season_to, $1)
		    limit $2 for no key update skip locked))`, int(clock.Day(w.Catalog.now()).Month()), turnedAtOnce))
	if err != nil {
		return fmt.Errorf("catalog: seasons: %w", err)
	}
	return nil
}
