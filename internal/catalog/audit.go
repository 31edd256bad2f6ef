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
		audit.Query{Name: "catalog: what an order released, it had reserved", SQL: `
			select r.product_id::text || ' order ' || r.order_id::text || ': released ' || r.delta || ', reserved ' || coalesce(-t.delta, 0)
			from (
			    select product_id, order_id, sum(delta) as delta, bool_or(adjustment_id is null) as rest
			    from stock_movements where reason = 'release' group by product_id, order_id
			) r
			left join stock_movements t on t.product_id = r.product_id and t.order_id = r.order_id and t.reason = 'reserve'
			where r.delta > coalesce(-t.delta, 0) or r.rest and r.delta < -t.delta`},
		audit.Query{Name: "catalog: a movement's sign fits its reason", SQL: `
			select id::text || ': ' || reason || ' ' || delta
			from stock_movements
			where reason = 'reserve' and delta > 0 or reason = 'release' and delta < 0`},
		audit.Query{Name: "catalog: a cooperative's products are counted as they are", SQL: `
			select format('%s: counted %s, there are %s', coalesce(k.cooperative_id, n.cooperative_id), k, n)
			from product_counts k full join product_counts_now n on n.cooperative_id = k.cooperative_id
			where (k.published, k.available, k.draft, k.archived, k.unpictured) is distinct from (n.published, n.available, n.draft, n.archived, n.unpictured)
			  and (n.cooperative_id is not null or (k.published, k.available, k.draft, k.archived, k.unpictured) <> (0, 0, 0, 0, 0))`},
		audit.Query{Name: "catalog: what is offered is counted as it is", SQL: `
			select format('counted %s, there are %s', k.sum, n.count)
			from (select coalesce(sum(products), 0) as sum from offered_changes) k, (select count(*) from offered) n
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
