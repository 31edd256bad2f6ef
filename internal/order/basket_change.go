package order

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/postgres"
)

// Change is what became of a change to a basket. SetLine with Before undoes it.
type Change struct {
	Product  catalog.Product // of a line that was removed, only the ID
	Before   int
	Wanted   int
	Quantity int // now in the basket
}

// Clipped reports whether the basket holds less than was wanted, because there is no more.
func (c Change) Clipped() bool { return c.Quantity < c.Wanted }

// Bounds of the baskets from one network address, which many people may share: of new ones so many within an
// hour, and then no more, so that nobody's are taken away by a stranger beside her; and of all so many, those
// that were touched last, so that what is full of forgotten ones does not stay so.
const (
	newBasketsOfAddress = 500
	basketsOfAddress    = 5000
)

// Of is a basket: the secret by which it is known, the network address that it is used from (empty, if that is not
// counted), and the slug of the place where its reader lives, as far as she has said so.
type Of struct{ Token, From, Place string }

// AddLine puts n more of a product into a basket, as far as there are that many. Errors: ErrGone,
// ErrSoldOut, ErrOffSeason, ErrBasketFull, ErrBasketsMany for a new basket, ErrInvalid with the field quantity.
func (s *Service) AddLine(ctx context.Context, basket Of, productID uuid.UUID, n int) (Change, error) {
	if n < 1 || n > MaxQuantity {
		return Change{}, invalidQuantity()
	}
	return s.change(ctx, basket, productID, func(before int) int { return before + n })
}

// SetLine sets how many of a product a basket holds, as far as there are that many; none removes
// it. Errors are those of AddLine.
func (s *Service) SetLine(ctx context.Context, basket Of, productID uuid.UUID, n int) (Change, error) {
	switch {
	case n < 0 || n > MaxQuantity:
		return Change{}, invalidQuantity()
	case n == 0:
		return s.RemoveLine(ctx, basket.Token, productID)
	}
	return s.change(ctx, basket, productID, func(int) int { return n })
}

// RemoveLine takes a product out of a basket; what was not in it is removed already.
func (s *Service) RemoveLine(ctx context.Context, token string, productID uuid.UUID) (Change, error) {
	c := Change{Product: catalog.Product{ID: productID}}
	err := s.db.GetContext(ctx, &c.Before, `
		delete from basket_lines where token_hash = $1 and product_id = $2 returning quantity`,
		hashToken(token), productID)
	if err != nil && !postgres.NoRows(err) {
		return Change{}, fmt.Errorf("order: remove from basket: %w", err)
	}
	return c, nil
}

func (s *Service) change(ctx context.Context, basket Of, productID uuid.UUID, wanted func(before int) int) (Change, error) {
	if basket.Token == "" {
		return Change{}, errors.New("order: a basket without a token would be everybody's")
	}
	products, err := s.catalog.ByIDs(ctx, []uuid.UUID{productID})
	if err != nil {
		return Change{}, err
	}
	if len(products) == 0 {
		return Change{}, ErrGone
	}
	product := products[0]
	if product.Available == 0 {
		name := any(product.Name)
		if len(product.Sizes) > 0 {
			name = catalog.CalledIn(product.Name, product.UnitAmount, product.UnitCode)
		}
		if product.Stock > 0 {
			return Change{}, fault.New(ErrOffSeason.Kind, ErrOffSeason.Key, "Name", name, "Month", time.Month(*product.SeasonFrom))
		}
		return Change{}, fault.New(ErrSoldOut.Kind, ErrSoldOut.Key, "Name", name)
	}
	c := Change{Product: product}
	hash, now := hashToken(basket.Token), s.moment(s.Now())
	makers := s.networks("basket", basket.From)
	first := false
	err = postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		// The basket's row is locked first; see takeBasket.
		var made bool
		if err := tx.GetContext(ctx, &made, `
			insert into baskets (token_hash, created_at, updated_at, maker, site) values ($1, $2, $2, $3, $4)
			on conflict (token_hash) do update set updated_at = excluded.updated_at
			returning xmax = 0`, hash, now, makers.address, makers.site); err != nil {
			return err
		}
		if made && makers.address != nil {
			if err := boundBaskets(ctx, tx, makers, now); err != nil {
				return err
			}
		}
		var lines int
		if err := tx.QueryRowContext(ctx, `
			select count(*), coalesce(sum(quantity) filter (where product_id = $2), 0)
			from basket_lines where token_hash = $1`, hash, productID).Scan(&lines, &c.Before); err != nil {
			return err
		}
		if lines >= MaxLines && c.Before == 0 {
			return fault.New(ErrBasketFull.Kind, ErrBasketFull.Key, "Max", MaxLines)
		}
		c.Wanted = wanted(c.Before)
		c.Quantity = min(c.Wanted, product.Available, MaxQuantity)
		if first = lines == 0; first && !made { // what was known is of what lay in it before
			if _, err := tx.ExecContext(ctx, `update baskets set fee_centimes = null, fee_place = '' where token_hash = $1`, hash); err != nil {
				return err
			}
		}
		// More of it does not say that whoever wants it has seen another price or size than when she put it in.
		_, err := tx.ExecContext(ctx, `
			insert into basket_lines (token_hash, product_id, quantity, added_at, price_centimes, unit_amount, unit_code) values ($1, $2, $3, $4, $5, $6, $7)
			on conflict (token_hash, product_id) do update set quantity = excluded.quantity`,
			hash, productID, c.Quantity, now, product.Price, product.UnitAmount, product.UnitCode)
		return err
	})
	if err != nil {
		return Change{}, fmt.Errorf("order: change basket: %w", err)
	}
	if first {
		_ = s.keepFee(ctx, basket, now) // it lies in the basket all the same; only another fee later is not told
	}
	return c, nil
}

// keepFee writes down what delivery costs now that something was put into an empty basket.
func (s *Service) keepFee(ctx context.Context, basket Of, now time.Time) error {
	near, err := s.delivery.Near(ctx, delivery.QuoteInput{Place: basket.Place, On: now})
	if err != nil {
		return err
	}
	_, err = s.db.ExecContext(ctx, `
		update baskets set fee_centimes = $2, fee_place = $3 where token_hash = $1 and fee_centimes is null`, hashToken(basket.Token), near.Fee, basket.Place)
	if err != nil {
		return fmt.Errorf("order: fee of a basket: %w", err)
	}
	return nil
}

// boundBaskets looks whether a basket that was just made is one too many: ErrBasketsMany.
func boundBaskets(ctx context.Context, tx *sqlx.Tx, by makers, now time.Time) error {
	var many bool
	err := tx.GetContext(ctx, &many, `
		select (select count(*) from baskets where maker = $1 and updated_at > $3 and created_at > $3) > $4
		    or (select count(*) from baskets where site = $2 and updated_at > $3 and created_at > $3) > $4 * $5`,
		by.address, by.site, now.Add(-time.Hour), newBasketsOfAddress, by.siteShare)
	if err == nil && many {
		err = ErrBasketsMany
	}
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		with of_address as (
		    select token_hash from baskets where maker = $1 order by updated_at desc offset $2
		    for update skip locked),
		of_site as (
		    select token_hash from baskets where site = $3 order by updated_at desc offset $4
		    for update skip locked)
		delete from baskets where token_hash in (
		    select token_hash from of_address union all select token_hash from of_site)`,
		by.address, basketsOfAddress, by.site, basketsOfAddress*by.siteShare)
	return err
}

func invalidQuantity() error {
	return fault.New(ErrInvalid.Kind, ErrInvalid.Key).
		Field("quantity", "order.quantity_invalid", "Max", MaxQuantity)
}
