package report

import (
	"context"
	"fmt"
	"sync"
)

// keptReports is how many reports an instance keeps.
const keptReports = 64

// kept are reports that stay true as long as the sums do: a country's cooperatives are compared with one another
// once after each change, and not for everybody who looks.
type kept struct {
	mu      sync.Mutex
	version int64 // of the sums
	reports map[any]any
}

// earlier is the key of a Before.
type earlier struct{ Filter }

// inUTC is the filter as a key of what is kept: the same moments are the same then.
func (f Filter) inUTC() Filter {
	f.From, f.To = f.From.UTC(), f.To.UTC()
	return f
}

// keep gives what is kept under the key, or else what read does, which says of which version of the sums it is.
func keep[T any](ctx context.Context, s *Service, key any, read func() (T, int64, error)) (T, error) {
	var version int64
	if err := s.db.GetContext(ctx, &version, `select version from sold_turn`); err != nil {
		var none T
		return none, fmt.Errorf("version of the sums: %w", err)
	}
	if report, ok := s.kept.get(version, key).(T); ok {
		return report, nil
	}
	report, version, err := read()
	if err == nil {
		s.kept.put(version, key, report)
	}
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
