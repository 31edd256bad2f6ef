package catalog

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/text"
)

// Create adds a product to a cooperative's catalogue. What cannot be right comes back as Invalid
// with a message per field: sku, category, name, name_ar and so on, unit, price, stock, season,
// authorisation, state, labels. Of one from a form that comes beside other sizes it is asked whether its price is meant
// (Jumps). A form that is sent again as it was gives the product it made.
func (s *Service) Create(ctx context.Context, coopID uuid.UUID, e Edit, by actor.Actor) (Product, error) {
	e = e.cleaned()
	form, err := postgres.FormHash(e.Form, e)
	if err != nil {
		return Product{}, err
	}
	var id uuid.UUID
	err = s.InTx(ctx, func(tx *sqlx.Tx) error {
		id = postgres.NewID()
		if err := productsAllowed(ctx, tx, coopID, 1); err != nil {
			return err
		}
		r, err := s.Rules(ctx, tx)
		if err != nil {
			return err
		}
		full := r.completed(e, id)
		if err := r.check(full); err != nil {
			return err
		}
		if e.SKU != "" {
			if err := referenceFreeTx(ctx, tx, coopID, id, full.SKU); err != nil {
				return err
			}
		}
		slugs, err := slugsTx(ctx, tx, coopID, []uuid.UUID{id}, []Edit{full})
		if err != nil {
			return err
		}
		now := s.now()
		if _, err := tx.ExecContext(ctx, `
			insert into products (id, cooperative_id, sku, slug, category, name_ar, name_fr, name_en,
			                      description_ar, description_fr, description_en, unit_amount, unit_code,
			                      price_centimes, stock, season_from, season_to, perishable, authorisation,
			                      authorisation_expires_on, state, drawing, sample, form, created_at, updated_at, prepare_days, off_season)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $24, $25, $26)`,
			id, coopID, full.SKU, slugs[0], full.Category, full.Name.AR, full.Name.FR, full.Name.EN,
			full.Description.AR, full.Description.FR, full.Description.EN, full.UnitAmount, full.UnitCode,
			full.Price, full.SeasonFrom, full.SeasonTo, full.Perishable, full.Authorisation,
			full.AuthorisedTill, full.State, full.Drawing, full.Sample, form, now, full.Prepare, full.offSeason(now)); err != nil {
			return refused(err)
		}
		if full.SizeOf != uuid.Nil {
			if err := s.sizeOfTx(ctx, tx, coopID, id, full.SizeOf); err != nil {
				return err
			}
		}
		if e.Form != uuid.Nil {
			if err := comparedTx(ctx, tx, id, full); err != nil {
				return err
			}
		}
		if err := moveTx(ctx, tx, id, *full.Stock, uuid.Nil, by, now); err != nil {
			return err
		}
		return setLabelsTx(ctx, tx, id, full.Labels)
	})
	if form != nil && (postgres.Violates(err, "products_form_key") || errors.Is(err, errReferenceTaken)) {
		first, lookup := one(s.products(ctx, `where p.cooperative_id = $2 and p.form = $3`, coopID, form))
		if lookup == nil || !errors.Is(lookup, ErrNotFound) {
			return first, lookup
		}
	}
	if err != nil {
		return Product{}, fmt.Errorf("create product: %w", err)
	}
	return s.Get(ctx, coopID, id)
}

// comparedTx is the Jumps of a product against the nearest in size of those that it has come beside.
func comparedTx(ctx context.Context, tx *sqlx.Tx, id uuid.UUID, e Edit) error {
	var near struct {
		Price      money.Amount
		UnitAmount int    `db:"unit_amount"`
		UnitCode   string `db:"unit_code"`
	}
	err := tx.GetContext(ctx, &near, `
		select o.price_centimes as price, o.unit_amount, o.unit_code
		from products p join products o on o.family = p.family and o.id <> p.id
		where p.id = $1 and o.state <> 'archived'
		order by abs(smallest_amount(o.unit_amount, o.unit_code) - smallest_amount(p.unit_amount, p.unit_code)), o.id
		limit 1`, id)
	if postgres.NoRows(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("size beside a product: %w", err)
	}
	if jumps := JumpsOfSize(Edit{Price: near.Price, UnitAmount: near.UnitAmount, UnitCode: near.UnitCode}, e, e.Sure); len(jumps) > 0 {
		return jumps
	}
	return nil
}

// MaxProducts is how many products a cooperative may have, archived ones included.
const MaxProducts = 50_000

// ErrTooManyProducts says that a cooperative's catalogue is full.
var ErrTooManyProducts = fault.New(fault.Invalid, "catalog.too_many_products", "Max", MaxProducts)

// productsAllowed is ErrTooManyProducts if with so many more the cooperative would have too many products.
func productsAllowed(ctx context.Context, tx *sqlx.Tx, coopID uuid.UUID, more int) error {
	var present int
	if err := tx.GetContext(ctx, &present, `select count(*) from products where cooperative_id = $1`, coopID); err != nil {
		return fmt.Errorf("count products: %w", err)
	}
	if present+more > MaxProducts {
		return ErrTooManyProducts
	}
	return nil
}

// Update writes what a product's cooperative changed of it on a page; its address stays. Failures are
// those of Create, ErrNotFound if the product or one of the page's Others is another's, *Changed and Jumps; field alike says
// why one of the Others may not be as it.
func (s *Service) Update(ctx context.Context, coopID, productID uuid.UUID, e Edit, page Page, by actor.Actor) (Product, error) {
	e = e.cleaned()
	err := postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		if err := cooperative.TakeTurnTx(ctx, tx, coopID); err != nil { // as lockInTurnTx
			return err
		}
		pages := map[uuid.UUID]Page{productID: page}
		for _, o := range page.Others {
			pages[o.ID] = o.Page
		}
		products, err := s.lockSeveral(ctx, tx, coopID, pages)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(products, func(p Product) bool { return p.ID == productID })
		present := products[at]
		others := slices.DeleteFunc(products, func(p Product) bool { return p.ID == productID || p.Family != present.Family })
		r, err := s.Rules(ctx, tx)
		if err != nil {
			return err
		}
		if err := r.check(e.over(present)); err != nil {
			return err
		}
		full, delta, err := page.merge(ctx, tx, present, e, onForms)
		if err != nil {
			return err
		}
		if e.Drawing != "" {
			full.Drawing = e.Drawing
		}
		if err := r.check(full); err != nil {
			return err
		}
		if text.Reference(full.SKU) != text.Reference(present.SKU) {
			if err := referenceFreeTx(ctx, tx, coopID, productID, full.SKU); err != nil {
				return err
			}
		}
		now := s.now()
		if _, err := tx.ExecContext(ctx, `
			update products
			set sku = $2, category = $3, name_ar = $4, name_fr = $5, name_en = $6, description_ar = $7,
			    description_fr = $8, description_en = $9, unit_amount = $10, unit_code = $11, price_centimes = $12,
			    season_from = $13, season_to = $14, perishable = $15, authorisation = $16,
			    authorisation_expires_on = $17, state = $18, drawing = $19, updated_at = $20, prepare_days = $21, off_season = $22
			where id = $1`,
			productID, full.SKU, full.Category, full.Name.AR, full.Name.FR, full.Name.EN, full.Description.AR,
			full.Description.FR, full.Description.EN, full.UnitAmount, full.UnitCode, full.Price,
			full.SeasonFrom, full.SeasonTo, full.Perishable, full.Authorisation,
			full.AuthorisedTill, full.State, full.Drawing, now, full.Prepare, full.offSeason(now)); err != nil {
			return refused(err)
		}
		if err := alikeTx(ctx, tx, r, others, pages, present.Name, full, now); err != nil {
			return err
		}
		if err := moveTx(ctx, tx, productID, delta, page.Key, by, now); err != nil {
			return err
		}
		return setLabelsTx(ctx, tx, productID, e.Labels)
	})
	if err != nil {
		return Product{}, fmt.Errorf("update product: %w", err)
	}
	s.log.InfoContext(ctx, "product updated", "product", productID, "by", by.User)
	return s.Get(ctx, coopID, productID)
}

// alikeTx gives other sizes, which are locked, the name of one of their thing and its category. How much there is of it, and
// what it is in, stays each one's own; so does its name in a language in which that one had (was) and has none.
func alikeTx(ctx context.Context, tx *sqlx.Tx, r Rules, others []Product, pages map[uuid.UUID]Page, was i18n.Text, of Edit, now time.Time) error {
	var ids, ar, fr, en, categories []string
	for _, other := range others {
		given := other.Edit()
		given.Category = of.Category
		given.Name = i18n.Text{
			AR: namedAs(was.AR, of.Name.AR, other.Name.AR), FR: namedAs(was.FR, of.Name.FR, other.Name.FR), EN: namedAs(was.EN, of.Name.EN, other.Name.EN),
		}
		merged, _, err := pages[other.ID].merge(ctx, tx, other, given, thingOnly)
		if err != nil {
			return err
		}
		known, problems := r.Problems(other.Edit()), r.Problems(merged)
		for _, field := range slices.Sorted(maps.Keys(problems)) {
			if _, before := known[field]; before {
				continue // it is as it was, for whoever comes to that size
			}
			why := problems[field]
			return fault.New(fault.Invalid, "catalog.invalid").Field("alike", "catalog.other_size", "Size", i18n.Unit{Amount: other.UnitAmount, Code: other.UnitCode}, "Why", why)
		}
		if merged.Name != other.Name || merged.Category != other.Category {
			ids, ar, fr, en, categories = append(ids, other.ID.String()), append(ar, merged.Name.AR), append(fr, merged.Name.FR), append(en, merged.Name.EN), append(categories, merged.Category)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	if _, err := tx.ExecContext(ctx, `
		update products p set name_ar = n.ar, name_fr = n.fr, name_en = n.en, category = n.category, updated_at = $6
		from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[]) as n (id, ar, fr, en, category)
		where p.id = n.id`, pq.Array(ids), pq.Array(ar), pq.Array(fr), pq.Array(en), pq.Array(categories), now); err != nil {
		return fmt.Errorf("other sizes: %w", err)
	}
	return nil
}

// namedAs is what a size is called, once another of its thing that was called that is called this.
func namedAs(was, is, own string) string {
	thing := cmp.Or(WithoutMeasure(is), is)
	if thing == WithoutMeasure(own) || was == "" && is == "" {
		return own
	}
	return thing
}

// SetPriceStock sets a price, a stock or both; what is nil stays. The stock is what can still be sold:
// pieces that orders have reserved are no longer in it.
func (s *Service) SetPriceStock(ctx context.Context, coopID, productID uuid.UUID, price *money.Amount, stock *int, by actor.Actor) error {
	_, err := s.ChangePriceStock(ctx, coopID, productID, price, stock, Page{}, by)
	return err
}

// ChangePriceStock is SetPriceStock for what somebody changed on a page. It gives the product as it is
// then; other failures are *Changed and Jumps.
func (s *Service) ChangePriceStock(ctx context.Context, coopID, productID uuid.UUID, price *money.Amount, stock *int, page Page, by actor.Actor) (Product, error) {
	err := postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		present, err := s.lockTx(ctx, tx, coopID, productID)
		if err != nil {
			return err
		}
		given := present.Edit()
		given.Stock = stock
		if price != nil {
			given.Price = *price
		}
		r, err := s.Rules(ctx, tx)
		if err != nil {
			return err
		}
		if err := r.check(given, "price", "stock"); err != nil {
			return err
		}
		e, delta, err := page.merge(ctx, tx, present, given, priceOnly)
		if err != nil {
			return err
		}
		if err := r.check(e, "price", "stock"); err != nil {
			return err
		}
		now := s.now()
		if e.Price != present.Price {
			if _, err := tx.ExecContext(ctx, `
				update products set price_centimes = $2, updated_at = $3 where id = $1`, productID, e.Price, now); err != nil {
				return fmt.Errorf("price: %w", err)
			}
		}
		return moveTx(ctx, tx, productID, delta, page.Key, by, now)
	})
	if err != nil {
		return Product{}, fmt.Errorf("set price and stock: %w", err)
	}
	s.log.InfoContext(ctx, "price or stock set", "product", productID, "by", by.User)
	return s.Get(ctx, coopID, productID)
}

// SetState publishes a product, takes it back or archives it. Processed food without a valid
// authorisation is not published unless the association lets it: Invalid, field authorisation.
func (s *Service) SetState(ctx context.Context, coopID, productID uuid.UUID, state string, by actor.Actor) error {
	return s.ChangeState(ctx, coopID, productID, state, Page{}, by)
}

// ChangeState is SetState from a page; another failure is *Changed.
func (s *Service) ChangeState(ctx context.Context, coopID, productID uuid.UUID, state string, page Page, by actor.Actor) error {
	err := postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		present, err := s.lockInTurnTx(ctx, tx, coopID, productID)
		if err != nil {
			return err
		}
		r, err := s.Rules(ctx, tx)
		if err != nil {
			return err
		}
		given := present.Edit()
		given.State = state
		if err := r.check(given, "state", "authorisation"); err != nil {
			return err
		}
		e, _, err := page.merge(ctx, tx, present, given, stateOnly)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `
			update products set state = $2, updated_at = $3 where id = $1`, productID, e.State, s.now()); err != nil {
			return fmt.Errorf("state: %w", err)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("set state: %w", err)
	}
	s.log.InfoContext(ctx, "product state set", "product", productID, "state", state, "by", by.User)
	return nil
}

// ShowPictureTx lets a product show a picture.
func (s *Service) ShowPictureTx(ctx context.Context, tx *sqlx.Tx, productID, picture uuid.UUID) error {
	if _, err := tx.ExecContext(ctx, `
		update products set picture_id = $2, updated_at = $3 where id = $1`, productID, picture, s.now()); err != nil {
		return fmt.Errorf("show picture: %w", err)
	}
	return nil
}

// lockTx reads a cooperative's own product and keeps others from changing it until tx ends.
func (s *Service) lockTx(ctx context.Context, tx *sqlx.Tx, coopID, productID uuid.UUID) (Product, error) {
	return one(s.productsFrom(ctx, tx, `
		where p.id = $2 and p.cooperative_id = $3
		for no key update of p`, productID, coopID))
}

// lockInTurnTx is lockTx for what may put the product into another family, which takes turns (put_into_families): the
// cooperative is locked before its product, as everywhere.
func (s *Service) lockInTurnTx(ctx context.Context, tx *sqlx.Tx, coopID, productID uuid.UUID) (Product, error) {
	if err := cooperative.TakeTurnTx(ctx, tx, coopID); err != nil {
		return Product{}, err
	}
	return s.lockTx(ctx, tx, coopID, productID)
}

// Edit is the product as an Edit that changes nothing.
func (p Product) Edit() Edit {
	return Edit{
		SKU: p.SKU, Category: p.Category, Name: p.Name, Description: p.Description,
		UnitAmount: p.UnitAmount, UnitCode: p.UnitCode, Price: p.Price,
		SeasonFrom: p.SeasonFrom, SeasonTo: p.SeasonTo, Perishable: p.Perishable, Prepare: p.PrepareOwn,
		Authorisation: p.Authorisation, AuthorisedTill: p.AuthorisedTill,
		State: p.State, Drawing: p.Drawing, Sample: p.Sample,
	}
}

// over is the edit with what it leaves open as it is.
func (e Edit) over(present Product) Edit {
	if e.SKU == "" {
		e.SKU = present.SKU
	}
	if e.State == "" {
		e.State = present.State
	}
	return e
}

// moveTx moves the stock of a locked product and writes that down, with the form that did it if one did.
func moveTx(ctx context.Context, tx *sqlx.Tx, productID uuid.UUID, delta int, form uuid.UUID, by actor.Actor, now time.Time) error {
	if delta == 0 {
		return nil
	}
	if _, err := tx.ExecContext(ctx, `
		with moved as (
		    update products set stock = stock + $2, counts = counts + 1, updated_at = $3 where id = $1
		)
		insert into stock_movements (id, product_id, delta, reason, actor, user_id, form, at)
		values ($4, $1, $2, 'count', $5, $6, $7, $3)`,
		productID, delta, now, postgres.NewID(), by.Kind, by.UserID(), postgres.NullID(form)); err != nil {
		return fmt.Errorf("move stock: %w", err)
	}
	return nil
}

// setLabelsTx replaces a product's labels; nil leaves them.
func setLabelsTx(ctx context.Context, tx *sqlx.Tx, productID uuid.UUID, labels []Label) error {
	if labels == nil {
		return nil
	}
	list, err := json.Marshal(labels)
	if err != nil {
		return fmt.Errorf("labels: %w", err)
	}
	if _, err := tx.ExecContext(ctx, `delete from product_labels where product_id = $1`, productID); err != nil {
		return fmt.Errorf("clear labels: %w", err)
	}
	if _, err := tx.ExecContext(ctx, `
		insert into product_labels (product_id, label, certificate, expires_on)
		select $1, slug, certificate, expires_on
		from jsonb_to_recordset($2) as l (slug text, certificate text, expires_on date)
		on conflict (product_id, label) do update
		set certificate = excluded.certificate, expires_on = excluded.expires_on`, productID, list); err != nil {
		return refused(err)
	}
	return nil
}

// refused turns the constraints that only the database can see violated into what a person is told.
func refused(err error) error {
	field, key := "", ""
	switch {
	case postgres.Violates(err, "products_sku_key"):
		field, key, err = "sku", "catalog.sku_taken", errors.Join(errReferenceTaken, err)
	case postgres.Violates(err, "product_labels_label_fkey"):
		field, key = "labels", "catalog.label_unknown"
	case postgres.Violates(err, "products_cooperative_id_fkey"):
		return fault.New(fault.NotFound, "catalog.cooperative_not_found").Wrap(err)
	default:
		return fmt.Errorf("write product: %w", err)
	}
	return fault.New(fault.Invalid, "catalog.invalid").Field(field, key).Wrap(err)
}

var errReferenceTaken = errors.New("catalog: another product has the reference")

// referenceFreeTx refuses a reference that another of a cooperative's products has, however its parts are joined. It takes
// the cooperative's turn, so that no other comes to have it before tx ends.
func referenceFreeTx(ctx context.Context, tx *sqlx.Tx, coopID, id uuid.UUID, sku string) error {
	reference := text.Reference(sku)
	if reference == "" {
		return nil
	}
	if err := cooperative.TakeTurnTx(ctx, tx, coopID); err != nil {
		return err
	}
	var taken bool
	if err := tx.GetContext(ctx, &taken, `
		select exists (select from products where cooperative_id = $1 and reference(sku) = $2 and id <> $3)`, coopID, reference, id); err != nil {
		return fmt.Errorf("reference in use: %w", err)
	}
	if taken {
		return fault.New(fault.Invalid, "catalog.invalid").Field("sku", "catalog.sku_taken").Wrap(errReferenceTaken)
	}
	return nil
}

// InTx runs fn in a transaction, and again when another product took one of its addresses, or
// for an upload one of its references, between the question and the answer.
func (s *Service) InTx(ctx context.Context, fn func(tx *sqlx.Tx) error) error {
	for try := 1; ; try++ {
		err := postgres.InTx(ctx, s.db, fn)
		if try == 3 || !postgres.Violates(err, "products_slug_key") && !postgres.Violates(err, "products_sku_key") {
			return err
		}
	}
}
