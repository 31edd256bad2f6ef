package report

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
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
	sums = `sold_sum(paid) as paid, sold_sum(earned) as earned, sold_sum(under_way) as under_way, sold_sum(orders) as orders`

	// soldIn sums it up by cooperative, and gives all in one value: a row for each would take as long on its way as it
	// takes to sum them up. It has soldSize bytes for each, which soldOf reads.
	soldIn = `
	    select coalesce(string_agg(uuid_send(cooperative_id) || int8send(paid) || int8send(earned) || int8send(under_way) || int8send(orders), ''), '')
	    from (
	        select cooperative_id, ` + sums + ` from (` + inMonths + ` union all ` + onDays + `) s group by cooperative_id
	    ) s
	    where (paid, earned, under_way, orders) <> (0, 0, 0, 0)`
	soldSize = 16 + 4*8

	// soldByEach sums it up for each of the cooperatives $6.
	soldByEach = `
	    select c.id as cooperative_id, s.*
	    from unnest($6::uuid[]) c (id)
	    cross join lateral (select ` + sums + ` from (` + inMonths + ` and cooperative_id = c.id union all ` + onDays + ` and p.cooperative_id = c.id) s) s
	    where s.orders > 0`
)

// soldBy is what these cooperatives sold in the span, or all; who sold nothing is not in it.
func (s span) soldBy(ctx context.Context, q sqlx.QueryerContext, cooperatives []uuid.UUID) (rows []sold, err error) {
	if cooperatives == nil {
		return s.period().sold(ctx, q)
	}
	err = sqlx.SelectContext(ctx, q, &rows, soldByEach, append(s.period().ofCooperatives(), pq.Array(cooperatives))...)
	return rows, err
}

// sold is what all cooperatives sold in the period; who sold nothing is not in it.
func (p period) sold(ctx context.Context, q sqlx.QueryerContext) ([]sold, error) {
	var all []byte
	if err := sqlx.GetContext(ctx, q, &all, soldIn, p.ofCooperatives()...); err != nil {
		return nil, err
	}
	rows := make([]sold, 0, len(all)/soldSize)
	for one := range slices.Chunk(all, soldSize) {
		rows = append(rows, soldOf(one))
	}
	return rows, nil
}

// soldOf reads what one cooperative sold out of what soldIn gives.
func soldOf(one []byte) sold {
	sum := func(place int) int64 { return int64(binary.BigEndian.Uint64(one[16+8*place:])) }
	return sold{uuid.UUID(one[:16]), Figures{
		Paid: money.Amount(sum(0)), Earned: money.Amount(sum(1)), UnderWay: money.Amount(sum(2)), Orders: int(sum(3)),
	}}
}

// profilesOf are those of these cooperatives, or of all.
func profilesOf(ctx context.Context, q sqlx.QueryerContext, cooperatives []uuid.UUID) (rows []profile, err error) {
	query, args := `select id, approved, name_ar, commune, sector, women_only, women, men, young from sellers`, []any(nil)
	if cooperatives != nil {
		query, args = query+` where id = any($1)`, []any{pq.Array(cooperatives)}
	}
	err = sqlx.SelectContext(ctx, q, &rows, query, args...)
	return rows, err
}

type month struct {
	Month
	Waiting       money.Amount `db:"waiting"`
	WaitingOrders int          `db:"waiting_orders"`
}

// months are those in which anything was ordered, in order of time. An order's sales are of the day on which it was
// placed.
func (f Filter) months(ctx context.Context, tx *sqlx.Tx) ([]month, error) {
	p := f.span().period()
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
		    cross join lateral (
		        select * from sold_by_scope
		        where commune = $1 and sector = $2 and of_women = $3 and span = d.span and first >= d.first and first < d.last
		        offset 0) s -- each span by its key, and not all days
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
	return s.each(ctx, f, anybody, mostFirst, fn)
}

// EachIdle hands those of them with no sale to fn likewise, the most members first and equals by name.
func (s *Service) EachIdle(ctx context.Context, f Filter, fn func(Cooperative) error) error {
	return s.each(ctx, f, idle, largeFirst, fn)
}

// namedAtOnce is of how many cooperatives the names are looked up while they are handed on.
const namedAtOnce = 500

func (s *Service) each(ctx context.Context, f Filter, lets func(seller) bool, order func(a, b seller) int, fn func(Cooperative) error) error {
	if err := s.CatchUp(ctx); err != nil {
		return err
	}
	var list []seller
	err := postgres.AtOneMoment(ctx, s.db, func(tx *sqlx.Tx) error {
		c, err := s.compare(ctx, tx, f.inUTC())
		list = slices.DeleteFunc(c.sellers, func(s seller) bool { return !lets(s) })
		return err
	})
	if err != nil {
		return err
	}
	slices.SortFunc(list, order)
	for some := range slices.Chunk(list, namedAtOnce) {
		cooperatives, err := named(ctx, s.db, some)
		if err != nil {
			return err
		}
		for _, c := range cooperatives {
			if err := fn(c); err != nil {
				return err
			}
		}
	}
	return nil
}

// Before is what a report is compared with.
type Before struct {
	Sold    money.Amount
	Selling int // cooperatives with a sale
}

// before tells of an earlier period what there is to compare with.
func (s *Service) before(ctx context.Context, f Filter) (Before, error) {
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
	return s.OfEachFrom(ctx, s.db, f, cooperatives)
}

// OfEachFrom is OfEach as q sees it; CatchUp comes before that.
func (s *Service) OfEachFrom(ctx context.Context, q sqlx.QueryerContext, f Filter, cooperatives []uuid.UUID) (map[uuid.UUID]Figures, error) {
	rows, err := f.span().soldBy(ctx, q, append([]uuid.UUID{}, cooperatives...)) // none are not all
	if err != nil {
		return nil, fmt.Errorf("sales of some cooperatives: %w", err)
	}
	of := make(map[uuid.UUID]Figures, len(rows))
	for _, r := range rows {
		of[r.Cooperative] = r.Figures
	}
	return of, nil
}
