package catalog

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/souk-taawon/souk/internal/text"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/fault"
)

// ErrNotFound says that there is no such product, or that it is not for this person to know of.
var ErrNotFound = fault.New(fault.NotFound, "catalog.product_not_found")

// ByIDs reads products that are offered, in the order asked for; the others are left out.
func (s *Service) ByIDs(ctx context.Context, ids []uuid.UUID) ([]Product, error) {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = id.String()
	}
	return s.products(ctx, `
		where p.id = any($2::uuid[]) and p.state = 'published' and c.state = 'approved'
		order by array_position($2::uuid[], p.id)`, pq.Array(texts))
}

// BySlug reads a product that is offered; ErrNotFound otherwise.
func (s *Service) BySlug(ctx context.Context, slug string) (Product, error) {
	return one(s.products(ctx, `
		where p.slug = $2 and p.state = 'published' and c.state = 'approved'`, slug))
}

// Get reads one of a cooperative's own products in any state; ErrNotFound if it is another's.
func (s *Service) Get(ctx context.Context, coopID, productID uuid.UUID) (Product, error) {
	return one(s.products(ctx, `where p.id = $2 and p.cooperative_id = $3`, productID, coopID))
}

// OfCooperative reads all of a cooperative's products in all states, by reference.
func (s *Service) OfCooperative(ctx context.Context, coopID uuid.UUID) ([]Product, error) {
	return s.products(ctx, `where p.cooperative_id = $2 order by p.sku`, coopID)
}

// OfCooperativeTx is OfCooperative as q sees it, in order of the products' ids.
func (s *Service) OfCooperativeTx(ctx context.Context, q sqlx.QueryerContext, coopID uuid.UUID) ([]Product, error) {
	return s.productsFrom(ctx, q, `where p.cooperative_id = $2 order by p.id`, coopID)
}

// InSeason reads up to 24 offered products that have a season and are in it in that month, those
// whose season began last first and one of each cooperative before a second.
func (s *Service) InSeason(ctx context.Context, month time.Month) ([]Product, error) {
	return s.products(ctx, `
		join (
		    select id, row_number() over (partition by cooperative_id order by started, id) as turn, started
		    from (select p.id, p.cooperative_id, ($2::int - p.season_from + 12) % 12 as started
		          from products p
		          where p.state = 'published' and p.stock > 0
		            and ($2::int - p.season_from + 12) % 12 <= (p.season_to - p.season_from + 12) % 12) seasonal
		) ripe on ripe.id = p.id
		where c.state = 'approved'
		order by ripe.turn, ripe.started, p.id
		limit 24`, int(month))
}

// Shelf reads n offered products in stock and in season on the day of that moment: another choice
// each day, and one product of each cooperative before a second, so that each has its turn.
func (s *Service) Shelf(ctx context.Context, at time.Time, n int) ([]Product, error) {
	day := clock.Day(at)
	return s.products(ctx, `
		join (
		    select id, lot, row_number() over (partition by cooperative_id order by lot) as turn
		    from (select p.id, p.cooperative_id, md5(p.id::text || $2::text) as lot
		          from products p join cooperatives c on c.id = p.cooperative_id
		          where p.state = 'published' and p.stock > 0 and c.state = 'approved'
		            and (p.season_from is null
		                 or ($3::int - p.season_from + 12) % 12 <= (p.season_to - p.season_from + 12) % 12)) fresh
		) drawn on drawn.id = p.id
		order by drawn.turn, drawn.lot
		limit $4`, day.Format(time.DateOnly), int(day.Month()), n)
}

// CountPublished counts the products that are offered.
func (s *Service) CountPublished(ctx context.Context) (int, error) {
	var n int
	err := s.db.GetContext(ctx, &n, `
		select count(*) from products p join cooperatives c on c.id = p.cooperative_id
		where p.state = 'published' and c.state = 'approved'`)
	if err != nil {
		return 0, fmt.Errorf("count products: %w", err)
	}
	return n, nil
}

// Categories are the shelves of the market, in their order. They are reference data, read once.
func (s *Service) Categories(ctx context.Context) ([]Category, error) {
	if known := s.categories.Load(); known != nil {
		return *known, nil
	}
	var list []Category
	err := s.db.SelectContext(ctx, &list, `
		select slug, name_ar as "name.ar", name_fr as "name.fr", name_en as "name.en", ground, food, perishable
		from categories order by position`)
	if err != nil {
		return nil, fmt.Errorf("categories: %w", err)
	}
	s.categories.Store(&list)
	return list, nil
}

// Labels are the signs of quality and origin that a product can carry, in their order. They are
// reference data, read once.
func (s *Service) Labels(ctx context.Context) ([]Label, error) {
	if known := s.labels.Load(); known != nil {
		return *known, nil
	}
	var list []Label
	err := s.db.SelectContext(ctx, &list, `
		select slug, name_ar as "name.ar", name_fr as "name.fr", name_en as "name.en"
		from labels order by position`)
	if err != nil {
		return nil, fmt.Errorf("labels: %w", err)
	}
	s.labels.Store(&list)
	return list, nil
}

// Filter narrows a cooperative's catalogue page.
type Filter struct {
	Query    string // part of a name or a reference
	State    string // a state, SoldOut or Unpictured; empty: all
	Category string // empty: all
	Page     int    // from 1
	PerPage  int    // 50 unless told, at most 200
}

// Catalogue is a page of a cooperative's own products, newest first.
type Catalogue struct {
	Products                   []Product
	Total                      int // that the filter lets through, on all pages
	Page, PerPage, Pages       int
	Published, Draft, Archived int // all of the cooperative's, whatever the filter
	SoldOut, Unpictured        int // of these
}

// Catalogue reads a page of a cooperative's products.
func (s *Service) Catalogue(ctx context.Context, coopID uuid.UUID, f Filter) (Catalogue, error) {
	page := Catalogue{Page: max(f.Page, 1), PerPage: min(f.PerPage, 200)}
	if page.PerPage < 1 {
		page.PerPage = 50
	}
	like := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text.Clean(f.Query)) + "%"
	const soldOut, unpictured = `(p.state = 'published' and p.stock = 0)`, `(p.picture_id is null and p.state <> 'archived')`
	const matches = `
		p.cooperative_id = $2 and ($4 = '' or p.category = $4)
		and case $3 when '' then true when 'soldout' then ` + soldOut + ` when 'unpictured' then ` + unpictured + ` else p.state = $3 end
		and concat_ws(' ', p.sku, p.name_ar, p.name_fr, p.name_en) ilike $5`
	err := s.db.QueryRowContext(ctx, `
		select count(*) filter (where `+matches+`),
		       count(*) filter (where p.state = 'published'), count(*) filter (where p.state = 'draft'),
		       count(*) filter (where p.state = 'archived'),
		       count(*) filter (where `+soldOut+`), count(*) filter (where `+unpictured+`)
		from products p
		where p.cooperative_id = $1`, coopID, coopID, f.State, f.Category, like,
	).Scan(&page.Total, &page.Published, &page.Draft, &page.Archived, &page.SoldOut, &page.Unpictured)
	if err != nil {
		return Catalogue{}, fmt.Errorf("count catalogue: %w", err)
	}
	page.Pages = max(1, (page.Total+page.PerPage-1)/page.PerPage)
	page.Page = min(page.Page, page.Pages)
	page.Products, err = s.products(ctx, `
		where `+matches+`
		order by p.created_at desc, p.id desc
		limit $6 offset $7`, coopID, f.State, f.Category, like, page.PerPage, (page.Page-1)*page.PerPage)
	if err != nil {
		return Catalogue{}, err
	}
	return page, nil
}

// products runs selectProduct with what follows it; args are its parameters from $2 on.
func (s *Service) products(ctx context.Context, rest string, args ...any) ([]Product, error) {
	return s.productsFrom(ctx, s.db, rest, args...)
}

func (s *Service) productsFrom(ctx context.Context, q sqlx.QueryerContext, rest string, args ...any) ([]Product, error) {
	list := []Product{}
	if err := sqlx.SelectContext(ctx, q, &list, selectProduct+rest, append([]any{clock.Day(s.now())}, args...)...); err != nil {
		return nil, fmt.Errorf("read products: %w", err)
	}
	return list, nil
}

func one(list []Product, err error) (Product, error) {
	if err != nil {
		return Product{}, err
	}
	if len(list) == 0 {
		return Product{}, ErrNotFound
	}
	return list[0], nil
}
