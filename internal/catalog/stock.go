package catalog

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/postgres"
)

// StockLine is a quantity of a product, in its units of sale.
type StockLine struct {
	ProductID uuid.UUID
	Quantity  int
}

// Short is a product of which there is less than was asked for.
type Short struct {
	ProductID uuid.UUID `json:"product_id"`
	Available int       `json:"available"`
}

// OutOfStock says that not everything that was asked for is there; nothing was taken.
type OutOfStock struct{ Lines []Short }

func (e *OutOfStock) Error() string { return fmt.Sprintf("catalog: out of stock: %v", e.Lines) }

// Unwrap gives what to tell a person who sees no more than a sentence.
func (e *OutOfStock) Unwrap() error { return errOutOfStock }

var (
	errOutOfStock    = fault.New(fault.Conflict, "catalog.out_of_stock")
	errQuantity      = fault.New(fault.Invalid, "catalog.quantity")
	errReleasedTwice = fault.New(fault.Conflict, "catalog.released_twice")
)

// ReserveTx takes the lines out of stock for an order, all of them or none, and gives the products
// as they are sold, in order of their ids. It fails with *OutOfStock when something is short, out
// of season or no longer offered; the transaction must then be rolled back. The products stay locked until
// the transaction ends, so it should be short.
func (s *Service) ReserveTx(ctx context.Context, tx *sqlx.Tx, orderID uuid.UUID, lines []StockLine, by actor.Actor) ([]Product, error) {
	return s.reserveTx(ctx, tx, orderID, firstTake, lines, by, func(p Product) int { return p.Available })
}

// ReserveAgainTx is ReserveTx for an order that had all that it had reserved released; it was placed in season.
func (s *Service) ReserveAgainTx(ctx context.Context, tx *sqlx.Tx, orderID uuid.UUID, lines []StockLine, by actor.Actor) ([]Product, error) {
	return s.reserveTx(ctx, tx, orderID, lastTake+" + 1", lines, by, func(p Product) int { return p.Stock })
}

func (s *Service) reserveTx(ctx context.Context, tx *sqlx.Tx, orderID uuid.UUID, take string, lines []StockLine, by actor.Actor, left func(Product) int) ([]Product, error) {
	lines, err := perProduct(lines)
	if err != nil {
		return nil, err
	}
	ids, quantities := columns(lines)
	now := s.now()
	// Locked in order of their ids, as everywhere, so that two orders cannot wait for each other.
	products := []Product{}
	if err := tx.SelectContext(ctx, &products, selectProduct+`
		where p.id = any($2::uuid[])
		order by p.id
		for no key update of p`, clock.Day(now), ids); err != nil {
		return nil, fmt.Errorf("reserve: lock products: %w", err)
	}
	if short := shortOf(lines, products, left); len(short) > 0 {
		return nil, &OutOfStock{Lines: short}
	}
	if err := moveStock(ctx, tx, orderID, nil, "reserve", take, -1, ids, quantities, by, now); err != nil {
		return nil, fmt.Errorf("reserve: %w", err)
	}
	for i := range products {
		products[i].Stock -= lines[i].Quantity
		products[i].Available -= lines[i].Quantity
	}
	return products, nil
}

// LockStockTx tells what is left in stock of products, and keeps it so until the transaction ends.
func (s *Service) LockStockTx(ctx context.Context, tx *sqlx.Tx, ids []uuid.UUID) (map[uuid.UUID]int, error) {
	var rows []struct {
		ID    uuid.UUID
		Stock int
	}
	err := tx.SelectContext(ctx, &rows, `
		select id, stock from products where id = any($1::uuid[]) order by id for no key update`, pq.Array(ids))
	if err != nil {
		return nil, fmt.Errorf("lock products: %w", err)
	}
	left := make(map[uuid.UUID]int, len(rows))
	for _, r := range rows {
		left[r.ID] = r.Stock
	}
	return left, nil
}

// ReleaseTx puts back into stock what an order has still reserved; each product of an order can be
// released once.
func (s *Service) ReleaseTx(ctx context.Context, tx *sqlx.Tx, orderID uuid.UUID, lines []StockLine, by actor.Actor) error {
	return s.releaseTx(ctx, tx, orderID, nil, lines, by)
}

// ReleaseSomeTx puts back into stock a part of what an order had reserved of a product, before ReleaseTx does the
// rest; for each adjustment once.
func (s *Service) ReleaseSomeTx(ctx context.Context, tx *sqlx.Tx, orderID, adjustmentID uuid.UUID, line StockLine, by actor.Actor) error {
	return s.releaseTx(ctx, tx, orderID, &adjustmentID, []StockLine{line}, by)
}

// LoseTx is ReleaseTx of what nobody has: it is counted off the stock at once.
func (s *Service) LoseTx(ctx context.Context, tx *sqlx.Tx, orderID uuid.UUID, lines []StockLine, by actor.Actor) error {
	if err := s.ReleaseTx(ctx, tx, orderID, lines, by); err != nil {
		return err
	}
	lines, err := perProduct(lines)
	if err != nil {
		return err
	}
	ids, quantities := columns(lines)
	_, err = tx.ExecContext(ctx, `
		with moved as (
		    update products p set stock = p.stock - l.quantity from unnest($1::uuid[], $2::int[]) as l (product_id, quantity)
		    where p.id = l.product_id returning p.id, l.quantity
		)
		insert into stock_movements (id, product_id, delta, reason, lost_of, actor, user_id, at)
		select gen_random_uuid(), id, -quantity, 'count', $3, $4, $5, $6 from moved`,
		ids, quantities, orderID, by.Kind, by.UserID(), s.now())
	if err != nil {
		return fmt.Errorf("lose: %w", err)
	}
	return nil
}

// LoseSomeTx writes down that an order has a part of what it had reserved of a product no more, and nobody else does:
// it was released, and counted off the stock at once; for each adjustment once.
func (s *Service) LoseSomeTx(ctx context.Context, tx *sqlx.Tx, orderID, adjustmentID uuid.UUID, line StockLine, by actor.Actor) error {
	if line.Quantity < 1 || line.Quantity > MaxStock {
		return errQuantity
	}
	_, err := tx.ExecContext(ctx, `
		insert into stock_movements (id, product_id, delta, reason, order_id, adjustment_id, actor, user_id, at)
		select gen_random_uuid(), $1, m.delta, m.reason, m.order_id, $3, $4, $5, $6
		from (values ($2::int, 'release', $7::uuid), (-$2::int, 'count', null)) as m (delta, reason, order_id)`,
		line.ProductID, line.Quantity, adjustmentID, by.Kind, by.UserID(), s.now(), orderID)
	if postgres.Violates(err, "stock_movements_once_per_adjustment") {
		return errReleasedTwice.Wrap(err)
	}
	if err != nil {
		return fmt.Errorf("lose: %w", err)
	}
	return nil
}

// TakeBackTx puts into stock what a buyer sent back of a product; for each line of a return once.
func (s *Service) TakeBackTx(ctx context.Context, tx *sqlx.Tx, returnID, lineID uuid.UUID, line StockLine, by actor.Actor) error {
	if line.Quantity < 1 || line.Quantity > MaxStock {
		return errQuantity
	}
	result, err := tx.ExecContext(ctx, `
		with moved as (
		    update products set stock = stock + $2, updated_at = $3 where id = $1 returning id
		)
		insert into stock_movements (id, product_id, delta, reason, return_id, line_id, actor, user_id, at)
		select gen_random_uuid(), id, $2, 'return', $4, $5, $6, $7, $3 from moved`,
		line.ProductID, line.Quantity, s.now(), returnID, lineID, by.Kind, by.UserID())
	if postgres.Violates(err, "stock_movements_once_per_return") {
		return errReleasedTwice.Wrap(err)
	}
	if err != nil {
		return fmt.Errorf("take back: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return fmt.Errorf("take back: %d products: %w", n, err)
	}
	return nil
}

func (s *Service) releaseTx(ctx context.Context, tx *sqlx.Tx, orderID uuid.UUID, adjustment *uuid.UUID, lines []StockLine, by actor.Actor) error {
	lines, err := perProduct(lines)
	if err != nil {
		return err
	}
	ids, quantities := columns(lines)
	if _, err := tx.ExecContext(ctx, `
		select id from products where id = any($1::uuid[]) order by id for no key update`, ids); err != nil {
		return fmt.Errorf("release: lock products: %w", err)
	}
	err = moveStock(ctx, tx, orderID, adjustment, "release", lastTake, 1, ids, quantities, by, s.now())
	if postgres.Violates(err, "stock_movements_once_per_take") || postgres.Violates(err, "stock_movements_once_per_adjustment") {
		return errReleasedTwice.Wrap(err)
	}
	if err != nil {
		return fmt.Errorf("release: %w", err)
	}
	return nil
}

// OnSale counts the pieces of everything that is offered. It reads the whole catalogue, for a job.
func (s *Service) OnSale(ctx context.Context) (int, error) {
	var n int
	err := s.db.GetContext(ctx, &n, `
		select coalesce(sum(stock), 0) from offered`)
	if err != nil {
		return 0, fmt.Errorf("pieces on sale: %w", err)
	}
	return n, nil
}

// MovedByOrders reads by how much orders have moved each of a cooperative's stocks since then, what was lost of them
// among it.
func (s *Service) MovedByOrders(ctx context.Context, coopID uuid.UUID, since time.Time) (map[uuid.UUID]int, error) {
	var list []struct {
		ID  uuid.UUID
		Sum int
	}
	if err := s.db.SelectContext(ctx, &list, `
		select p.id, sum(m.delta) as sum
		from products p join stock_movements m on m.product_id = p.id
		where p.cooperative_id = $1 and (m.reason in ('reserve', 'release') or m.adjustment_id is not null or m.lost_of is not null) and m.at > $2
		group by p.id`, coopID, since); err != nil {
		return nil, fmt.Errorf("moved by orders: %w", err)
	}
	moved := make(map[uuid.UUID]int, len(list))
	for _, m := range list {
		moved[m.ID] = m.Sum
	}
	return moved, nil
}

// Which time it is that an order has a product reserved: each is released once.
const (
	firstTake = `1`
	lastTake  = `(select max(take) from stock_movements m where m.product_id = moved.id and m.order_id = $6 and m.reason = 'reserve')`
)

// moveStock changes the stock of locked products and writes down why, in one statement.
func moveStock(ctx context.Context, tx *sqlx.Tx, orderID uuid.UUID, adjustment *uuid.UUID, reason, take string, sign int, ids, quantities any, by actor.Actor, now time.Time) error {
	var moved, asked int
	err := tx.QueryRowContext(ctx, `
		with line as (
		    select * from unnest($1::uuid[], $2::int[]) as l (product_id, quantity)
		), moved as (
		    update products p
		    set stock = p.stock + $3::int * l.quantity, updated_at = $4
		    from line l
		    where p.id = l.product_id
		    returning p.id, l.quantity
		), noted as (
		    insert into stock_movements (id, product_id, delta, reason, order_id, adjustment_id, take, actor, user_id, at)
		    select gen_random_uuid(), id, $3::int * quantity, $5, $6, $7, `+take+`, $8, $9, $4 from moved
		)
		select (select count(*) from moved), (select count(*) from line)`,
		ids, quantities, sign, now, reason, orderID, adjustment, by.Kind, by.UserID()).Scan(&moved, &asked)
	if err != nil {
		return fmt.Errorf("move stock: %w", err)
	}
	if moved != asked {
		return fmt.Errorf("move stock: %d of %d products are there", moved, asked)
	}
	return nil
}

// perProduct adds up the lines of the same product and sorts them by id.
func perProduct(lines []StockLine) ([]StockLine, error) {
	sum := make(map[uuid.UUID]int, len(lines))
	for _, l := range lines {
		if l.Quantity < 1 || l.Quantity > MaxStock {
			return nil, errQuantity
		}
		sum[l.ProductID] += l.Quantity
	}
	out := make([]StockLine, 0, len(sum))
	for id, quantity := range sum {
		if quantity > MaxStock {
			return nil, errQuantity
		}
		out = append(out, StockLine{id, quantity})
	}
	slices.SortFunc(out, func(a, b StockLine) int { return cmp.Compare(a.ProductID.String(), b.ProductID.String()) })
	return out, nil
}

func columns(lines []StockLine) (ids, quantities any) {
	u, q := make([]string, len(lines)), make([]int64, len(lines))
	for i, l := range lines {
		u[i], q[i] = l.ProductID.String(), int64(l.Quantity)
	}
	return pq.Array(u), pq.Array(q)
}

// shortOf compares sorted lines with the sorted products found for them.
func shortOf(lines []StockLine, products []Product, left func(Product) int) []Short {
	found := make(map[uuid.UUID]Product, len(products))
	for _, p := range products {
		found[p.ID] = p
	}
	var short []Short
	for _, l := range lines {
		p, ok := found[l.ProductID]
		switch {
		case !ok || !p.Offered():
			short = append(short, Short{l.ProductID, 0})
		case left(p) < l.Quantity:
			short = append(short, Short{l.ProductID, left(p)})
		}
	}
	return short
}

// MaxStock is the largest number of pieces that is believed: a million.
const MaxStock = 1_000_000
