package report

import (
	"context"
	"fmt"
)

// Any reports whether there ever was an order that does not wait to be confirmed.
func (s *Service) Any(ctx context.Context) (found bool, err error) {
	if err := s.db.GetContext(ctx, &found, `select exists (select from order_heads where not unconfirmed)`); err != nil {
		return false, fmt.Errorf("is there any order: %w", err)
	}
	return found, nil
}
