package cooperative

import (
	"context"
	"fmt"

	"github.com/souk-taawon/souk/internal/i18n"
)

// Sector is what a cooperative makes.
type Sector struct {
	Slug  string
	Name  i18n.Text
	Taken bool // there are cooperatives in it
}

// Sectors are all that a cooperative can be said to be in, by their slugs.
func (s *Service) Sectors(ctx context.Context) ([]Sector, error) {
	var sectors []Sector
	err := s.db.SelectContext(ctx, &sectors, `
		select k.slug, k.name_ar as "name.ar", k.name_fr as "name.fr", k.name_en as "name.en",
		       exists (select from cooperatives c where c.sector = k.slug) as taken
		from sectors k order by k.slug`)
	if err != nil {
		return nil, fmt.Errorf("sectors of cooperatives: %w", err)
	}
	return sectors, nil
}
