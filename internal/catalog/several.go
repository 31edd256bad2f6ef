package catalog

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/postgres"
)

// SoldOut is no state that is kept, but what a published product without stock is called: in Filter,
// and in SetSeveral, which sets the stock to nothing.
const SoldOut = "soldout"

// Unpictured says in Filter: not archived, and without a photograph.
const Unpictured = "unpictured"

// MaxSeveral is how many products SetSeveral takes at once.
const MaxSeveral = 200

// Why several products are not changed.
var (
	ErrNoneChosen = fault.New(fault.Invalid, "catalog.none_chosen")
	ErrSeveral    = fault.New(fault.Invalid, "catalog.too_many_chosen", "Max", MaxSeveral)
)

// Left is a product that SetSeveral left as it was, with the reason.
type Left struct {
	Product Product
	Why     fault.Message
}

// SetSeveral does the same to several of a cooperative's products in one transaction: publishes them
// (Published), takes them back (Draft) or says that nothing is left of them (SoldOut). Products that
// may not be published are left and told with the reason; the others are done. ErrNotFound if one is
// not there or another's: then nothing is done. Done counts those that are now as asked, also those
// that were already.
func (s *Service) SetSeveral(ctx context.Context, coopID uuid.UUID, ids []uuid.UUID, what string, by uuid.UUID) (done int, left []Left, err error) {
	switch {
	case len(ids) == 0:
		return 0, nil, ErrNoneChosen
	case len(ids) > MaxSeveral:
		return 0, nil, ErrSeveral
	case what != Published && what != Draft && what != SoldOut:
		return 0, nil, fault.New(fault.Invalid, "catalog.state_unknown")
	}
	err = postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		done, left = 0, nil
		products, err := s.lockSeveral(ctx, tx, coopID, ids)
		if err != nil {
			return err
		}
		r, err := s.rulesFrom(ctx, tx)
		if err != nil {
			return err
		}
		var good []string
		for _, p := range products {
			if why := r.unpublishable(p.edit()); what == Published && why != nil {
				left = append(left, Left{p, *why})
				continue
			}
			good = append(good, p.ID.String())
		}
		done = len(good)
		if what == SoldOut {
			return s.emptyTx(ctx, tx, good, by)
		}
		_, err = tx.ExecContext(ctx, `
			update products set state = $2, updated_at = $3 where id = any($1::uuid[]) and state <> $2`, pq.Array(good), what, s.now())
		return err
	})
	if err != nil {
		return 0, nil, fmt.Errorf("set several: %w", err)
	}
	slog.InfoContext(ctx, "products set", "what", what, "done", done, "left", len(left), "by", by)
	return done, left, nil
}

// lockSeveral reads a cooperative's own products and keeps others from changing them until tx ends, in
// order of their ids as everywhere.
func (s *Service) lockSeveral(ctx context.Context, tx *sqlx.Tx, coopID uuid.UUID, ids []uuid.UUID) ([]Product, error) {
	wanted := make(map[uuid.UUID]bool, len(ids))
	texts := make([]string, len(ids))
	for i, id := range ids {
		wanted[id] = true
		texts[i] = id.String()
	}
	products, err := s.productsFrom(ctx, tx, `
		where p.id = any($2::uuid[]) and p.cooperative_id = $3
		order by p.id
		for no key update of p`, pq.Array(texts), coopID)
	if err == nil && len(products) != len(wanted) {
		err = ErrNotFound
	}
	return products, err
}

// emptyTx sets the stock of locked products to nothing and writes down how much that was.
func (s *Service) emptyTx(ctx context.Context, tx *sqlx.Tx, ids []string, by uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		with before as (
		    select id, stock from products where id = any($1::uuid[]) and stock > 0
		), emptied as (
		    update products p set stock = 0, updated_at = $3 from before where p.id = before.id
		)
		insert into stock_movements (id, product_id, delta, reason, user_id, at)
		select gen_random_uuid(), id, -stock, 'count', $2, $3 from before`, pq.Array(ids), nullable(by), s.now())
	return err
}
