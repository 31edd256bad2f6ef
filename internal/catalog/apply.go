package catalog

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/postgres"
)

// ApplyUpload writes the good rows of a previewed upload into the catalogue, all in one transaction;
// wrong rows are left out. Only what the preview told is changed: a row whose product has become
// different elsewhere since then is left alone and says so (OutcomeMeanwhile), and a stock is moved by
// the difference that the preview told, so that what was sold meanwhile is not for sale again.
// Applying it again changes nothing and gives the same answer.
func (s *Service) ApplyUpload(ctx context.Context, coopID, id uuid.UUID, by uuid.UUID) (Upload, error) {
	var u Upload
	err := s.retryNames(ctx, func(tx *sqlx.Tx) (err error) {
		if u, err = readUpload(ctx, tx, coopID, id, "for update"); err != nil {
			return err
		}
		if u.State == UploadApplied {
			return nil
		}
		if err := u.open(); err != nil {
			return err
		}
		if err := u.lockProducts(ctx, tx); err != nil {
			return err
		}
		c, err := s.compare(ctx, tx, coopID, u.Rows)
		if err != nil {
			return err
		}
		now := s.now()
		if err := writeProducts(ctx, tx, coopID, u.settle(c), by, now); err != nil {
			return err
		}
		u.State, u.AppliedAt = UploadApplied, &now
		rows, summary, err := u.encode()
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			update uploads set state = $2, rows = $3, summary = $4, applied_at = $5, file = null
			where id = $1 and state = 'previewed'`, id, u.State, rows, summary, now)
		return err
	})
	if err != nil {
		return Upload{}, fmt.Errorf("apply upload: %w", err)
	}
	return u, nil
}

// lockProducts keeps others from changing the products that the upload would change, in order of
// their ids as everywhere.
func (u Upload) lockProducts(ctx context.Context, tx *sqlx.Tx) error {
	var ids []string
	for _, row := range u.Rows {
		if row.Kind == KindChanged {
			ids = append(ids, row.ProductID.String())
		}
	}
	if _, err := tx.ExecContext(ctx, `
		select id from products where id = any($1::uuid[]) order by id for no key update`, pq.Array(ids)); err != nil {
		return fmt.Errorf("lock products: %w", err)
	}
	return nil
}

// written is one product to write.
type written struct {
	id    uuid.UUID
	isNew bool
	slug  string
	delta int // of the stock
	Edit
}

// settle holds the previewed rows against the locked present, sets each row's outcome and gives what
// there is to write.
func (u *Upload) settle(c *comparer) []written {
	var list []written
	byID := make(map[uuid.UUID]*Product, len(c.products))
	for i := range c.products {
		byID[c.products[i].ID] = &c.products[i]
	}
	for i := range u.Rows {
		row := &u.Rows[i]
		if row.Kind != KindNew && row.Kind != KindChanged {
			continue
		}
		fresh, merged := c.row(row.Line, row.Values)
		w := written{id: postgres.NewID(), isNew: row.Kind == KindNew, Edit: merged}
		why := ""
		switch {
		case len(fresh.Errors) > 0:
			why = "upload.meanwhile_wrong"
		case row.Kind == KindNew && fresh.Kind != KindNew:
			why = "upload.meanwhile_there"
		case row.Kind == KindNew:
			w.delta = *merged.Stock
			if w.SKU == "" {
				w.SKU = madeSKU(w.id)
			}
			row.ProductID, row.SKU, row.State = &w.id, w.SKU, w.State
		case fresh.ProductID == nil || *fresh.ProductID != *row.ProductID:
			why = "upload.meanwhile_changed"
		default:
			w.id = *row.ProductID
			why = w.carry(row, byID[w.id], merged)
		}
		if why != "" {
			row.Outcome = OutcomeMeanwhile
			row.Notes = append(fresh.Errors, RowError{Column: colName, Message: fault.Say(why)})
			u.Summary.Meanwhile++
			continue
		}
		row.Outcome = OutcomeApplied
		u.Summary.Applied++
		list = append(list, w)
	}
	return list
}

// carry takes over the changes that a row's preview told, and says why not when one of these fields
// has become different since.
func (w *written) carry(row *UploadRow, present *Product, merged Edit) (why string) {
	w.Edit = present.edit()
	told := make(map[string]Change, len(row.Changes))
	for _, change := range row.Changes {
		told[change.Field] = change
	}
	for _, f := range editable {
		change, ok := told[f.name]
		if !ok {
			continue
		}
		if is := f.text(&w.Edit); is != change.Old && is != change.New {
			return "upload.meanwhile_changed"
		}
		f.copy(&w.Edit, &merged)
	}
	if change, ok := told["stock"]; ok {
		var before, after int
		if _, err := fmt.Sscan(change.Old, &before); err != nil {
			return "upload.meanwhile_changed"
		}
		if _, err := fmt.Sscan(change.New, &after); err != nil {
			return "upload.meanwhile_changed"
		}
		w.delta = max(after-before, -present.Stock)
		if result := present.Stock + w.delta; result != after {
			row.Notes = append(row.Notes, RowError{Column: colStock, Message: fault.Say("upload.meanwhile_stock", "Stock", result)})
		}
	}
	return ""
}

// writeProducts writes products through a temporary table in a few statements, however many there
// are. Stock is moved, and each movement written down, for all of them at once.
func writeProducts(ctx context.Context, tx *sqlx.Tx, coopID uuid.UUID, list []written, by uuid.UUID, now time.Time) error {
	if len(list) == 0 {
		return nil
	}
	if err := giveSlugs(ctx, tx, list); err != nil {
		return err
	}
	if err := copyProducts(ctx, tx, list); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `
		insert into products (id, cooperative_id, sku, slug, category, name_ar, name_fr, name_en,
		                      description_ar, description_fr, description_en, unit_amount, unit_code, price_centimes,
		                      stock, season_from, season_to, perishable, authorisation, authorisation_expires_on,
		                      state, drawing, created_at, updated_at)
		select id, $1, sku, slug, category, name_ar, name_fr, name_en,
		       description_ar, description_fr, description_en, unit_amount, unit_code, price_centimes,
		       delta, season_from, season_to, perishable, authorisation, authorisation_expires_on,
		       state, drawing, $2, $2
		from uploaded where is_new`, coopID, now); err != nil {
		return refused(err)
	}
	if _, err := tx.ExecContext(ctx, `
		update products p
		set category = u.category, name_ar = u.name_ar, name_fr = u.name_fr, name_en = u.name_en,
		    description_ar = u.description_ar, description_fr = u.description_fr, description_en = u.description_en,
		    unit_amount = u.unit_amount, unit_code = u.unit_code, price_centimes = u.price_centimes,
		    stock = p.stock + u.delta, season_from = u.season_from, season_to = u.season_to,
		    authorisation = u.authorisation, authorisation_expires_on = u.authorisation_expires_on, updated_at = $1
		from uploaded u
		where p.id = u.id and not u.is_new`, now); err != nil {
		return refused(err)
	}
	if _, err := tx.ExecContext(ctx, `
		insert into stock_movements (id, product_id, delta, reason, user_id, at)
		select gen_random_uuid(), id, delta, 'count', $1, $2 from uploaded where delta <> 0`, nullable(by), now); err != nil {
		return fmt.Errorf("stock movements: %w", err)
	}
	return nil
}

// giveSlugs gives the new products their addresses.
func giveSlugs(ctx context.Context, tx *sqlx.Tx, list []written) error {
	var fresh []*written
	var ids []uuid.UUID
	var names []i18n.Text
	for i := range list {
		if w := &list[i]; w.isNew {
			fresh, ids, names = append(fresh, w), append(ids, w.id), append(names, w.Name)
		}
	}
	slugs, err := slugsTx(ctx, tx, ids, names)
	if err != nil {
		return err
	}
	for i, w := range fresh {
		w.slug = slugs[i]
	}
	return nil
}

// copyProducts fills the temporary table «uploaded», which lives until the transaction ends.
func copyProducts(ctx context.Context, tx *sqlx.Tx, list []written) (err error) {
	if _, err := tx.ExecContext(ctx, `
		create temporary table uploaded (
		    id uuid primary key, is_new boolean, sku text, slug text, category text,
		    name_ar text, name_fr text, name_en text, description_ar text, description_fr text, description_en text,
		    unit_amount int, unit_code text, price_centimes bigint, delta int, season_from int, season_to int,
		    perishable boolean, authorisation text, authorisation_expires_on date, state text, drawing text
		) on commit drop`); err != nil {
		return fmt.Errorf("temporary table: %w", err)
	}
	rows, err := tx.PrepareContext(ctx, `
		copy uploaded (id, is_new, sku, slug, category, name_ar, name_fr, name_en,
		               description_ar, description_fr, description_en, unit_amount, unit_code, price_centimes,
		               delta, season_from, season_to, perishable, authorisation, authorisation_expires_on, state, drawing)
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
		if _, err := rows.ExecContext(ctx, w.id, w.isNew, w.SKU, w.slug, w.Category, w.Name.AR, w.Name.FR, w.Name.EN,
			w.Description.AR, w.Description.FR, w.Description.EN, w.UnitAmount, w.UnitCode, int64(w.Price),
			w.delta, w.SeasonFrom, w.SeasonTo, w.Perishable, w.Authorisation, w.AuthorisedTill, w.State, w.Drawing); err != nil {
			return fmt.Errorf("copy: %w", err)
		}
	}
	if _, err := rows.ExecContext(ctx); err != nil { // an empty row ends the copy and reports its errors
		return fmt.Errorf("copy: end: %w", err)
	}
	return nil
}
