package upload

import (
	"cmp"
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/fault"
)

// Apply writes the good rows of a previewed upload into the catalogue, all in one transaction;
// wrong rows are left out, and so are those that were asked whether what jumps is meant and did not answer. Only what the preview told is changed: a row whose product has become
// different elsewhere since then is left alone and says so (OutcomeMeanwhile), and a stock from which only
// orders have taken is moved by the difference that the preview told, so that what was sold meanwhile is
// not for sale again.
// Applying it again changes nothing and gives the same answer. seen is as for Reread.
func (s *Service) Apply(ctx context.Context, coopID, id uuid.UUID, seen *int64, by actor.Actor) (Upload, error) {
	var u Upload
	err := s.catalog.InTx(ctx, func(tx *sqlx.Tx) (err error) {
		if err := cooperative.TakeTurnTx(ctx, tx, coopID); err != nil { // before its uploads and products, as everywhere
			return err
		}
		if u, err = readUpload(ctx, tx, coopID, id, "for update"); err != nil {
			return err
		}
		switch u.State {
		case Applied:
			return nil
		case Discarded:
			return ErrDiscarded
		}
		if err := u.unchanged(seen); err != nil {
			return err
		}
		if err := s.lockUploaded(ctx, tx, id); err != nil {
			return err
		}
		c, err := s.compare(ctx, tx, coopID)
		if err != nil {
			return err
		}
		o, err := u.settle(ctx, tx, c)
		if err != nil {
			return err
		}
		if err := s.catalog.WriteTx(ctx, tx, coopID, o.products, by); err != nil {
			return err
		}
		if err := o.record(ctx, tx, id); err != nil {
			return err
		}
		now := s.now()
		u.State, u.AppliedAt = Applied, &now
		return u.save(ctx, tx)
	})
	if err != nil {
		return Upload{}, fmt.Errorf("apply upload: %w", err)
	}
	return u, nil
}

// lockUploaded keeps others from changing the products that the upload would change.
func (s *Service) lockUploaded(ctx context.Context, tx *sqlx.Tx, id uuid.UUID) error {
	var ids []uuid.UUID
	if err := tx.SelectContext(ctx, &ids, `
		select product_id from upload_rows where upload_id = $1 and kind = 'changed'`, id); err != nil {
		return fmt.Errorf("products of upload: %w", err)
	}
	_, err := s.catalog.LockStockTx(ctx, tx, ids)
	return err
}

// outcome is what there is to write of an upload.
type outcome struct {
	products  []catalog.Write
	numbers   []int64     // of the rows that they are in
	meanwhile []storedRow // rows that are left alone, or say more than before
}

// record writes into the rows what became of them.
func (o outcome) record(ctx context.Context, tx *sqlx.Tx, id uuid.UUID) error {
	ids, skus, states := make([]string, len(o.products)), make([]string, len(o.products)), make([]string, len(o.products))
	for i, w := range o.products {
		ids[i], skus[i], states[i] = w.ID.String(), w.SKU, w.State
	}
	if _, err := tx.ExecContext(ctx, `
		update upload_rows r set outcome = 'applied', product_id = w.id, sku = w.sku, state = w.state
		from unnest($2::int[], $3::uuid[], $4::text[], $5::text[]) as w (number, id, sku, state)
		where r.upload_id = $1 and r.number = w.number`,
		id, pq.Array(o.numbers), pq.Array(ids), pq.Array(skus), pq.Array(states)); err != nil {
		return fmt.Errorf("outcomes of rows: %w", err)
	}
	return alterRows(ctx, tx, id, o.meanwhile)
}

// settle holds the previewed rows against the locked present, counts what comes of them, and gives what
// there is to write.
func (u *Upload) settle(ctx context.Context, tx *sqlx.Tx, c *comparer) (o outcome, err error) {
	byID := make(map[uuid.UUID]*catalog.Product, len(c.products))
	for i := range c.products {
		byID[c.products[i].ID] = &c.products[i]
	}
	u.Summary.Applied, u.Summary.Meanwhile, u.Summary.Drafts, u.Summary.Archived, u.Summary.Failed = 0, 0, 0, 0, nil
	err = eachRow(ctx, tx, u.ID, `and kind in ('new', 'changed') order by number`, func(r storedRow, row Row) error {
		before := len(row.Notes)
		w, why := c.settle(&row, byID)
		if why == nil {
			o.products, o.numbers = append(o.products, w), append(o.numbers, int64(r.Number))
			u.Summary.Applied++
			switch w.State {
			case catalog.Draft:
				u.Summary.Drafts++
			case catalog.Archived:
				u.Summary.Archived++
			}
			if len(row.Notes) == before {
				return nil
			}
			row.Outcome = OutcomeApplied
		} else {
			row.Outcome, row.Notes = OutcomeMeanwhile, why
			u.Summary.Meanwhile++
		}
		now, err := store(r.Number, row)
		o.meanwhile = append(o.meanwhile, now)
		return err
	})
	return o, cmp.Or(err, c.failed)
}

// settle is what a previewed row writes now, or why not.
func (c *comparer) settle(row *Row, byID map[uuid.UUID]*catalog.Product) (w catalog.Write, why []RowError) {
	fresh, merged := c.row(row.Line, row.Values)
	w = catalog.Write{ID: c.things.made[row.Line], New: row.Kind == KindNew, Edit: merged}
	key := ""
	switch {
	case row.Doubtful():
		return w, row.Notes
	case row.Kind == KindNew && fresh.Doubtful(): // what it comes beside costs something else since
		return w, fresh.Notes
	case len(fresh.Errors) > 0:
		key = "upload.meanwhile_wrong"
	case row.Kind == KindNew && fresh.Kind != KindNew:
		key = "upload.meanwhile_there"
	case row.Kind == KindNew:
		w.Delta = *merged.Stock
	case fresh.ProductID == nil || *fresh.ProductID != *row.ProductID:
		key = "upload.meanwhile_changed"
	default:
		w.ID = *row.ProductID
		key = carry(&w, row, byID[w.ID], merged)
	}
	if key != "" {
		return w, append(fresh.Errors, RowError{Column: colName, Message: fault.Say(key)})
	}
	return w, nil
}

// carry takes over the changes that a row's preview told, and says why not when one of these fields
// has become different since. A stock becomes different when it is counted, not when it is sold from.
func carry(w *catalog.Write, row *Row, present *catalog.Product, merged catalog.Edit) (why string) {
	w.Edit = present.Edit()
	told := make(map[string]catalog.Change, len(row.Changes))
	for _, change := range row.Changes {
		told[change.Field] = change
	}
	for _, f := range catalog.Fields {
		change, ok := told[f.Name]
		if !ok {
			continue
		}
		if is := f.Text(&w.Edit); is != change.Old && is != change.New {
			return "upload.meanwhile_changed"
		}
		f.Copy(&w.Edit, &merged)
	}
	if _, ok := told[colSizeOf]; ok {
		w.SizeOf = merged.SizeOf
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
			w.Delta = max(after-before, -present.Stock)
		case present.Stock != after:
			return "upload.meanwhile_changed"
		}
		if result := present.Stock + w.Delta; result != after {
			row.Notes = append(row.Notes, RowError{Column: colStock, Message: fault.Say("upload.meanwhile_stock", "Stock", result)})
		}
	}
	return ""
}
