package report

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/audit"
)

// Audit checks that what is carried of the sales is what the ledger says of them, but for what still waits to be
// brought in.
func Audit(ctx context.Context, db *sqlx.DB) ([]audit.Check, error) {
	return audit.Run(ctx, db,
		audit.Query{Name: "report: each part of an order counts for what the ledger says", SQL: `
			select format('order %s, cooperative %s: carried %s, is %s', order_id, cooperative_id, p, n)
			from sold_parts p full join sold_parts_now n using (order_id, cooperative_id)
			where p::text is distinct from n::text
			  and not exists (select from sold_changes c where c.order_id = coalesce(p.order_id, n.order_id))
			  and not exists (select from sold_left l where l.order_id = coalesce(p.order_id, n.order_id))
			  and not exists (select from sold_changes c where c.cooperative_id = coalesce(p.cooperative_id, n.cooperative_id))`},
		audit.Query{Name: "report: what a cooperative sold is the sum of its parts", SQL: `
			select format('%s since %s: carried %s, are %s', cooperative_id, first, s, n)
			from (select * from sold_by_cooperative where (paid, earned, under_way, orders) <> (0, 0, 0, 0)) s
			full join sold_by_cooperative_now n using (first, cooperative_id)
			where s::text is distinct from n::text`},
		audit.Query{Name: "report: what was sold in a place and sector is the sum of its orders", SQL: `
			select format('«%s», «%s», women only %s, %s of %s: carried %s, are %s', commune, sector, of_women, span, first, s, n)
			from (
			    select * from sold_by_scope
			    where (paid, earned, under_way, orders, joint_orders, waiting, waiting_orders) <> (0, 0, 0, 0, 0, 0, 0)) s
			full join sold_by_scope_now n using (commune, sector, of_women, span, first)
			where s::text is distinct from n::text`},
		audit.Query{Name: "report: nothing is said to have changed later than the sums", SQL: `
			select format('cooperative %s: by version %s of %s', m.cooperative_id, m.version, t.version)
			from sold_moved m, sold_turn t where m.version > t.version`},
	)
}
