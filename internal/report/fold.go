package report

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/postgres"
)

// How many changes one transaction brings into the sums, and how many a page waits for: the job brings in what is left.
const (
	changesAtOnce = 250
	changesOfPage = 60
	leftOfPage    = 30 // orders of cooperatives that moved; of more than these a page waits for none
)

// FoldArgs is the periodic job that brings what was sold into the sums, so that a page has little left to wait for.
type FoldArgs struct{}

// Kind names the job.
func (FoldArgs) Kind() string { return "report.fold" }

// FoldWorker works FoldArgs.
type FoldWorker struct {
	river.WorkerDefaults[FoldArgs]
	Reports *Service
}

// Work brings in all changes that wait.
func (w *FoldWorker) Work(ctx context.Context, _ *river.Job[FoldArgs]) error {
	return w.Reports.CatchUp(ctx)
}

// CatchUp brings in all that happened before: for the job, and for what is written from the sums and cannot say that it
// is behind.
func (s *Service) CatchUp(ctx context.Context) error {
	for {
		changes, left, err := s.waiting(ctx)
		if err != nil || changes == 0 && left == 0 {
			return err
		}
		queue := takeChanges
		if changes == 0 {
			queue = takeLeft
		}
		if err := s.fold(ctx, queue, changesAtOnce); err != nil {
			return err
		}
	}
}

// catchUp is what a page calls first, so that it shows what happened before; it reports whether so much waits that some
// is left.
func (s *Service) catchUp(ctx context.Context) (behind bool, err error) {
	changes, left, err := s.waiting(ctx)
	if err == nil && changes > 0 {
		if err = s.fold(ctx, takeChanges, changesOfPage); err == nil {
			changes, left, err = s.waiting(ctx)
		}
	}
	if err == nil && left > 0 && left <= leftOfPage {
		left, err = 0, s.fold(ctx, takeLeft, leftOfPage)
	}
	return changes > 0 || left > 0, err
}

// waiting counts what waits to be brought into the sums, as far as a page asks: one change at most, and of the orders
// of cooperatives that moved one more than a page waits for.
func (s *Service) waiting(ctx context.Context) (changes, left int, err error) {
	// By the index: it forgets the rows that are gone, which a look through the table would meet until a vacuum.
	err = s.db.QueryRowxContext(ctx, `
		select (select count(*) from (select id from sold_changes order by id limit 1) c),
		       (select count(*) from (select order_id from sold_left order by order_id limit $1) l)`, leftOfPage+1).Scan(&changes, &left)
	if err != nil {
		return 0, 0, fmt.Errorf("changes of what was sold: %w", err)
	}
	return changes, left, nil
}

// What is taken of the two queues, $1 at most. Of a cooperative that moved all orders change, and are left for later.
const (
	takeChanges = `
		with taken as (
		    delete from sold_changes where id = any(array(select id from sold_changes order by id limit $1))
		    returning order_id, cooperative_id
		), moved as (
		    insert into sold_left (order_id)
		    select distinct p.order_id
		    from taken t
		    join sellers c on c.id = t.cooperative_id
		    join sold_parts p on p.cooperative_id = c.id
		    where (p.commune, p.sector, p.women_only) <> (c.commune, c.sector, c.women_only)
		    on conflict do nothing
		)
		select distinct order_id, cooperative_id from taken`
	takeLeft = `
		delete from sold_left where order_id = any(array(select order_id from sold_left order by order_id limit $1))
		returning order_id, null::uuid as cooperative_id`
)

// fold brings changes of a queue into the sums, so many at most.
func (s *Service) fold(ctx context.Context, queue string, most int) error {
	err := postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		if _, err := tx.ExecContext(ctx, `select from sold_turn for no key update`); err != nil { // its row is ours from here
			return err
		}
		var taken []struct {
			Order       *uuid.UUID `db:"order_id"`
			Cooperative *uuid.UUID `db:"cooperative_id"`
		}
		if err := tx.SelectContext(ctx, &taken, queue, most); err != nil || len(taken) == 0 { // whoever had the row took them
			return err
		}
		var version int64
		if err := tx.GetContext(ctx, &version, `update sold_turn set version = version + 1 returning version`); err != nil {
			return err
		}
		var orders, cooperatives []uuid.UUID
		for _, t := range taken {
			if t.Order != nil {
				orders = append(orders, *t.Order)
			} else {
				cooperatives = append(cooperatives, *t.Cooperative)
			}
		}
		if err := bringIn(ctx, tx, orders); err != nil {
			return err
		}
		return moved(ctx, tx, version, orders, cooperatives)
	})
	if err != nil {
		return fmt.Errorf("bring what was sold into the sums: %w", err)
	}
	return nil
}

// bringIn makes the sums what they are with these orders as the ledger has them.
func bringIn(ctx context.Context, tx *sqlx.Tx, orders []uuid.UUID) error {
	if len(orders) == 0 {
		return nil
	}
	for _, step := range []func(context.Context, *sqlx.Tx, []uuid.UUID) error{takeAway, readParts, add} {
		if err := step(ctx, tx, orders); err != nil {
			return err
		}
	}
	return nil
}

// readParts brings the parts of these orders up to what the ledger says.
func readParts(ctx context.Context, tx *sqlx.Tx, orders []uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		insert into sold_parts
		select * from sold_parts_now where order_id = any($1)
		on conflict (order_id, cooperative_id) do update
		set day = excluded.day, commune = excluded.commune, sector = excluded.sector, women_only = excluded.women_only,
		    total = excluded.total, paid = excluded.paid, earned = excluded.earned, waiting = excluded.waiting`, pq.Array(orders))
	return err
}

// moved marks the cooperatives that these orders have a part of, and these, as changed by a version of the sums.
func moved(ctx context.Context, tx *sqlx.Tx, version int64, orders, cooperatives []uuid.UUID) error {
	_, err := tx.ExecContext(ctx, `
		insert into sold_moved (cooperative_id, version)
		select cooperative_id, $1::bigint from sold_parts where order_id = any($2)
		union
		select id, $1::bigint from unnest($3::uuid[]) c (id)
		on conflict (cooperative_id) do update set version = excluded.version`, version, pq.Array(orders), pq.Array(cooperatives))
	return err
}

func takeAway(ctx context.Context, tx *sqlx.Tx, orders []uuid.UUID) error {
	return carry(ctx, tx, -1, orders)
}
func add(ctx context.Context, tx *sqlx.Tx, orders []uuid.UUID) error {
	return carry(ctx, tx, 1, orders)
}

// carry adds to the sums what the parts of these orders count for, so many times.
func carry(ctx context.Context, tx *sqlx.Tx, times int, orders []uuid.UUID) error {
	for _, statement := range []string{`
		insert into sold_by_cooperative as s (first, cooperative_id, paid, earned, under_way, orders)
		select first, cooperative_id, $2 * sum(paid), $2 * sum(earned), $2 * sum(under_way), $2 * sum(orders)
		from sold_to_cooperatives where order_id = any($1) group by first, cooperative_id
		on conflict (first, cooperative_id) do update
		set paid = s.paid + excluded.paid, earned = s.earned + excluded.earned, under_way = s.under_way + excluded.under_way,
		    orders = s.orders + excluded.orders`, `
		insert into sold_by_scope as s (commune, sector, of_women, span, first, paid, earned, under_way, orders, joint_orders, waiting, waiting_orders)
		select commune, sector, of_women, span, first, $2 * sum(paid), $2 * sum(earned), $2 * sum(under_way), $2 * sum(orders),
		       $2 * sum(joint_orders), $2 * sum(waiting), $2 * sum(waiting_orders)
		from sold_to_scopes where order_id = any($1) group by commune, sector, of_women, span, first
		on conflict (commune, sector, of_women, span, first) do update
		set paid = s.paid + excluded.paid, earned = s.earned + excluded.earned, under_way = s.under_way + excluded.under_way,
		    orders = s.orders + excluded.orders, joint_orders = s.joint_orders + excluded.joint_orders,
		    waiting = s.waiting + excluded.waiting, waiting_orders = s.waiting_orders + excluded.waiting_orders`,
	} {
		if _, err := tx.ExecContext(ctx, statement, pq.Array(orders), times); err != nil {
			return err
		}
	}
	return nil
}
