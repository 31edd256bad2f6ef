package catalog

import (
	"context"
	"fmt"

	"github.com/souk-taawon/souk/internal/postgres"

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
	list, err := s.products(ctx, `
		where p.id = any($2::uuid[]) and is_offered(p.state, c.state)
		order by array_position($2::uuid[], p.id)`, pq.Array(idTexts(ids)))
	return s.sized(ctx, list, err)
}

// BySlug reads a product that is offered; ErrNotFound otherwise.
func (s *Service) BySlug(ctx context.Context, slug string) (Product, error) {
	list, err := s.products(ctx, `
		where p.slug = $2 and is_offered(p.state, c.state)`, slug)
	return one(s.sized(ctx, list, err))
}

// Get reads one of a cooperative's own products in any state; ErrNotFound if it is another's.
func (s *Service) Get(ctx context.Context, coopID, productID uuid.UUID) (Product, error) {
	return one(s.products(ctx, `where p.id = $2 and p.cooperative_id = $3`, productID, coopID))
}

// OfCooperative reads all of a cooperative's products in all states, by reference.
func (s *Service) OfCooperative(ctx context.Context, coopID uuid.UUID) ([]Product, error) {
	return s.products(ctx, `where p.cooperative_id = $2 order by p.sku`, coopID)
}

// soldAtOnce is how many products EachSold reads at once.
const soldAtOnce = 500

// EachSold calls fn with every product of a cooperative that is not archived, by reference and as all are at one moment,
// while they are read; an error of fn ends it.
func (s *Service) EachSold(ctx context.Context, coopID uuid.UUID, fn func(Product) error) error {
	return postgres.Each(ctx, s.db, func(tx *sqlx.Tx, after string) (list []Product, next string, err error) {
		list, err = s.productsFrom(ctx, tx, `
			where p.cooperative_id = $2 and p.sku > $3 and p.state <> 'archived'
			order by p.sku limit $4`, coopID, after, soldAtOnce)
		if len(list) == soldAtOnce {
			next = list[soldAtOnce-1].SKU
		}
		return list, next, err
	}, fn)
}

// OfCooperativeTx is OfCooperative as q sees it, in order of the products' ids.
func (s *Service) OfCooperativeTx(ctx context.Context, q sqlx.QueryerContext, coopID uuid.UUID) ([]Product, error) {
	return s.productsFrom(ctx, q, `where p.cooperative_id = $2 order by p.id`, coopID)
}

// Labels are the signs of quality and origin that a product can carry, in their order, as they were a
// minute ago at most.
func (s *Service) Labels(ctx context.Context) ([]Label, error) {
	return s.labels.Get(s.now(), func() (list []Label, err error) {
		err = s.db.SelectContext(ctx, &list, `
			select slug, name_ar as "name.ar", name_fr as "name.fr", name_en as "name.en"
			from labels order by position`)
		if err != nil {
			return nil, fmt.Errorf("labels: %w", err)
		}
		return list, nil
	})
}

// counted is how many products a cooperative has.
type counted struct{ Published, Available, Draft, Archived, Unpictured, Things int }

func (s *Service) counts(ctx context.Context, coopID uuid.UUID) (n counted, err error) {
	err = s.db.GetContext(ctx, &n, `
		select published, available, draft, archived, unpictured, things from product_counts where cooperative_id = $1`, coopID)
	if err != nil && !postgres.NoRows(err) { // one without products has no row
		return counted{}, fmt.Errorf("count products: %w", err)
	}
	return n, nil
}

// inOrder picks the products of the list $2, in its order.
const inOrder = `where p.id = any($2::uuid[]) order by array_position($2::uuid[], p.id)`

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
