package cooperative

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/audit"
)

// Audit checks that each cooperative's state and bank account are the ones that its history ends with,
// and that the account's key fits it: accounts entered before the key was looked at may be wrong.
func Audit(ctx context.Context, db *sqlx.DB) ([]audit.Check, error) {
	return audit.Run(ctx, db,
		audit.Query{Name: "cooperative: the state is the last one decided", SQL: `
			select format('%s is %s, decided was %s', c.slug, c.state, coalesce(last.state, 'nothing'))
			from cooperatives c
			left join lateral (
			    select state from cooperative_events
			    where cooperative_id = c.id and kind = 'decision' order by at desc, id desc limit 1) last on true
			where last.state is distinct from c.state`},
		audit.Query{Name: "cooperative: the bank account is the last one entered", SQL: `
			select format('%s has an account that ends in %s, entered was %s', c.slug, right(c.rib, 4), last.rib_after)
			from cooperatives c
			cross join lateral (
			    select rib_after from cooperative_events
			    where cooperative_id = c.id and kind = 'rib' order by at desc, id desc limit 1) last
			where last.rib_after <> right(c.rib, 4)`},
		audit.Query{Name: "cooperative: the bank account's key fits it", SQL: `
			select format('%s has a bank account whose key is wrong', slug)
			from cooperatives where rib <> '' and rib::numeric % 97 <> 0`},
		audit.Query{Name: "cooperative: what lists say of it is what it is and has", SQL: `
			select format('%s: carried %s, is %s', c.slug, carried, kept)
			from cooperatives c
			left join stalls s on s.cooperative_id = c.id
			left join product_counts_now n on n.cooperative_id = c.id
			cross join lateral (
			    select (s.state, s.commune, s.name_ar, s.name_fr, s.women_only, s.members, s.women, s.published)::text as carried,
			           (c.state, c.commune, c.name_ar, c.name_fr, c.women_only, c.women + c.men, c.women, coalesce(n.things, 0))::text as kept) t
			where carried is distinct from kept`},
		audit.Query{Name: "cooperative: as many are counted as there are", SQL: `
			select format('%s in %s: counted %s, there are %s', state, commune, n, s)
			from stall_counts_now s
			full join (select * from stall_counts where all_of > 0) n using (state, commune)
			where n::text is distinct from s::text`},
	)
}
