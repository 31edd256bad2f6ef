package report

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/money"
)

// What was sold in a period: the sums of its months, and the parts of orders of days that are missing or too many.
const (
	inMonths = `
	    select cooperative_id, paid, earned, under_way, orders
	    from sold_by_cooperative where first >= $1::date and first < $2::date`
	onDays = `
	    select p.cooperative_id, d.times * p.paid, d.times * p.earned, d.times * (p.total - p.paid), d.times
	    from unnest($3::date[], $4::date[], $5::int[]) d (first, last, times)
	    join sold_parts p on p.day >= d.first and p.day < d.last
	    where p.total > 0 and not p.waiting`
	sums = `sum(paid)::bigint as paid, sum(earned)::bigint as earned, sum(under_way)::bigint as under_way, sum(orders)::bigint as orders`

	// soldIn sums it up by cooperative.
	soldIn = `select cooperative_id, ` + sums + ` from (` + inMonths + ` union all ` + onDays + `) s group by cooperative_id`
	// soldOf sums it up for the cooperative c.
	soldOf = `select ` + sums + ` from (` + inMonths + ` and cooperative_id = c.id union all ` + onDays + ` and p.cooperative_id = c.id) s`
)

// counted are the cooperatives that a report is about, with their figures: approved, or with a sale in its period.
// countedOf are those of the list $9 that are.
const (
	counted   = `select ` + asSeller + ` from sellers c left join (` + soldIn + `) s on s.cooperative_id = c.id where ` + counts
	countedOf = `select ` + asSeller + ` from sellers c cross join lateral (` + soldOf + `) s where c.id = any($9) and ` + counts

	counts   = `(c.approved or s.orders > 0) and ` + within
	asSeller = `c.id, c.name_ar, c.commune, c.women_only, c.women, c.men, c.young,
	       coalesce(s.paid, 0) as paid, coalesce(s.earned, 0) as earned, coalesce(s.under_way, 0) as under_way, coalesce(s.orders, 0) as orders`
)

// within lets the cooperatives c through that the filter does.
const within = `($6 = '' or c.commune = $6) and ($7 = '' or c.sector = $7) and (not $8 or c.women_only)`

// arguments are those of soldIn, and after them those of counted.
func (f Filter) arguments() []any {
	from, to, days := f.period().ofCooperatives()
	firsts, lasts, times := columns(days)
	return []any{from, to, firsts, lasts, times, f.Commune, f.Sector, f.WomenOnly}
}

type month struct {
	Month
	Waiting       money.Amount `db:"waiting"`
	WaitingOrders int          `db:"waiting_orders"`
}

// months are those in which anything was ordered, in order of time. An order's sales are of the day on which it was
// placed.
func (f Filter) months(ctx context.Context, tx *sqlx.Tx) ([]month, error) {
	p := f.period()
	firsts, lasts, times := columns(p.days)
	var months []month
	err := tx.SelectContext(ctx, &months, `
		select * from (
		    select date_trunc('month', s.first) at time zone 'UTC' as month, sum(times * paid)::bigint as paid, sum(times * earned)::bigint as earned,
		           sum(times * under_way)::bigint as under_way, sum(times * orders)::bigint as orders, sum(times * joint_orders)::bigint as joint_orders,
		           sum(times * waiting)::bigint as waiting, sum(times * waiting_orders)::bigint as waiting_orders
		    from (
		        select 'month' as span, $4::date as first, $5::date as last, 1 as times
		        union all select 'day', * from unnest($6::date[], $7::date[], $8::int[])
		    ) d
		    join sold_by_scope s on s.commune = $1 and s.sector = $2 and s.of_women = $3 and s.span = d.span and s.first >= d.first and s.first < d.last
		    group by 1
		) m where orders > 0 or waiting_orders > 0 order by month`,
		f.Commune, f.Sector, f.WomenOnly, p.from, p.to, firsts, lasts, times)
	if err != nil {
		return nil, fmt.Errorf("months: %w", err)
	}
	return months, nil
}

// EachCooperative hands the cooperatives that a report is about to fn one by one, the most sales first and equals by
// name, until fn fails.
func (s *Service) EachCooperative(ctx context.Context, f Filter, fn func(Cooperative) error) error {
	return s.each(ctx, f, `true`, `n.paid + n.under_way desc`, fn)
}

// EachIdle hands those of them with no sale to fn likewise, the most members first and equals by name.
func (s *Service) EachIdle(ctx context.Context, f Filter, fn func(Cooperative) error) error {
	return s.each(ctx, f, `n.paid + n.under_way = 0`, `n.women + n.men desc`, fn)
}

func (s *Service) each(ctx context.Context, f Filter, which, order string, fn func(Cooperative) error) (err error) {
	if _, err := s.catchUp(ctx); err != nil {
		return err
	}
	rows, err := s.db.QueryxContext(ctx, `
		select n.id, c.slug, c.name_ar as "name.ar", c.name_fr as "name.fr", c.commune, c.commune_name_ar as "commune_name.ar", c.commune_name_fr as "commune_name.fr",
		       c.sector, n.women, n.men, n.young, n.women_only, n.paid, n.earned, n.under_way, n.orders
		from (`+counted+`) n join sellers c on c.id = n.id where `+which+`
		order by `+order+`, n.name_ar collate "C", n.id`, f.arguments()...)
	if err != nil {
		return fmt.Errorf("sales by cooperative: %w", err)
	}
	defer func() { _ = rows.Close() }() // rows.Err tells
	for rows.Next() {
		var c Cooperative
		if err := rows.StructScan(&c); err != nil {
			return fmt.Errorf("sales by cooperative: %w", err)
		}
		if err := fn(c); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("sales by cooperative: %w", err)
	}
	return nil
}

// Before is what a report is compared with.
type Before struct {
	Sold    money.Amount
	Selling int // cooperatives with a sale
}

// Before tells of an earlier period what there is to compare with.
func (s *Service) Before(ctx context.Context, f Filter) (Before, error) {
	if _, err := s.catchUp(ctx); err != nil {
		return Before{}, err
	}
	f = f.inUTC()
	return keep(ctx, s, f, earlier{f}, func(_ *sqlx.Tx, c comparison) (before Before, err error) {
		for _, seller := range c.sellers {
			before.Sold += seller.Total()
			if seller.Total() > 0 {
				before.Selling++
			}
		}
		return before, nil
	})
}

// Of is what one cooperative has sold since the beginning, as Sales counts it.
func (s *Service) Of(ctx context.Context, cooperative uuid.UUID) (Figures, error) {
	of, err := s.OfEach(ctx, Filter{}, []uuid.UUID{cooperative})
	return of[cooperative], err
}

// OfEach is what each of these cooperatives sold in the filter's period, wherever it is, as Sales counts it; one that
// sold nothing may not be in it.
func (s *Service) OfEach(ctx context.Context, f Filter, cooperatives []uuid.UUID) (map[uuid.UUID]Figures, error) {
	if _, err := s.catchUp(ctx); err != nil {
		return nil, err
	}
	var rows []struct {
		ID uuid.UUID `db:"cooperative_id"`
		Figures
	}
	err := s.db.SelectContext(ctx, &rows, `
		select c.id as cooperative_id, s.*
		from unnest($6::uuid[]) c (id)
		cross join lateral (`+soldOf+`) s
		where s.orders > 0`,
		append(f.arguments()[:5], pq.Array(cooperatives))...)
	if err != nil {
		return nil, fmt.Errorf("sales of some cooperatives: %w", err)
	}
	of := make(map[uuid.UUID]Figures, len(rows))
	for _, r := range rows {
		of[r.ID] = r.Figures
	}
	return of, nil
}
