package cooperative

import (
	"context"
	"fmt"

	"github.com/souk-taawon/souk/internal/i18n"
)

// Public is which of the cooperatives that buyers see (approved, and with something to sell) are to be
// read: a page of those in a commune or of women, by commune and name, or by name alone.
type Public struct {
	Commune   string // slug; empty: all
	WomenOnly bool
	Language  string // in whose alphabet communes come first in the order; empty: they do not
	Limit     int
	Offset    int
}

// ListPublic reads the cooperatives of p.
func (s *Service) ListPublic(ctx context.Context, p Public) ([]Cooperative, error) {
	f := Filter{State: Approved, Commune: p.Commune, WomenOnly: p.WomenOnly, products: true, limit: p.Limit, offset: p.Offset}
	switch p.Language {
	case "":
	case i18n.Default:
		f.byCommune = "ar"
	default:
		f.byCommune = "fr"
	}
	return list(ctx, s.db, f)
}

// Count is how many cooperatives buyers see somewhere, and who they are.
type Count struct {
	Commune      string
	Cooperatives int
	WomenOnly    int // of these, of women alone
	Members      int
	Women        int // of the members
}

// CountPublic counts the cooperatives that buyers see, by commune.
func (s *Service) CountPublic(ctx context.Context) ([]Count, error) {
	var list []Count
	err := s.db.SelectContext(ctx, &list, `
		select commune, count(*) as cooperatives, count(*) filter (where women_only) as womenonly,
		       sum(women + men) as members, sum(women) as women
		from cooperatives c
		where state = 'approved'
		  and exists (select from goods where cooperative_id = c.id and published)
		group by commune`)
	if err != nil {
		return nil, fmt.Errorf("count cooperatives: %w", err)
	}
	return list, nil
}

// PublicSlugs lists the slugs of the cooperatives that buyers see, in an order that stays.
func (s *Service) PublicSlugs(ctx context.Context, limit, offset int) ([]string, error) {
	var slugs []string
	err := s.db.SelectContext(ctx, &slugs, `
		select slug from cooperatives c
		where state = 'approved'
		  and exists (select from goods where cooperative_id = c.id and published)
		order by id limit $1 offset $2`, limit, offset)
	if err != nil {
		return nil, fmt.Errorf("slugs of cooperatives: %w", err)
	}
	return slugs, nil
}
