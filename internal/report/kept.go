package report

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/postgres"
)

// How much an instance keeps: so many reports, and in all periods sums of so many cooperatives (some 50 bytes each).
const (
	keptReports = 64
	keptSums    = 400_000
)

// kept are reports that stay true as long as the sums do, and the rows behind them, which are brought up to date: a
// country's cooperatives are read once, and once for each period, and not for everybody who looks.
type kept struct {
	mu      sync.Mutex
	version int64 // of the sums
	reports map[any]any
	sales   map[span]carried[sold]
	sums    int // in all periods

	profiling sync.Mutex // while profiles are brought up to date: two reports at once need them once
	profiles  carried[profile]
}

// span are a filter's days, to excluded; a zero time leaves that side open.
type span struct{ from, to time.Time }

func (f Filter) span() (s span) {
	if !f.From.IsZero() {
		s.from = clock.Day(f.From)
	}
	if !f.To.IsZero() {
		s.to = clock.Day(f.To)
	}
	return s
}

// carried are rows of cooperatives as of a version of the sums. Nobody changes them: others may be reading them.
type carried[T interface{ cooperative() uuid.UUID }] struct {
	version int64 // 0: nothing is read yet
	of      []T
}

// movedAtOnce is how many changed cooperatives are read one by one; of more, all are read anew.
const movedAtOnce = 500

// upTo brings the rows up to a version, which the transaction sees: all are read once (of nil), then those that moved.
func (c carried[T]) upTo(ctx context.Context, tx *sqlx.Tx, version int64, read func(context.Context, sqlx.QueryerContext, []uuid.UUID) ([]T, error)) (carried[T], error) {
	if c.version == version {
		return c, nil
	}
	var moved []uuid.UUID
	now := carried[T]{version: version}
	if c.version > 0 && c.version < version {
		moved = []uuid.UUID{}
		err := tx.SelectContext(ctx, &moved, `
			select cooperative_id from sold_moved where version > $1 and version <= $2 limit $3`, c.version, version, movedAtOnce+1)
		if err != nil {
			return carried[T]{}, fmt.Errorf("cooperatives that changed: %w", err)
		}
		if len(moved) > movedAtOnce {
			moved = nil
		}
	}
	if moved != nil {
		gone := make(map[uuid.UUID]bool, len(moved))
		for _, id := range moved {
			gone[id] = true
		}
		now.of = slices.DeleteFunc(slices.Clone(c.of), func(row T) bool { return gone[row.cooperative()] })
	}
	rows, err := read(ctx, tx, moved)
	if err != nil {
		return carried[T]{}, err
	}
	now.of = append(now.of, rows...)
	return now, nil
}

// earlier is the key of a Before.
type earlier struct{ Filter }

// inUTC is the filter as a key of what is kept: the same moments are the same then.
func (f Filter) inUTC() Filter {
	f.From, f.To = f.From.UTC(), f.To.UTC()
	return f
}

// keep gives what is kept under the key, or else what is made of the comparison of those that the filter lets through.
func keep[T any](ctx context.Context, s *Service, f Filter, key any, from func(tx *sqlx.Tx, c comparison) (T, error)) (report T, err error) {
	var version int64
	if err := s.db.GetContext(ctx, &version, `select version from sold_turn`); err != nil {
		return report, fmt.Errorf("version of the sums: %w", err)
	}
	if report, ok := s.kept.get(version, key).(T); ok {
		return report, nil
	}
	err = postgres.AtOneMoment(ctx, s.db, func(tx *sqlx.Tx) error {
		c, err := s.compare(ctx, tx, f)
		if err != nil {
			return err
		}
		if report, err = from(tx, c); err != nil {
			return err
		}
		s.kept.put(c.version, key, report)
		return nil
	})
	return report, err
}

func (k *kept) get(version int64, key any) any {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.version != version {
		return nil
	}
	return k.reports[key]
}

// put keeps a report; those on other sums go, and all when there are too many.
func (k *kept) put(version int64, key, report any) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.version != version || len(k.reports) >= keptReports {
		k.version, k.reports = version, make(map[any]any)
	}
	k.reports[key] = report
}

// profilesAt are all cooperatives as of a version, which the transaction sees.
func (k *kept) profilesAt(ctx context.Context, tx *sqlx.Tx, version int64) ([]profile, error) {
	k.profiling.Lock()
	defer k.profiling.Unlock()
	profiles, err := k.profiles.upTo(ctx, tx, version, profilesOf)
	if err != nil {
		return nil, fmt.Errorf("compare cooperatives: %w", err)
	}
	k.profiles = profiles
	return profiles.of, nil
}

// soldAt is what all cooperatives sold in a span as of a version, which the transaction sees. It is put together from a
// span that is kept, if one is near.
func (k *kept) soldAt(ctx context.Context, tx *sqlx.Tx, version int64, during span) ([]sold, error) {
	near, off := k.nearest(during, version)
	sales, err := k.salesIn(near).upTo(ctx, tx, version, near.soldBy)
	if err != nil {
		return nil, fmt.Errorf("compare sales: %w", err)
	}
	k.keepSales(near, sales)
	if near != during {
		more, err := off.sold(ctx, tx)
		if err != nil {
			return nil, fmt.Errorf("compare sales, by days: %w", err)
		}
		sales.of = added(sales.of, more)
		k.keepSales(during, sales)
	}
	return sales.of, nil
}

// nearest is the span that is kept, as of a version or one before it, and the fewest days off another, and what the
// other's sums are off its; the other itself, if it is kept or no farther off whole months. One that ends before it
// begins is never the nearest: its ends are more days off than the other has.
func (k *kept) nearest(during span, version int64) (near span, off period) {
	k.mu.Lock()
	defer k.mu.Unlock()
	near, fewest := during, during.period().apart
	for s, sales := range k.sales {
		if p, ok := during.since(s); ok && p.apart < fewest && sales.version <= version {
			near, off, fewest = s, p, p.apart
		}
	}
	return near, off
}

// added are the sums of both; who sold nothing is not in them.
func added(sales, more []sold) []sold {
	of := make(map[uuid.UUID]sold, len(more))
	for _, s := range more {
		of[s.Cooperative] = s
	}
	sums := make([]sold, 0, len(sales))
	for _, s := range sales {
		s.Figures.add(of[s.Cooperative].Figures)
		delete(of, s.Cooperative)
		if s.Orders > 0 {
			sums = append(sums, s)
		}
	}
	return slices.AppendSeq(sums, maps.Values(of))
}

func (k *kept) salesIn(during span) carried[sold] {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.sales[during]
}

// keepSales keeps them; those of other periods go when they would be too many.
func (k *kept) keepSales(during span, sales carried[sold]) {
	k.mu.Lock()
	defer k.mu.Unlock()
	before, known := k.sales[during]
	k.sums += len(sales.of) - len(before.of)
	if k.sales == nil || k.sums > keptSums || !known && len(k.sales) >= keptReports {
		k.sales, k.sums = make(map[span]carried[sold]), len(sales.of)
	}
	k.sales[during] = sales
}
