package catalog

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/actor"
)

// Write is one product of many to write, as Rules let it be.
type Write struct {
	ID    uuid.UUID // of a new one, made by the caller
	New   bool
	Delta int // of the stock; the edit's own is not looked at
	Edit      // whole; a new one without a reference is given one

	slug string
}

// WriteTx writes many of a cooperative's products, which tx has locked, in a few statements, however many
// there are. Stock is moved, and each movement written down, for all of them at once; labels, and of those
// that are there references, states, drawings and whether they are perishable, stay as they are. ErrTooManyProducts if the new ones
// would be too many.
func (s *Service) WriteTx(ctx context.Context, tx *sqlx.Tx, coopID uuid.UUID, list []Write, by actor.Actor) error {
	if len(list) == 0 {
		return nil
	}
	if err := giveNames(ctx, tx, coopID, list); err != nil {
		return err
	}
	now := s.now()
	if err := copyProducts(ctx, tx, list, now); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `
		insert into products (id, cooperative_id, sku, slug, category, name_ar, name_fr, name_en,
		                      description_ar, description_fr, description_en, unit_amount, unit_code, price_centimes,
		                      stock, season_from, season_to, perishable, authorisation, authorisation_expires_on,
		                      state, drawing, created_at, updated_at, off_season)
		select id, $1, sku, slug, category, name_ar, name_fr, name_en,
		       description_ar, description_fr, description_en, unit_amount, unit_code, price_centimes,
		       delta, season_from, season_to, perishable, authorisation, authorisation_expires_on,
		       state, drawing, $2, $2, off_season
		from written where is_new`, coopID, now); err != nil {
		return refused(err)
	}
	// Whoever sets a name has the product's words made anew, which is a third of what a change costs. Those that keep
	// theirs come first, since afterwards all do.
	const (
		changed = `
		update products p
		set category = u.category, description_ar = u.description_ar, description_fr = u.description_fr, description_en = u.description_en,
		    unit_amount = u.unit_amount, unit_code = u.unit_code, price_centimes = u.price_centimes,
		    stock = p.stock + u.delta, counts = p.counts + (u.delta <> 0)::int, season_from = u.season_from, season_to = u.season_to, off_season = u.off_season,
		    authorisation = u.authorisation, authorisation_expires_on = u.authorisation_expires_on, updated_at = $1`
		renamed = changed + `, name_ar = u.name_ar, name_fr = u.name_fr, name_en = u.name_en`
	)
	for _, statement := range []string{
		changed + ` from written u where p.id = u.id and not u.is_new and (p.name_ar, p.name_fr, p.name_en) is not distinct from (u.name_ar, u.name_fr, u.name_en)`,
		renamed + ` from written u where p.id = u.id and not u.is_new and (p.name_ar, p.name_fr, p.name_en) is distinct from (u.name_ar, u.name_fr, u.name_en)`,
	} {
		if _, err := tx.ExecContext(ctx, statement, now); err != nil {
			return refused(err)
		}
	}
	if err := joinThings(ctx, tx, list, now); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `
		insert into stock_movements (id, product_id, delta, reason, actor, user_id, at)
		select gen_random_uuid(), id, delta, 'count', $1, $2, $3 from written where delta <> 0`, by.Kind, by.UserID(), now); err != nil {
		return fmt.Errorf("stock movements: %w", err)
	}
	return nil
}

// joinThings makes those sizes of things that are to be (SizeOf), as sizeOfTx does.
func joinThings(ctx context.Context, tx *sqlx.Tx, list []Write, now time.Time) error {
	var ids, others []uuid.UUID
	for _, w := range list {
		if w.SizeOf != uuid.Nil {
			ids, others = append(ids, w.ID), append(others, w.SizeOf)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	for _, which := range []string{`p.family = o.family and p.sized_with is distinct from o.family`, `p.id = l.id`} {
		if _, err := tx.ExecContext(ctx, `
			update products p set sized_with = o.family, updated_at = $3
			from unnest($1::uuid[], $2::uuid[]) as l (id, other) join products o on o.id = l.other
			where `+which, pq.Array(idTexts(ids)), pq.Array(idTexts(others)), now); err != nil {
			return fmt.Errorf("sizes: %w", err)
		}
	}
	return nil
}

// giveNames gives the new products their addresses, and references to those without.
func giveNames(ctx context.Context, tx *sqlx.Tx, coopID uuid.UUID, list []Write) error {
	var fresh []*Write
	var ids []uuid.UUID
	var edits []Edit
	for i := range list {
		if w := &list[i]; w.New {
			fresh, ids, edits = append(fresh, w), append(ids, w.ID), append(edits, w.Edit)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	if err := productsAllowed(ctx, tx, coopID, len(fresh)); err != nil {
		return err
	}
	slugs, err := slugsTx(ctx, tx, coopID, ids, edits)
	if err != nil {
		return err
	}
	for i, w := range fresh {
		w.slug = slugs[i]
		if w.SKU == "" {
			w.SKU = madeSKU(w.ID)
		}
	}
	return nil
}

// copyProducts fills the temporary table «written» with what is written now, which lives until the transaction ends.
func copyProducts(ctx context.Context, tx *sqlx.Tx, list []Write, now time.Time) (err error) {
	if _, err := tx.ExecContext(ctx, `
		create temporary table written (
		    id uuid primary key, is_new boolean, sku text, slug text, category text,
		    name_ar text, name_fr text, name_en text, description_ar text, description_fr text, description_en text,
		    unit_amount int, unit_code text, price_centimes bigint, delta int, season_from int, season_to int,
		    perishable boolean, authorisation text, authorisation_expires_on date, state text, drawing text, off_season boolean
		) on commit drop`); err != nil {
		return fmt.Errorf("temporary table: %w", err)
	}
	rows, err := tx.PrepareContext(ctx, `
		copy written (id, is_new, sku, slug, category, name_ar, name_fr, name_en,
		               description_ar, description_fr, description_en, unit_amount, unit_code, price_centimes,
		               delta, season_from, season_to, perishable, authorisation, authorisation_expires_on, state, drawing, off_season)
		from stdin`)
	if err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	defer func() {
		if e := rows.Close(); err == nil && e != nil {
			err = fmt.Errorf("copy: close: %w", e)
		}
	}()
	for _, w := range list {
		if _, err := rows.ExecContext(ctx, w.ID, w.New, w.SKU, w.slug, w.Category, w.Name.AR, w.Name.FR, w.Name.EN,
			w.Description.AR, w.Description.FR, w.Description.EN, w.UnitAmount, w.UnitCode, int64(w.Price),
			w.Delta, w.SeasonFrom, w.SeasonTo, w.Perishable, w.Authorisation, w.AuthorisedTill, w.State, w.Drawing, w.offSeason(now)); err != nil {
			return fmt.Errorf("copy: %w", err)
		}
	}
	if _, err := rows.ExecContext(ctx); err != nil { // an empty row ends the copy and reports its errors
		return fmt.Errorf("copy: end: %w", err)
	}
	return nil
}
