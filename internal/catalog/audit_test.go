package catalog_test

import (
	"slices"
	"testing"

	"github.com/souk-taawon/souk/internal/audit"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
	"github.com/souk-taawon/souk/internal/postgres"
)

func TestTheAuditFindsWhatWasDoneBehindItsBack(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	p := m.Offer(m.Honey, catalogtest.Thyme())
	order := postgres.NewID()
	if _, err := m.Reserve(order, catalog.StockLine{ProductID: p.ID, Quantity: 2}); err != nil {
		t.Fatal(err)
	}
	m.Sound()
	m.Exec(`update products set stock = stock + 1 where id = $1`, p.ID)
	m.Exec(`insert into stock_movements (id, product_id, delta, reason, order_id, at) values (gen_random_uuid(), $1, 3, 'release', $2, now())`, p.ID, order)
	checks, err := catalog.Audit(m.Ctx, m.DB)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"catalog: stock is the sum of its movements", "catalog: what an order released, it had reserved"} {
		i := slices.IndexFunc(checks, func(c audit.Check) bool { return c.Name == name })
		if i < 0 || checks[i].Count != 1 {
			t.Errorf("%s: %+v", name, checks)
		}
	}
}
