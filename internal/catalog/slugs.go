package catalog

import (
	"context"
	"fmt"
)

// Slugs lists the slugs of the products that are offered, in an order that stays.
func (s *Service) Slugs(ctx context.Context, limit, offset int) ([]string, error) {
	var slugs []string
	err := s.db.SelectContext(ctx, &slugs, `
		select p.slug from products p join cooperatives c on c.id = p.cooperative_id
		where p.state = 'published' and c.state = 'approved'
		order by p.id limit $1 offset $2`, limit, offset)
	if err != nil {
		return nil, fmt.Errorf("slugs: %w", err)
	}
	return slugs, nil
}
