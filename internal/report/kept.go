package report

import (
	"context"
	"sync"
)

// keptReports is how many reports an instance keeps.
const keptReports = 32

// kept are reports that stay true as long as the sums do: a country's cooperatives are compared with one another
// once after each change, and not for everybody who looks.
type kept struct {
	mu      sync.Mutex
	version int64 // of the sums
	reports map[Filter]Sales
}

// keep gives the report on the filter, as it stands.
func (s *Service) keep(ctx context.Context, f Filter) (Sales, error) {
	f.From, f.To = f.From.UTC(), f.To.UTC() // to be compared by
	var version int64
	if err := s.db.GetContext(ctx, &version, `select version from sold_turn`); err != nil {
		return Sales{}, err
	}
	if sales, ok := s.kept.get(version, f); ok {
		return sales, nil
	}
	read, err := s.read(ctx, f)
	if err != nil {
		return Sales{}, err
	}
	sales := summed(f, read)
	s.kept.put(read.Version, f, sales)
	return sales, nil
}

func (k *kept) get(version int64, f Filter) (Sales, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	sales, ok := k.reports[f]
	return sales, ok && k.version == version
}

// put keeps a report; those on other sums go, and all when there are too many.
func (k *kept) put(version int64, f Filter, sales Sales) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.version != version || len(k.reports) >= keptReports {
		k.version, k.reports = version, make(map[Filter]Sales)
	}
	k.reports[f] = sales
}
