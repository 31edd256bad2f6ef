package catalog

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/audit"
)

// Audit checks what must always be true of the catalogue, whatever happened to it.
func Audit(ctx context.Context, db *sqlx.DB) ([]audit.Check, error) {
	return audit.Run(ctx, db,
		audit.Query{Name: "catalog: stock is the sum of its movements", SQL: `
			select p.id::text || ' ' || p.slug || ': stock ' || p.stock || ', movements ' || coalesce(m.sum, 0)
			from products p
			left join (select product_id, sum(delta) as sum from stock_movements group by product_id) m on m.product_id = p.id
			where p.stock <> coalesce(m.sum, 0)`},
		// Once what is left of a product is released, all of it is, as often as the order had it reserved.
		audit.Query{Name: "catalog: what an order released, it had reserved", SQL: `
			select format('%s order %s: released %s, reserved %s', product_id, order_id, released, reserved)
			from (
			    select product_id, order_id, coalesce(sum(delta) filter (where reason = 'release'), 0) as released,
			           coalesce(-sum(delta) filter (where reason = 'reserve'), 0) as reserved,
			           count(*) filter (where reason = 'release' and adjustment_id is null) as rests,
			           count(*) filter (where reason = 'reserve') as takes
			    from stock_movements where reason in ('reserve', 'release') group by product_id, order_id
			) m
			where released > reserved or rests >= takes and released < reserved or rests > takes`},
		audit.Query{Name: "catalog: a movement's sign fits its reason", SQL: `
			select id::text || ': ' || reason || ' ' || delta
			from stock_movements
			where reason = 'reserve' and delta > 0 or reason in ('release', 'return') and delta < 0`},
		audit.Query{Name: "catalog: a cooperative's products are counted as they are", SQL: `
			select format('%s: counted %s, there are %s', coalesce(k.cooperative_id, n.cooperative_id), k, n)
			from product_counts k full join product_counts_now n on n.cooperative_id = k.cooperative_id
			where (k.published, k.available, k.draft, k.archived, k.unpictured, k.things)
			      is distinct from (n.published, n.available, n.draft, n.archived, n.unpictured, n.things)
			  and (n.cooperative_id is not null or (k.published, k.available, k.draft, k.archived, k.unpictured, k.things) <> (0, 0, 0, 0, 0, 0))`},
		audit.Query{Name: "catalog: what is offered is counted as it is", SQL: `
			select format('counted %s, there are %s', k.sum, n.count)
			from (select coalesce(sum(products), 0) as sum from offered_changes) k, (select count(distinct family) from offered join products using (id)) n
			where k.sum <> n.count`},
		audit.Query{Name: "catalog: a label is its product's cooperative's", SQL: `
			select format('label %s of product %s', l.label, p.slug)
			from product_labels l join products p on p.id = l.product_id where l.cooperative_id <> p.cooperative_id`},
		audit.Query{Name: "catalog: a published product has all that a buyer needs", SQL: `
			select id::text || ' ' || slug
			from products
			where state = 'published'
			  and (slug = '' or sku = '' or name_ar = '' and name_fr = '' or price_centimes <= 0 or unit_amount <= 0)`},
	)
}
