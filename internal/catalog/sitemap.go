package catalog

import (
	"context"
	"fmt"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/postgres"
)

// The parts of the sitemap are cut once a day, each with about so many products: they are kept as a shelf of
// the first product of each, so that a part is read without those before it.
var sitemap = shelf{name: "sitemap", draw: `
	select id from (select id, row_number() over (order by id) as n from offered) counted
	where n % 5000 = 1
	order by id`}

// SitemapParts says in how many parts Slugs lists the products that are offered.
func (s *Service) SitemapParts(ctx context.Context) (int, error) {
	day := clock.Day(s.now())
	parts := func() (n int, fresh bool, err error) {
		err = s.db.QueryRowContext(ctx, `
			select cardinality(products), day = $2::date and (cardinality(products) > 0 or drawn_at > $3)
			from drawn_products where shelf = $1`, sitemap.name, day, s.now().Add(-shelfStays)).Scan(&n, &fresh)
		if err != nil && !postgres.NoRows(err) {
			return 0, false, fmt.Errorf("sitemap: %w", err)
		}
		return n, fresh, nil
	}
	n, fresh, err := parts()
	if err != nil || fresh {
		return n, err
	}
	if err := s.draw(ctx, sitemap, day); err != nil {
		return 0, err
	}
	n, _, err = parts()
	return n, err
}

// Slugs lists the slugs of the products in a part of the sitemap, from 1; none of a part that is not there.
func (s *Service) Slugs(ctx context.Context, part int) ([]string, error) {
	var slugs []string
	err := s.db.SelectContext(ctx, &slugs, `
		with part as (
		    select products[$2::int] as first, products[$2::int + 1] as next from drawn_products where shelf = $1
		)
		select o.slug from offered o, part
		where o.id >= part.first and (part.next is null or o.id < part.next)
		order by o.id
		limit 15000`, sitemap.name, part) // addresses in three languages, of which a part may hold 50,000
	if err != nil {
		return nil, fmt.Errorf("slugs: %w", err)
	}
	return slugs, nil
}
