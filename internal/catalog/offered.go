package catalog

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/postgres"
)

// Offered is a page of what a cooperative offers, each thing once, however many its sizes: what is in season before what is not, and what is sold out last.
type Offered struct {
	Products         []Product
	Total, Available int     // on all pages; of these, in stock, up to MostCounted and one more
	Labels           []Label // that some of its products carry, on whichever page
	keyset.Turns
}

// MostCounted is as far as a cooperative's things in stock are counted for a page: there may be more.
const MostCounted = 500

// OfferedBy reads a page of an approved cooperative's products on sale from a place on, by the id of one of its
// products: where that stands now. nil, or a product that is not its own: from the beginning.
func (s *Service) OfferedBy(ctx context.Context, coopID uuid.UUID, from *keyset.Place, perPage int) (Offered, error) {
	o := Offered{Labels: []Label{}}
	if err := s.db.QueryRowxContext(ctx, `
		select coalesce((select things from product_counts where cooperative_id = $1), 0),
		       (select count(*) from (
		           select from products where cooperative_id = $1 and state = 'published' and not sold_out group by family limit $2 + 1) thing)`,
		coopID, MostCounted).Scan(&o.Total, &o.Available); err != nil {
		return Offered{}, fmt.Errorf("count things: %w", err)
	}
	args, among := []any{coopID, perPage + 1}, ``
	if from != nil {
		var at struct {
			SoldOut   bool `db:"sold_out"`
			OffSeason bool `db:"off_season"`
			SKU       string
		}
		err := s.db.GetContext(ctx, &at, `select sold_out, off_season, sku from products where id = $1 and cooperative_id = $2`, from.ID, coopID)
		switch {
		case postgres.NoRows(err):
			from = nil
		case err != nil:
			return Offered{}, fmt.Errorf("place in offers: %w", err)
		default:
			beyond, _ := from.Way(keyset.Ascending)
			args, among = append(args, at.SoldOut, at.OffSeason, at.SKU), ` and (sold_out, off_season, sku) `+beyond+` ($3, $4, $5)`
		}
	}
	_, direction := from.Way(keyset.Ascending)
	var ids []uuid.UUID
	if err := s.db.SelectContext(ctx, &ids, `
		select id from products p
		where cooperative_id = $1 and state = 'published' and `+face+among+`
		order by sold_out `+direction+`, off_season `+direction+`, sku `+direction+`
		limit $2`, args...); err != nil {
		return Offered{}, fmt.Errorf("page of offers: %w", err)
	}
	ids, o.Turns = keyset.Cut(ids, from, perPage, keyset.ByID)
	var err error
	if o.Products, err = s.ByIDs(ctx, ids); err != nil {
		return Offered{}, err
	}
	if err := s.db.SelectContext(ctx, &o.Labels, `
		select l.slug, l.name_ar as "name.ar", l.name_fr as "name.fr", l.name_en as "name.en"
		from labels l
		cross join lateral ( -- the first that carries it, in the order of their index, so that others' are not passed over
		    select from product_labels pl join products p on p.id = pl.product_id
		    where pl.cooperative_id = $1 and pl.label = l.slug and pl.expires_on >= $2::date and p.state = 'published'
		    order by pl.expires_on limit 1) carried
		order by l.position`, coopID, clock.Day(s.now())); err != nil {
		return Offered{}, fmt.Errorf("labels of offers: %w", err)
	}
	return o, nil
}

// CountOffered counts the things that are offered, as search finds them, as they were a minute ago at most.
func (s *Service) CountOffered(ctx context.Context) (int, error) {
	return s.offered.Get(s.now(), func() (n int, err error) {
		if err = s.db.GetContext(ctx, &n, `select coalesce(sum(products), 0) from offered_changes`); err != nil {
			return 0, fmt.Errorf("count products: %w", err)
		}
		return n, nil
	})
}

// gatherOffered puts one row in the place of all by which the number of things that are offered has changed.
func (s *Service) gatherOffered(ctx context.Context) error {
	if _, err := s.db.ExecContext(ctx, `
		with gone as (
		    delete from offered_changes where id in (select id from offered_changes for update skip locked) returning products
		)
		insert into offered_changes (products) select sum(products) from gone having count(*) > 0`); err != nil {
		return fmt.Errorf("gather what is offered: %w", err)
	}
	return nil
}

// Faces reads one product in stock of each of these cooperatives that has any, the newest.
func (s *Service) Faces(ctx context.Context, coopIDs []uuid.UUID) ([]Product, error) {
	var ids []uuid.UUID // first: in one statement they could be looked for again for each product
	if err := s.db.SelectContext(ctx, &ids, `
		select face.id
		from unnest($1::uuid[]) as wanted (id)
		cross join lateral (
		    select id from products
		    where cooperative_id = wanted.id and state = 'published' and not sold_out
		    order by created_at desc, id desc
		    limit 1) face`, pq.Array(idTexts(coopIDs))); err != nil {
		return nil, fmt.Errorf("newest products: %w", err)
	}
	return s.ByIDs(ctx, ids)
}
