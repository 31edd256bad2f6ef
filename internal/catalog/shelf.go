package catalog

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/postgres"
)

// shelf is a choice of products that is drawn once for a day and kept, so that a page which shows some of
// them reads no others.
type shelf struct {
	name string
	draw string                    // the ids of products, from which a page shows the first
	args func(day time.Time) []any // of draw; nil: none
}

// A shelf is drawn long, since what is sold out by then is passed over; one product of each cooperative comes
// before a second, so that each has its turn.
var (
	ofTheDay = shelf{name: "day", args: func(day time.Time) []any { return []any{int(day.Month()), day} }, draw: `
		select id
		from (select id, lot, row_number() over (partition by cooperative_id order by lot) as turn
		      from (select p.id, p.cooperative_id, md5(p.id::text || $2::date::text) as lot
		            from products p join sellers c on c.id = p.cooperative_id
		            where is_offered(p.state, c.state) and not p.sold_out and ` + face + `
		              and in_season(p.season_from, p.season_to, $1)) fresh) drawn
		order by turn, lot
		limit 240`}
	inSeason = shelf{name: "season", args: func(day time.Time) []any { return []any{int(day.Month())} }, draw: `
		select id
		from (select id, started, row_number() over (partition by cooperative_id order by started, id) as turn
		      from (select p.id, p.cooperative_id, ($1::int - p.season_from + 12) % 12 as started
		            from products p join sellers c on c.id = p.cooperative_id
		            where is_offered(p.state, c.state) and not p.sold_out and ` + face + `
		              and p.season_from is not null and in_season(p.season_from, p.season_to, $1)) seasonal) ripe
		order by turn, started, id
		limit 240`}
)

// passedOver is how many times as many products are looked at as are shown, for those that are sold out.
const passedOver = 4

// The most that pages show of the shelves.
const (
	seasonShown = 24
	dayShown    = 24
)

// InSeason reads up to 24 offered products in stock that have a season and are in it on the day of that moment,
// those whose season began last first and one of each cooperative before a second.
func (s *Service) InSeason(ctx context.Context, at time.Time) ([]Product, error) {
	return s.shelf(ctx, inSeason, at, seasonShown)
}

// Shelf reads n offered products in stock and in season on the day of that moment, 24 at most: another choice
// each day, and one product of each cooperative before a second, so that each has its turn.
func (s *Service) Shelf(ctx context.Context, at time.Time, n int) ([]Product, error) {
	return s.shelf(ctx, ofTheDay, at, min(n, dayShown))
}

// shelf reads what is left on a shelf as the job has drawn it, which may have been for the day before. Only one that
// was never drawn is drawn for whoever asks.
func (s *Service) shelf(ctx context.Context, which shelf, at time.Time, n int) ([]Product, error) {
	list, err := s.onShelf(ctx, which, n)
	if err != nil || len(list) > 0 {
		return list, err
	}
	if drawn, err := s.drawn(ctx, which); err != nil || drawn {
		return nil, err
	}
	if err := s.draw(ctx, which, clock.Day(at)); err != nil {
		return nil, err
	}
	return s.onShelf(ctx, which, n)
}

// onShelf reads what is left on a shelf.
func (s *Service) onShelf(ctx context.Context, which shelf, n int) ([]Product, error) {
	list, err := s.products(ctx, `
		join unnest((select products[1:$3] from drawn_products where shelf = $2)) with ordinality as drawn (id, place) on drawn.id = p.id
		where is_offered(p.state, c.state) and not p.sold_out
		order by drawn.place
		limit $4`, which.name, passedOver*n, n)
	return s.sized(ctx, list, err)
}

// drawn reports whether a shelf was drawn, for whatever day.
func (s *Service) drawn(ctx context.Context, which shelf) (yes bool, err error) {
	err = s.db.GetContext(ctx, &yes, `select exists (select from drawn_products where shelf = $1 and drawn_at > '-infinity')`, which.name)
	if err != nil {
		return false, fmt.Errorf("shelf: %w", err)
	}
	return yes, nil
}

// shelfStays is how long a shelf on which too little is left stays as it is.
const shelfStays = time.Minute

// draw draws a shelf anew, which reads the whole catalogue, unless somebody else is at it or has just done so.
func (s *Service) draw(ctx context.Context, which shelf, day time.Time) error {
	err := postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		if _, err := tx.ExecContext(ctx, `
			insert into drawn_products (shelf, day, drawn_at) values ($1, $2, '-infinity') on conflict (shelf) do nothing`, which.name, day); err != nil {
			return err
		}
		var due string
		err := tx.GetContext(ctx, &due, `
			select shelf from drawn_products
			where shelf = $1 and (day <> $2::date or drawn_at <= $3)
			for update skip locked`, which.name, day, s.now().Add(-shelfStays))
		if postgres.NoRows(err) {
			return nil
		}
		if err != nil {
			return err
		}
		var args []any
		if which.args != nil {
			args = which.args(day)
		}
		var ids []uuid.UUID
		if err := tx.SelectContext(ctx, &ids, which.draw, args...); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			update drawn_products set day = $2, drawn_at = $3, products = $4::uuid[] where shelf = $1`, which.name, day, s.now(), pq.Array(idTexts(ids)))
		return err
	})
	if err != nil {
		return fmt.Errorf("draw shelf %s: %w", which.name, err)
	}
	return nil
}

// idTexts are ids as an array of PostgreSQL takes them.
func idTexts(ids []uuid.UUID) []string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = id.String()
	}
	return texts
}

// DrawShelvesArgs is the periodic job that draws the shelves of a new day, and those on which too little is left, and
// gathers how many products are offered, so that no visitor waits for it.
type DrawShelvesArgs struct{}

// Kind names the job.
func (DrawShelvesArgs) Kind() string { return "catalog.draw_shelves" }

// DrawShelvesWorker works DrawShelvesArgs.
type DrawShelvesWorker struct {
	river.WorkerDefaults[DrawShelvesArgs]
	Catalog *Service
}

// Work draws the shelves that are due.
func (w *DrawShelvesWorker) Work(ctx context.Context, _ *river.Job[DrawShelvesArgs]) error {
	errs := []error{w.Catalog.gatherOffered(ctx)}
	for which, shown := range map[*shelf]int{&ofTheDay: dayShown, &inSeason: seasonShown, &sitemap: 1} {
		errs = append(errs, w.Catalog.drawDue(ctx, *which, shown))
	}
	return errors.Join(errs...)
}

// drawDue draws a shelf that is not of the day, or on which fewer products are left than are shown.
func (s *Service) drawDue(ctx context.Context, which shelf, shown int) error {
	day := clock.Day(s.now())
	var due bool
	err := s.db.GetContext(ctx, &due, `
		select not exists (select from drawn_products where shelf = $1 and day = $2::date)
		    or (select count(*) < $3 from drawn_products d cross join unnest(d.products[1:$4]) as drawn (id) join offered o on o.id = drawn.id
		        where d.shelf = $1 and (o.stock > 0 or $5))`,
		which.name, day, shown, passedOver*shown, which.name == sitemap.name)
	if err != nil {
		return fmt.Errorf("shelf: %w", err)
	}
	if !due {
		return nil
	}
	return s.draw(ctx, which, day)
}
