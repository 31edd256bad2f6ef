package catalog

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/postgres"
)

// ApplyUpload writes the good rows of a previewed upload into the catalogue, all in one transaction;
// wrong rows are left out. Only what the preview told is changed: a row whose product has become
// different elsewhere since then is left alone and says so (OutcomeMeanwhile), and a stock from which only
// orders have taken is moved by the difference that the preview told, so that what was sold meanwhile is
// not for sale again.
// Applying it again changes nothing and gives the same answer. seen is as for RereadUpload.
func (s *Service) ApplyUpload(ctx context.Context, coopID, id uuid.UUID, seen *int64, by uuid.UUID) (Upload, error) {
	var u Upload
	err := s.retryNames(ctx, func(tx *sqlx.Tx) (err error) {
		if u, err = readUpload(ctx, tx, coopID, id, "for update"); err != nil {
			return err
		}
		switch u.State {
		case UploadApplied:
			return nil
		case UploadDiscarded:
			return ErrUploadDiscarded
		}
		if err := u.unchanged(seen); err != nil {
			return err
		}
		if err := s.lockUploaded(ctx, tx, coopID, id); err != nil {
			return err
		}
		c, err := s.compare(ctx, tx, coopID)
		if err != nil {
			return err
		}
		list, meanwhile, err := u.settle(ctx, tx, c)
		if err != nil {
			return err
		}
		now := s.now()
		if err := writeProducts(ctx, tx, coopID, id, list, by, now); err != nil {
			return err
		}
		if err := alterRows(ctx, tx, id, meanwhile); err != nil {
			return err
		}
		u.State, u.AppliedAt = UploadApplied, &now
		return u.save(ctx, tx)
	})
	if err != nil {
		return Upload{}, fmt.Errorf("apply upload: %w", err)
	}
	return u, nil
}

// lockUploaded keeps others from changing the products that the upload would change, in order of their
// ids as everywhere. ErrTooManyProducts if its new ones would be too many.
func (s *Service) lockUploaded(ctx context.Context, tx *sqlx.Tx, coopID, id uuid.UUID) error {
	if _, err := tx.ExecContext(ctx, `
		select id from products
		where id in (select product_id from upload_rows where upload_id = $1 and kind = 'changed')
		order by id for no key update`, id); err != nil {
		return fmt.Errorf("lock products: %w", err)
	}
	return productsAllowed(ctx, tx, coopID, `(select count(*) from upload_rows where upload_id = $3 and kind = 'new')`, id)
}

// written is one product to write.
type written struct {
	row   int // its number in the upload
	id    uuid.UUID
	isNew bool
	slug  string
	delta int // of the stock
	notes int // that its row had in the preview
	Edit
}

// settle holds the previewed rows against the locked present, counts what comes of them, and gives what
// there is to write: products, and the rows that are left alone.
func (u *Upload) settle(ctx context.Context, tx *sqlx.Tx, c *comparer) (list []written, meanwhile []storedRow, err error) {
	byID := make(map[uuid.UUID]*Product, len(c.products))
	for i := range c.products {
		byID[c.products[i].ID] = &c.products[i]
	}
	u.Summary.Applied, u.Summary.Meanwhile, u.Summary.Drafts, u.Summary.Archived, u.Summary.Failed = 0, 0, 0, 0, nil
	err = eachRow(ctx, tx, u.ID, `and kind in ('new', 'changed') order by number`, func(r storedRow, row UploadRow) error {
		w, why := c.settle(&row, byID)
		if why == nil {
			w.row = r.Number
			list = append(list, w)
			u.Summary.Applied++
			switch w.State {
			case Draft:
				u.Summary.Drafts++
			case Archived:
				u.Summary.Archived++
			}
			if len(row.Notes) == w.notes {
				return nil
			}
			row.Outcome = OutcomeApplied
		} else {
			row.Outcome, row.Notes = OutcomeMeanwhile, why
			u.Summary.Meanwhile++
		}
		now, err := store(r.Number, row)
		meanwhile = append(meanwhile, now)
		return err
	})
	if err == nil {
		err = c.failed
	}
	return list, meanwhile, err
}

// settle is what a previewed row writes now, or why not.
func (c *comparer) settle(row *UploadRow, byID map[uuid.UUID]*Product) (w written, why []RowError) {
	fresh, merged := c.row(row.Line, row.Values)
	w = written{id: postgres.NewID(), isNew: row.Kind == KindNew, Edit: merged, notes: len(row.Notes)}
	key := ""
	switch {
	case len(fresh.Errors) > 0:
		key = "upload.meanwhile_wrong"
	case row.Kind == KindNew && fresh.Kind != KindNew:
		key = "upload.meanwhile_there"
	case row.Kind == KindNew:
		w.delta = *merged.Stock
		if w.SKU == "" {
			w.SKU = madeSKU(w.id)
		}
	case fresh.ProductID == nil || *fresh.ProductID != *row.ProductID:
		key = "upload.meanwhile_changed"
	default:
		w.id = *row.ProductID
		key = w.carry(row, byID[w.id], merged)
	}
	if key != "" {
		return w, append(fresh.Errors, RowError{Column: colName, Message: fault.Say(key)})
	}
	return w, nil
}

// carry takes over the changes that a row's preview told, and says why not when one of these fields
// has become different since. A stock becomes different when it is counted, not when it is sold from.
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
		switch {
		case present.Counts == row.Counts: // only orders have moved it
			w.delta = max(after-before, -present.Stock)
		case present.Stock != after:
			return "upload.meanwhile_changed"
		}
		if result := present.Stock + w.delta; result != after {
			row.Notes = append(row.Notes, RowError{Column: colStock, Message: fault.Say("upload.meanwhile_stock", "Stock", result)})
		}
	}
	return ""
}

// writeProducts writes products through a temporary table in a few statements, however many there
// are. Stock is moved, and each movement written down, for all of them at once.
func writeProducts(ctx context.Context, tx *sqlx.Tx, coopID, upload uuid.UUID, list []written, by uuid.UUID, now time.Time) error {
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
		    stock = p.stock + u.delta, counts = p.counts + (u.delta <> 0)::int, season_from = u.season_from, season_to = u.season_to,
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
	if _, err := tx.ExecContext(ctx, `
		update upload_rows r set outcome = 'applied', product_id = u.id, sku = u.sku, state = u.state
		from uploaded u
		where r.upload_id = $1 and r.number = u.number`, upload); err != nil {
		return fmt.Errorf("outcomes of rows: %w", err)
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
		    id uuid primary key, number int, is_new boolean, sku text, slug text, category text,
		    name_ar text, name_fr text, name_en text, description_ar text, description_fr text, description_en text,
		    unit_amount int, unit_code text, price_centimes bigint, delta int, season_from int, season_to int,
		    perishable boolean, authorisation text, authorisation_expires_on date, state text, drawing text
		) on commit drop`); err != nil {
		return fmt.Errorf("temporary table: %w", err)
	}
	rows, err := tx.PrepareContext(ctx, `
		copy uploaded (id, number, is_new, sku, slug, category, name_ar, name_fr, name_en,
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
		if _, err := rows.ExecContext(ctx, w.id, w.row, w.isNew, w.SKU, w.slug, w.Category, w.Name.AR, w.Name.FR, w.Name.EN,
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
