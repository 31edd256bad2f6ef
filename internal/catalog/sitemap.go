package catalog

import (
	"context"
	"fmt"

	"github.com/souk-taawon/souk/internal/clock"
)

// The parts of the sitemap are cut once a day, each with about so many products: they are kept as a shelf of
// the first product of each, so that a part is read without those before it.
var sitemap = shelf{name: "sitemap", draw: `
	select id from (select id, row_number() over (order by id) as n from offered) counted
	where n % 5000 = 1
	order by id`}

// SitemapParts says in how many parts Slugs lists the products that are offered, as the job has cut them.
func (s *Service) SitemapParts(ctx context.Context) (int, error) {
	drawn, err := s.drawn(ctx, sitemap)
	if err != nil {
		return 0, err
	}
	if !drawn {
		if err := s.draw(ctx, sitemap, clock.Day(s.now())); err != nil {
			return 0, err
		}
	}
	var n int
	err = s.db.GetContext(ctx, &n, `select cardinality(products) from drawn_products where shelf = $1`, sitemap.name)
	if err != nil {
		return 0, fmt.Errorf("sitemap: %w", err)
	}
	return n, nil
}

// Slugs lists the slugs of the products, one of each thing that is sold in several sizes, in a part of the sitemap, from 1; none of a part that is not there.
func (s *Service) Slugs(ctx context.Context, part int) ([]string, error) {
	var slugs []string
	err := s.db.SelectContext(ctx, &slugs, `
		with part as (
		    select products[$2::int] as first, coalesce(products[$2::int + 1], 'ffffffff-ffff-ffff-ffff-ffffffffffff') as next
		    from drawn_products where shelf = $1
		)
		select p.slug
		from part
		join products p on p.id >= part.first and p.id < part.next
		cross join lateral (select state from sellers where id = p.cooperative_id offset 0) c
		where is_offered(p.state, c.state)
		  and not exists ( -- of sizes the Oldest
		      select from products other
		      where other.family = p.family and other.state = 'published' and other.id < p.id)
		order by p.id
		limit 15000`, sitemap.name, part) // addresses in three languages, of which a part may hold 50,000
	if err != nil {
		return nil, fmt.Errorf("slugs: %w", err)
	}
	return slugs, nil
}
