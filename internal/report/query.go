package report

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/i18n"
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
)

// counted are the cooperatives that a report is about, with their figures: approved, or with a sale in its period.
// There are very many, and most only count: who is named is looked up after that.
const counted = `
	select c.id, c.name_ar, c.commune, c.women_only, c.women, c.men, c.young,
	       coalesce(s.paid, 0) as paid, coalesce(s.earned, 0) as earned, coalesce(s.under_way, 0) as under_way,
	       coalesce(s.orders, 0) as orders, coalesce(s.paid + s.under_way, 0) as total
	from sellers c left join (` + soldIn + `) s on s.cooperative_id = c.id
	where (c.approved or s.orders > 0) and ` + within

// within lets the cooperatives c through that the filter does.
const within = `($6 = '' or c.commune = $6) and ($7 = '' or c.sector = $7) and (not $8 or c.women_only)`

// asCooperative is one of those counted, n, as the JSON of a Cooperative c, and these are their orders.
const (
	asCooperative = `json_build_object('ID', c.id, 'Slug', c.slug, 'Name', json_build_object('AR', c.name_ar, 'FR', c.name_fr),
	    'Commune', c.commune, 'CommuneName', json_build_object('AR', c.commune_name_ar, 'FR', c.commune_name_fr), 'Sector', c.sector,
	    'Women', c.women, 'Men', c.men, 'Young', c.young, 'WomenOnly', c.women_only,
	    'Paid', n.paid, 'Earned', n.earned, 'UnderWay', n.under_way, 'Orders', n.orders)`
	mostFirst  = `n.total desc, n.name_ar, n.id`
	largeFirst = `n.women + n.men desc, n.name_ar, n.id`
)

// arguments are those of soldIn, and after them those of counted.
func (f Filter) arguments() []any {
	from, to, days := f.period().ofCooperatives()
	firsts, lasts, times := columns(days)
	return []any{from, to, firsts, lasts, times, f.Commune, f.Sector, f.WomenOnly}
}

// figures are what a report is made from.
type figures struct {
	Version int64   // of the sums
	Months  []month // in order of time, those in which anything was ordered
	Groups  []group
	Most    []Cooperative
	Idle    []Cooperative
}

type month struct {
	Month
	Waiting       money.Amount
	WaitingOrders int
}

// group are the cooperatives of a commune that are women-only, or those that are not.
type group struct {
	Commune       string
	CommuneName   i18n.Text
	WomenOnly     bool
	People        People
	SellingPeople People
	Orders        int // parts of them
	Totals        []money.Amount
	Members       []int // of the cooperatives in the same order
}

// read asks for all of it at one moment. An order's sales are of the day on which it was placed.
func (s *Service) read(ctx context.Context, f Filter) (read figures, err error) {
	var answer []byte
	p := f.period()
	firsts, lasts, times := columns(p.days)
	err = s.db.GetContext(ctx, &answer, `
		with counted as materialized (`+counted+`)
		select json_build_object(
		    'Version', (select version from sold_turn),
		    'Months', (
		        select json_agg(json_build_object('Month', to_char(month, 'YYYY-MM-DD"T00:00:00Z"'), 'Paid', paid, 'Earned', earned,
		            'UnderWay', under_way, 'Orders', orders, 'JointOrders', joint_orders, 'Waiting', waiting, 'WaitingOrders', waiting_orders) order by month)
		        from (
		            select date_trunc('month', s.first) as month, sum(times * paid) as paid, sum(times * earned) as earned, sum(times * under_way) as under_way,
		                   sum(times * orders) as orders, sum(times * joint_orders) as joint_orders,
		                   sum(times * waiting) as waiting, sum(times * waiting_orders) as waiting_orders
		            from (
		                select 'month' as span, $9::date as first, $10::date as last, 1 as times
		                union all select 'day', * from unnest($11::date[], $12::date[], $13::int[])
		            ) d
		            join sold_by_scope s on s.commune = $6 and s.sector = $7 and s.of_women = $8 and s.span = d.span and s.first >= d.first and s.first < d.last
		            group by month
		        ) m where orders > 0 or waiting_orders > 0),
		    'Groups', (
		        select json_agg(json_build_object('Commune', g.commune, 'CommuneName', json_build_object('AR', t.name_ar, 'FR', t.name_fr),
		            'WomenOnly', g.women_only, 'People', json_build_object('Members', g.members, 'Women', g.women, 'Young', g.young),
		            'SellingPeople', json_build_object('Members', g.selling_members, 'Women', g.selling_women, 'Young', g.selling_young),
		            'Orders', g.orders, 'Totals', g.totals, 'Members', g.each_members))
		        from (
		            select commune, women_only, sum(women + men) as members, sum(women) as women, sum(young) as young,
		                   coalesce(sum(women + men) filter (where total > 0), 0) as selling_members,
		                   coalesce(sum(women) filter (where total > 0), 0) as selling_women,
		                   coalesce(sum(young) filter (where total > 0), 0) as selling_young,
		                   sum(orders) as orders, array_agg(total) as totals, array_agg(women + men) as each_members
		            from counted group by commune, women_only
		        ) g join towns t on t.slug = g.commune),
		    'Most', (
		        select json_agg(`+asCooperative+` order by `+mostFirst+`)
		        from (select * from counted n order by `+mostFirst+` limit $14) n join sellers c on c.id = n.id),
		    'Idle', (
		        select json_agg(`+asCooperative+` order by `+largeFirst+`)
		        from (select * from counted n where total = 0 order by `+largeFirst+` limit $14) n join sellers c on c.id = n.id))`,
		append(f.arguments(), p.from, p.to, firsts, lasts, times, Listed)...)
	if err != nil {
		return figures{}, err
	}
	if err := json.Unmarshal(answer, &read); err != nil {
		return figures{}, fmt.Errorf("read: %w", err)
	}
	return read, nil
}

// EachCooperative hands the cooperatives that a report is about to fn one by one, the most sales first and equals by
// name, until fn fails.
func (s *Service) EachCooperative(ctx context.Context, f Filter, fn func(Cooperative) error) (err error) {
	if _, err := s.catchUp(ctx); err != nil {
		return err
	}
	rows, err := s.db.QueryContext(ctx, `
		select `+asCooperative+` from (`+counted+`) n join sellers c on c.id = n.id order by `+mostFirst, f.arguments()...)
	if err != nil {
		return fmt.Errorf("sales by cooperative: %w", err)
	}
	defer func() { _ = rows.Close() }() // rows.Err tells
	for rows.Next() {
		var c Cooperative
		var row []byte
		if err := rows.Scan(&row); err != nil {
			return fmt.Errorf("sales by cooperative: %w", err)
		}
		if err := json.Unmarshal(row, &c); err != nil {
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
	return keep(ctx, s, earlier{f.inUTC()}, func() (Before, int64, error) {
		var row struct {
			Before
			Version int64
		}
		err := s.db.GetContext(ctx, &row, `
			select (select version from sold_turn), coalesce(sum(s.paid + s.under_way), 0) as sold, count(*) filter (where s.paid + s.under_way > 0) as selling
			from (`+soldIn+`) s join sellers c on c.id = s.cooperative_id
			where `+within, f.arguments()...)
		if err != nil {
			return Before{}, 0, fmt.Errorf("sales before: %w", err)
		}
		return row.Before, row.Version, nil
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
		cross join lateral (
		    select `+sums+`
		    from (`+inMonths+` and cooperative_id = c.id union all `+onDays+` and p.cooperative_id = c.id) s) s
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
