package catalog

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/text"
)

// Size is one of the quantities that a thing is offered in. Each is a product with its own price and stock; which are of one
// thing is written in the schema (family_wanted), by their names without the measure, unless their cooperative decides.
type Size struct {
	ID         uuid.UUID
	Family     uuid.UUID
	Slug       string
	SKU        string
	UnitAmount int    `db:"unit_amount"`
	UnitCode   string `db:"unit_code"`
	Price      money.Amount
	SoldOut    bool           `db:"sold_out"`
	SeasonFrom *int           `db:"season_from"` // as of a Product
	SeasonTo   *int           `db:"season_to"`
	Labels     pq.StringArray // slugs of those with a certificate that has not expired; another size has its own
}

// Oldest is the one of a thing's sizes whose page search engines shall know: it stays when others come.
func Oldest(sizes []Size) Size {
	return slices.MinFunc(sizes, func(a, b Size) int { return bytes.Compare(a.ID[:], b.ID[:]) })
}

// face is the condition on which the product p stands for its thing in a list: the size that can be had and is the
// cheapest.
const face = `not exists (
	select from products other
	where other.family = p.family and other.state = 'published'
	  and (other.sold_out, other.off_season, other.price_centimes, other.id) < (p.sold_out, p.off_season, p.price_centimes, p.id))`

// MaxSizes is how many sizes a thing has at most: a page and a search document read all of them. The schema knows it too
// (product_family_inserted, product_family_updated).
const MaxSizes = 20

// smallestFirst is the order of sizes.
const smallestFirst = `smallest_amount(unit_amount, unit_code), id`

// sized gives offered products the sizes of their things, in one query.
func (s *Service) sized(ctx context.Context, list []Product, err error) ([]Product, error) {
	if err != nil || len(list) == 0 {
		return list, err
	}
	families := make([]uuid.UUID, len(list))
	for i, p := range list {
		families[i] = p.Family
	}
	var all []Size
	if err := s.db.SelectContext(ctx, &all, `
		select id, family, slug, sku, unit_amount, unit_code, price_centimes as price, sold_out, season_from, season_to,
		       array(select label from product_labels where product_id = products.id and expires_on >= $2::date order by label) as labels
		from products
		where family = any($1::uuid[]) and state = 'published'
		order by `+smallestFirst, pq.Array(idTexts(families)), clock.Day(s.now())); err != nil {
		return nil, fmt.Errorf("sizes: %w", err)
	}
	of := make(map[uuid.UUID][]Size, len(list))
	for _, size := range all {
		of[size.Family] = append(of[size.Family], size)
	}
	for i, p := range list {
		if sizes := of[p.Family]; len(sizes) > 1 {
			list[i].Sizes = sizes
		}
	}
	return list, nil
}

// FacesOf reads for each of these things, by the id of one of its products and in their order, the size to be shown to whoever
// asks for w: of those that she wants the one that can be had and is the cheapest. Of w count the prices and the labels.
func (s *Service) FacesOf(ctx context.Context, ids []uuid.UUID, w Wanted) ([]Product, error) {
	var faces []uuid.UUID
	if err := s.db.SelectContext(ctx, &faces, `
		select face.id
		from unnest($1::uuid[]) with ordinality as wanted (id, place)
		join products lead on lead.id = wanted.id
		cross join lateral (
		    select p.id
		    from products p
		    where p.family = lead.family and p.state = 'published'
		    order by p.price_centimes < $2 or $3 > 0 and p.price_centimes > $3
		          or coalesce(cardinality($4::text[]), 0) > 0 and not exists (
		              select from product_labels l where l.product_id = p.id and l.label = any($4::text[]) and l.expires_on >= $5::date),
		          p.sold_out, p.off_season, p.price_centimes, p.id
		    limit 1) face
		order by wanted.place`, pq.Array(idTexts(ids)), w.MinPrice, w.MaxPrice, pq.Array(w.Labels), clock.Day(s.now())); err != nil {
		return nil, fmt.Errorf("faces: %w", err)
	}
	return s.ByIDs(ctx, faces)
}

// SizesOf reads all sizes of a thing that are not archived, offered or not.
func (s *Service) SizesOf(ctx context.Context, p Product) (list []Product, err error) {
	return s.products(ctx, `
		where p.family = $2 and p.state <> 'archived' order by smallest_amount(p.unit_amount, p.unit_code), p.id`, p.Family)
}

// BySKU reads one of a cooperative's own products in any state by its reference, before another whose reference is the same
// as text.Reference compares them; ErrNotFound if it has none.
func (s *Service) BySKU(ctx context.Context, coopID uuid.UUID, sku string) (Product, error) {
	return one(s.products(ctx, byReference, coopID, sku, text.Reference(sku)))
}

const byReference = `
	where p.cooperative_id = $2 and reference(p.sku) = $4
	order by p.sku = $3 desc, p.id limit 1`

// Why a product is not made a size of another.
var (
	ErrOneSize   = fault.New(fault.Conflict, "catalog.one_size")
	ErrNotAlike  = fault.New(fault.Invalid, "catalog.not_alike")
	ErrManySizes = fault.New(fault.Conflict, "catalog.many_sizes", "Most", MaxSizes)
)

// SizeOf makes a product a size of the same thing as another of the cooperative's, whatever is written of both. ErrOneSize
// if the thing has that size already, ErrManySizes if it has MaxSizes, ErrNotAlike if one is weighed and the other counted, ErrNotFound if either is
// another's; Jumps if its price is far from that of the nearest size, unless she is sure.
func (s *Service) SizeOf(ctx context.Context, coopID, productID, otherID uuid.UUID, sure bool, by actor.Actor) error {
	err := postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		if err := s.sizeOfTx(ctx, tx, coopID, productID, otherID); err != nil || sure {
			return err
		}
		p, err := s.lockTx(ctx, tx, coopID, productID)
		if err != nil {
			return err
		}
		return comparedTx(ctx, tx, productID, p.Edit())
	})
	return s.decided(ctx, productID, by, err)
}

func (s *Service) sizeOfTx(ctx context.Context, tx *sqlx.Tx, coopID, productID, otherID uuid.UUID) error {
	if _, err := s.lockInTurnTx(ctx, tx, coopID, productID); err != nil {
		return err
	}
	other, err := s.lockTx(ctx, tx, coopID, otherID)
	if err != nil {
		return err
	}
	var known struct{ Alike, There, Full bool }
	if err := tx.GetContext(ctx, &known, `
		select coalesce(bool_and(smallest_unit(o.unit_code) = smallest_unit(p.unit_code)), true) as alike,
		       coalesce(bool_or(o.state <> 'archived' and smallest_amount(o.unit_amount, o.unit_code) = smallest_amount(p.unit_amount, p.unit_code)), false) as there,
		       count(*) filter (where o.state <> 'archived') >= $3 as full
		from products p join products o on o.family = $2 and o.id <> p.id
		where p.id = $1`, productID, other.Family, MaxSizes); err != nil {
		return fmt.Errorf("sizes that are there: %w", err)
	}
	switch {
	case !known.Alike:
		return fault.New(fault.Invalid, "catalog.invalid").Field("unit", "catalog.not_alike").Wrap(ErrNotAlike)
	case known.Full:
		return fault.New(fault.Invalid, "catalog.invalid").Field("unit", "catalog.many_sizes", "Most", MaxSizes).Wrap(ErrManySizes)
	case known.There:
		return fault.New(fault.Invalid, "catalog.invalid").Field("unit", "catalog.one_size").Wrap(ErrOneSize)
	}
	// The others stay together even if one of them is called otherwise later.
	if _, err := tx.ExecContext(ctx, `
		update products set sized_with = $2, updated_at = $3 where id = $1 or family = $2`, productID, other.Family, s.now()); err != nil {
		return fmt.Errorf("size: %w", err)
	}
	return nil
}

// Alone makes a product a thing of its own, whatever is written of it.
func (s *Service) Alone(ctx context.Context, coopID, productID uuid.UUID, by actor.Actor) error {
	return s.decided(ctx, productID, by, postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		if _, err := s.lockInTurnTx(ctx, tx, coopID, productID); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `
			update products set sized_with = $2, updated_at = $3 where id = $1`, productID, postgres.NewID(), s.now())
		return err
	}))
}

func (s *Service) decided(ctx context.Context, productID uuid.UUID, by actor.Actor, err error) error {
	if err != nil {
		return fmt.Errorf("sizes of a thing: %w", err)
	}
	s.log.InfoContext(ctx, "sizes decided", "product", productID, "by", by.User)
	return nil
}
