package association

import (
	"context"

	"github.com/souk-taawon/souk/internal/settlement"
)

// Owed is where the association and the cooperatives stand.
type Owed struct {
	settlement.Summary
	LeftOut []settlement.Owed // of those that are owed money and have given no bank account, the most owed
}

// ReadOwed reads it, with at most shown of those that are left out.
func ReadOwed(ctx context.Context, settlements *settlement.Service, shown int) (Owed, error) {
	var v Owed
	var err error
	if v.Summary, err = settlements.Summary(ctx); err != nil || v.NoRIB == 0 {
		return v, err
	}
	v.LeftOut, _, err = settlements.Owed(ctx, settlement.Filter{Which: settlement.NoRIB}, "", shown)
	return v, err
}

// MoreLeftOut is how many more are left out than LeftOut shows.
func (v Owed) MoreLeftOut() int { return v.NoRIB - len(v.LeftOut) }
