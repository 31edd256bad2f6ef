package report

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"github.com/google/uuid"
	"github.com/lib/pq"
)

// What a posting p moved of what was sold, of what of it is paid, and of what of that is earned.
const (
	movedTotal = `case when p.debit in ('buyers', 'refunds_due') then p.amount_centimes
	    when p.credit in ('buyers', 'refunds_due') then -p.amount_centimes else 0 end`
	movedPaid = `case when p.debit in ('pending', 'refunds_due') and p.credit not in ('pending', 'buyers') then p.amount_centimes
	    when p.credit in ('pending', 'refunds_due') and p.debit not in ('pending', 'buyers') then -p.amount_centimes else 0 end`
	movedEarned = `case when p.credit in ('payable', 'commission') and p.debit in ('pending', 'held') then p.amount_centimes
	    when p.debit in ('payable', 'commission') and p.credit in ('pending', 'held') then -p.amount_centimes else 0 end`

	movedSums = `sum(` + movedTotal + `)::bigint as total, sum(` + movedPaid + `)::bigint as paid, sum(` + movedEarned + `)::bigint as earned`
)

// sold reads the ledger once and sums it up both by cooperative, for those that sold something, and
// by month.
//
// An order's sales are of the month in which it was placed. What goes from the buyers' account to a
// cooperative's pending one is sold; what comes back, or is due back to them, was cancelled or refused. What
// leaves pending for anything but the buyers is paid, and what comes to the cooperative or as commission is
// earned. What nobody has confirmed yet is no sale: it may be a stranger's, who proves nothing. It is summed up
// by itself.
//
// Empty months between the first and the last are there too. These are the first and the last of
// the period (but at most eleven empty ones before the first sale and after the last), or else of
// the sales themselves.
func (s *Service) sold(ctx context.Context, f Filter) (sold map[uuid.UUID]Figures, months []Month, waiting Figures, err error) {
	var rows []struct {
		CooperativeID uuid.NullUUID `db:"cooperative_id"`
		Month         sql.NullTime  `db:"month"`
		Figures
		JointOrders int `db:"joint_orders"`
	}
	err = s.db.SelectContext(ctx, &rows, `
		with unconfirmed as materialized (
		    select id from order_heads where unconfirmed
		), placed as (
		    select order_id, date_trunc('month', at at time zone 'Africa/Casablanca') as month, u.id is not null as waiting
		    from ledger_journals left join unconfirmed u on u.id = order_id
		    where kind = 'placed'
		      and at >= coalesce($1::timestamptz, '-infinity') and at < coalesce($2::timestamptz, 'infinity')
		), moved as (
		    select placed.order_id, placed.month, placed.waiting, p.cooperative_id,
		           `+movedTotal+` as total,
		           `+movedPaid+` as paid,
		           `+movedEarned+` as earned
		    from placed
		    join ledger_journals j on j.order_id = placed.order_id
		    join ledger_postings p on p.journal_id = j.id
		    join sellers c on c.id = p.cooperative_id
		    where ($3 = '' or c.commune = $3) and ($4 = '' or c.sector = $4) and (not $5 or c.women_only)
		), ordered as materialized (
		    select order_id, month, waiting, cooperative_id, sum(total)::bigint as total, sum(paid)::bigint as paid, sum(earned)::bigint as earned
		    from moved group by order_id, month, waiting, cooperative_id having sum(total) > 0
		), parts as (
		    select * from ordered where not waiting
		), whole as (
		    select order_id, month, sum(total)::bigint as total, sum(paid)::bigint as paid, sum(earned)::bigint as earned, count(*) as parts
		    from parts group by order_id, month
		), bounds as (
		    select greatest(coalesce(date_trunc('month', $1::timestamptz at time zone 'Africa/Casablanca'), min(month)),
		                    min(month) - interval '11 months') as first,
		           least(coalesce(date_trunc('month', ($2::timestamptz - interval '1 microsecond') at time zone 'Africa/Casablanca'), max(month)),
		                 max(month) + interval '11 months') as last
		    from parts having count(*) > 0
		)
		select cooperative_id, null::timestamp as month,
		       sum(paid) as paid, sum(earned) as earned, sum(total - paid) as under_way, count(*) as orders, 0 as joint_orders
		from parts group by cooperative_id
		union all
		select null, m.month, coalesce(sum(o.paid), 0), coalesce(sum(o.earned), 0), coalesce(sum(o.total - o.paid), 0),
		       count(o.order_id), count(*) filter (where o.parts > 1)
		from bounds cross join lateral generate_series(bounds.first, bounds.last, interval '1 month') as m (month)
		left join whole o on o.month = m.month
		group by m.month
		union all
		select null, null, 0, 0, sum(total), count(distinct order_id), 0
		from ordered where waiting having count(*) > 0
		order by month`,
		sql.NullTime{Time: f.From, Valid: !f.From.IsZero()}, sql.NullTime{Time: f.To, Valid: !f.To.IsZero()},
		f.Commune, f.Sector, f.WomenOnly)
	if err != nil {
		return nil, nil, Figures{}, err
	}
	sold, months = make(map[uuid.UUID]Figures), []Month{}
	for _, r := range rows {
		switch {
		case r.CooperativeID.Valid:
			sold[r.CooperativeID.UUID] = r.Figures
		case !r.Month.Valid:
			waiting = r.Figures
		default:
			months = append(months, Month{Month: r.Month.Time, Figures: r.Figures, JointOrders: r.JointOrders})
		}
	}
	return sold, months, waiting, nil
}

// cooperatives gives those that are approved or have sold something, with their figures, the most
// sales first and equals by name.
func (s *Service) cooperatives(ctx context.Context, f Filter, sold map[uuid.UUID]Figures) ([]Cooperative, error) {
	sellers := make([]uuid.UUID, 0, len(sold))
	for id := range sold {
		sellers = append(sellers, id)
	}
	cooperatives := []Cooperative{}
	err := s.db.SelectContext(ctx, &cooperatives, `
		select c.id, c.slug, c.name_ar as "name.ar", c.name_fr as "name.fr",
		       c.commune, c.commune_name_ar as "commune_name.ar", c.commune_name_fr as "commune_name.fr", c.sector,
		       c.women, c.men, c.young, c.women_only
		from sellers c
		where (c.approved or c.id = any($1))
		  and ($2 = '' or c.commune = $2) and ($3 = '' or c.sector = $3) and (not $4 or c.women_only)
		order by c.name_ar, c.id`,
		pq.Array(sellers), f.Commune, f.Sector, f.WomenOnly)
	if err != nil {
		return nil, err
	}
	for i := range cooperatives {
		cooperatives[i].Figures = sold[cooperatives[i].ID]
	}
	slices.SortStableFunc(cooperatives, func(a, b Cooperative) int { return cmp.Compare(b.Total(), a.Total()) })
	return cooperatives, nil
}
