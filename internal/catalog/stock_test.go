package catalog_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
)

func TestAnOrderTakesAllOfItsLinesOrNothing(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	honey, couscous := m.Offer(m.Honey, catalogtest.Thyme()), m.Offer(m.Couscous, catalogtest.Wheat())
	order := postgres.NewID()
	sold, err := m.Reserve(order,
		catalog.StockLine{ProductID: couscous.ID, Quantity: 3}, catalog.StockLine{ProductID: honey.ID, Quantity: 2},
		catalog.StockLine{ProductID: couscous.ID, Quantity: 1})
	if err != nil {
		t.Fatal(err)
	}
	if len(sold) != 2 || sold[0].ID != honey.ID || sold[0].Stock != 18 || sold[0].Price != 150_00 || sold[1].Stock != 46 {
		t.Errorf("sold %+v", sold)
	}

	gone := postgres.NewID()
	_, err = m.Reserve(postgres.NewID(), catalog.StockLine{ProductID: honey.ID, Quantity: 1},
		catalog.StockLine{ProductID: couscous.ID, Quantity: 47}, catalog.StockLine{ProductID: gone, Quantity: 1})
	var short *catalog.OutOfStock
	if !errors.As(err, &short) || len(short.Lines) != 2 {
		t.Fatalf("got %v, want two short lines", err)
	}
	if short.Lines[0] != (catalog.Short{ProductID: couscous.ID, Available: 46}) || short.Lines[1] != (catalog.Short{ProductID: gone}) {
		t.Errorf("short %+v", short.Lines)
	}
	m.Refused(err, fault.Conflict, "catalog.out_of_stock")
	if got := m.Product(m.Honey, honey.ID).Stock; got != 18 {
		t.Errorf("the honey went with the refused order: %d left", got)
	}

	if err := m.Release(order, catalog.StockLine{ProductID: couscous.ID, Quantity: 4}); err != nil {
		t.Fatal(err)
	}
	if got := m.Product(m.Couscous, couscous.ID).Stock; got != 50 {
		t.Errorf("%d after the release, want 50", got)
	}
	m.Refused(m.Release(order, catalog.StockLine{ProductID: couscous.ID, Quantity: 4}), fault.Conflict, "catalog.released_twice")
	m.Sound()
}

func TestWhatIsNotOfferedCannotBeOrdered(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	honey, couscous := m.Offer(m.Honey, catalogtest.Thyme()), m.Offer(m.Couscous, catalogtest.Wheat())
	if err := m.SetState(m.Ctx, m.Honey, honey.ID, catalog.Draft, m.Member); err != nil {
		t.Fatal(err)
	}
	m.Exec(`update cooperatives set state = 'suspended' where id = $1`, m.Couscous)
	_, err := m.Reserve(postgres.NewID(), catalog.StockLine{ProductID: honey.ID, Quantity: 1}, catalog.StockLine{ProductID: couscous.ID, Quantity: 1})
	var short *catalog.OutOfStock
	if !errors.As(err, &short) || len(short.Lines) != 2 || short.Lines[0].Available != 0 {
		t.Errorf("got %v, want both as gone", err)
	}
	for _, quantity := range []int{0, -1, 1 << 40} {
		_, err := m.Reserve(postgres.NewID(), catalog.StockLine{ProductID: honey.ID, Quantity: quantity})
		m.Refused(err, fault.Invalid, "catalog.quantity")
	}
}

func TestTwoHundredBuyersWantTheLastJar(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	e := catalogtest.Thyme()
	e.Stock = new(1)
	jar := m.Offer(m.Honey, e)
	var won, lost atomic.Int32
	var buyers sync.WaitGroup
	for range 200 {
		buyers.Go(func() {
			_, err := m.Reserve(postgres.NewID(), catalog.StockLine{ProductID: jar.ID, Quantity: 1})
			var short *catalog.OutOfStock
			switch {
			case err == nil:
				won.Add(1)
			case errors.As(err, &short):
				lost.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	buyers.Wait()
	if won.Load() != 1 || lost.Load() != 199 {
		t.Errorf("%d got it, %d were told it is gone", won.Load(), lost.Load())
	}
	m.Sound()
}

// Orders that name the same products in different order, counts by hand and uploads all at once:
// nobody waits for ever and not a piece is lost.
func TestManyOrdersAndCountsAtOnce(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	var products []catalog.Product
	for i := range 6 {
		e := catalogtest.Wheat()
		e.SKU, e.Stock = fmt.Sprintf("C-%d", i), new(1000)
		products = append(products, m.Offer(m.Couscous, e))
	}
	var wait sync.WaitGroup
	for n := range 40 {
		wait.Go(func() {
			order := postgres.NewID()
			var lines []catalog.StockLine
			for i := range products {
				lines = append(lines, catalog.StockLine{ProductID: products[(i*(1+n%5)+n)%6].ID, Quantity: 1})
			}
			if _, err := m.Reserve(order, lines...); err != nil {
				t.Error(err)
			}
			if n%2 == 0 {
				if err := m.Release(order, lines...); err != nil {
					t.Error(err)
				}
			}
		})
		wait.Go(func() {
			if err := m.SetPriceStock(m.Ctx, m.Couscous, products[n%6].ID, new(money.Amount(20_00+n)), new(900+n), m.Member); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	m.Sound()
}

func TestWhatAnOrderGaveBackBeforeItDoesNotGiveBackAgain(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	p := m.Offer(m.Honey, catalogtest.Thyme())
	order, adjustment := postgres.NewID(), postgres.NewID()
	releaseSome := func(adjustment uuid.UUID) error {
		return postgres.InTx(m.Ctx, m.DB, func(tx *sqlx.Tx) error {
			return m.ReleaseSomeTx(m.Ctx, tx, order, adjustment, catalog.StockLine{ProductID: p.ID, Quantity: 1}, m.Member)
		})
	}
	if _, err := m.Reserve(order, catalog.StockLine{ProductID: p.ID, Quantity: 4}); err != nil {
		t.Fatal(err)
	}
	for _, id := range []uuid.UUID{adjustment, postgres.NewID()} {
		if err := releaseSome(id); err != nil {
			t.Fatal(err)
		}
	}
	m.Refused(releaseSome(adjustment), fault.Conflict, "catalog.released_twice")
	m.Sound()
	if err := m.Release(order, catalog.StockLine{ProductID: p.ID, Quantity: 2}); err != nil {
		t.Fatal(err)
	}
	m.Refused(m.Release(order, catalog.StockLine{ProductID: p.ID, Quantity: 1}), fault.Conflict, "catalog.released_twice")
	if got := m.Product(m.Honey, p.ID); got.Stock != p.Stock {
		t.Errorf("%d in stock, want the %d of before", got.Stock, p.Stock)
	}
	m.Sound()
}

func TestWhatAnOrderLostIsNeverSoldAgain(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	p := m.Offer(m.Honey, catalogtest.Thyme()) // 20 in stock
	order, adjustment := postgres.NewID(), postgres.NewID()
	lose := func(adjustment uuid.UUID, quantity int) error {
		return postgres.InTx(m.Ctx, m.DB, func(tx *sqlx.Tx) error {
			return m.LoseSomeTx(m.Ctx, tx, order, adjustment, catalog.StockLine{ProductID: p.ID, Quantity: quantity}, m.Member)
		})
	}
	left := func(want int) {
		t.Helper()
		if got := m.Product(m.Honey, p.ID).Stock; got != want {
			t.Errorf("%d in stock, not %d", got, want)
		}
		m.Sound()
	}
	before := m.Today
	m.Today = m.Today.Add(time.Hour)
	if _, err := m.Reserve(order, catalog.StockLine{ProductID: p.ID, Quantity: 5}); err != nil {
		t.Fatal(err)
	}
	m.Must(lose(adjustment, 2))
	left(15)
	m.Refused(lose(adjustment, 2), fault.Conflict, "catalog.released_twice")
	m.Refused(lose(adjustment, 1), fault.Conflict, "catalog.released_twice")
	for _, none := range []int{0, -1, catalog.MaxStock + 1} {
		m.Refused(lose(postgres.NewID(), none), fault.Invalid, "catalog.quantity")
	}
	left(15)

	// For who counts what she has, orders took five, of which two are nobody's any more.
	moved := func(since time.Time, want int) {
		t.Helper()
		if by, err := m.MovedByOrders(m.Ctx, m.Honey, since); err != nil || by[p.ID] != want {
			t.Errorf("since %v orders moved it by %d (%v), not %d", since, by[p.ID], err, want)
		}
	}
	moved(before, -5)
	m.Today = m.Today.Add(time.Hour)
	after := m.Today.Add(-time.Minute)
	m.Must(lose(postgres.NewID(), 1))
	moved(after, 0)
	moved(before, -5)
	if by, err := m.MovedByOrders(m.Ctx, m.Couscous, before); err != nil || len(by) != 0 {
		t.Errorf("another's orders moved %v (%v)", by, err)
	}

	// What is left of the order can be given back, and no more than that.
	m.Must(m.Release(order, catalog.StockLine{ProductID: p.ID, Quantity: 2}))
	left(17)
	moved(before, -3)
	m.Refused(m.Release(order, catalog.StockLine{ProductID: p.ID, Quantity: 3}), fault.Conflict, "catalog.released_twice")
	left(17)
	if n := m.Number(`select coalesce(sum(delta), 0) from stock_movements where order_id = $1`, order); n != 0 {
		t.Errorf("the order holds %d", -n)
	}
}

func TestACountIsWrittenDownWithWhoCounted(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	p := m.Offer(m.Honey, catalogtest.Thyme())
	if err := m.SetPriceStock(m.Ctx, m.Honey, p.ID, nil, new(12), m.Member); err != nil {
		t.Fatal(err)
	}
	if err := m.SetPriceStock(m.Ctx, m.Honey, p.ID, new(money.Amount(99_00)), nil, m.Member); err != nil {
		t.Fatal(err)
	}
	if got := m.Product(m.Honey, p.ID); got.Stock != 12 || got.Price != 99_00 {
		t.Errorf("stock %d, price %d", got.Stock, got.Price)
	}
	if n := m.Number(`select count(*) from stock_movements where product_id = $1 and reason = 'count' and user_id = $2`, p.ID, m.Member.User); n != 2 {
		t.Errorf("%d counts written down, want the first 20 and then 8 less", n)
	}
	m.Refused(m.SetPriceStock(m.Ctx, m.Honey, p.ID, new(money.Amount(0)), nil, m.Member), fault.Invalid, "catalog.price_missing")
	m.Sound()
}

// The database itself keeps each rule, whatever a program forgets.
func TestTheDatabaseDefendsTheCatalogue(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	p, other := m.Offer(m.Honey, catalogtest.Thyme()), m.Offer(m.Couscous, catalogtest.Wheat())
	order := postgres.NewID()
	if _, err := m.Reserve(order, catalog.StockLine{ProductID: p.ID, Quantity: 1}); err != nil {
		t.Fatal(err)
	}
	const set = `update products set `
	const move = `insert into stock_movements (id, product_id, delta, reason, order_id, at, actor) values (gen_random_uuid(), '`
	for constraint, statement := range map[string]string{
		"products_slug_key":           set + `slug = '` + other.Slug + `' where id = '` + p.ID.String() + `'`,
		"products_sku_key":            set + `cooperative_id = '` + m.Honey.String() + `', sku = 'M-01' where id = '` + other.ID.String() + `'`,
		"products_named":              set + `name_ar = '', name_fr = ''`,
		"products_unit_known":         set + `unit_code = 'ell'`,
		"products_unit_positive":      set + `unit_amount = 0`,
		"products_price_positive":     set + `price_centimes = 0`,
		"products_currency_known":     set + `currency = 'EUR'`,
		"products_vat_is_a_share":     set + `vat_basis_points = 10001`,
		"products_stock_not_negative": set + `stock = -1`,
		"products_season_months":      set + `season_from = 3`,
		"products_state_known":        set + `state = 'sold'`,
		"products_picture":            set + `picture_id = gen_random_uuid()`,
		"product_labels_certificate_given": `insert into product_labels (product_id, label, certificate, expires_on)
			values ('` + p.ID.String() + `', 'igp', '', '2030-01-01')`,
		"stock_movements_reason_known":    move + p.ID.String() + `', 1, 'gift', gen_random_uuid(), now(), 'system')`,
		"stock_movements_moves_something": move + p.ID.String() + `', 0, 'count', null, now(), 'system')`,
		"stock_movements_order_known":     move + p.ID.String() + `', 1, 'release', null, now(), 'buyer')`,
		"stock_movements_once_per_take":   move + p.ID.String() + `', -1, 'reserve', '` + order.String() + `', now(), 'buyer')`,
		"stock_movements_adjustment_releases": `insert into stock_movements (id, product_id, delta, reason, order_id, adjustment_id, at, actor)
			values (gen_random_uuid(), '` + p.ID.String() + `', -1, 'reserve', gen_random_uuid(), gen_random_uuid(), now(), 'buyer')`,
		"stock_movements_actor_known":        move + p.ID.String() + `', 1, 'count', null, now(), 'thief')`,
		"stock_movements_user_is_the_actors": move + p.ID.String() + `', 1, 'count', null, now(), 'member')`,
		"stock_movements_append_only":        `update stock_movements set delta = 5`,
	} {
		err := postgres.InTx(m.Ctx, m.DB, func(tx *sqlx.Tx) error {
			_, err := tx.ExecContext(m.Ctx, statement)
			return err
		})
		if !postgres.Violates(err, constraint) {
			t.Errorf("%s: got %v", constraint, err)
		}
	}
}
