package report

import (
	"context"
	"fmt"
	"sync"

	"github.com/jmoiron/sqlx"
)

// How much an instance keeps: so many reports, and comparisons of so many cooperatives in all (some 200 bytes each).
const (
	keptReports = 64
	keptSellers = 400_000
)

// kept are reports that stay true as long as the sums do, and the comparisons behind them, which are brought up to
// date: a country's cooperatives are read once for each filter, and not for everybody who looks.
type kept struct {
	mu          sync.Mutex
	version     int64 // of the sums
	reports     map[any]any
	comparisons map[Filter]comparison
	sellers     int // in all comparisons
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
	err = s.atOneMoment(ctx, func(tx *sqlx.Tx) error {
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

// comparison is the one kept of what the filter lets through, or one of which nothing is read yet.
func (k *kept) comparison(f Filter) comparison {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.comparisons[f]
}

// compared keeps a comparison; all others go when they would be too many.
func (k *kept) compared(f Filter, c comparison) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.sellers += len(c.sellers) - len(k.comparisons[f].sellers)
	if k.comparisons == nil || k.sellers > keptSellers || len(k.comparisons) >= keptReports {
		k.comparisons, k.sellers = make(map[Filter]comparison), len(c.sellers)
	}
	k.comparisons[f] = c
}
