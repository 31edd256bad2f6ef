package catalog_test

import (
	"slices"
	"testing"

	"github.com/souk-taawon/souk/internal/audit"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/postgres"
)

func TestTheAuditFindsWhatWasDoneBehindItsBack(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	p := m.add(m.honey, thyme())
	order := postgres.NewID()
	if _, err := m.reserve(order, catalog.StockLine{ProductID: p.ID, Quantity: 2}); err != nil {
		t.Fatal(err)
	}
	m.sound()
	m.exec(`update products set stock = stock + 1 where id = $1`, p.ID)
	m.exec(`insert into stock_movements (id, product_id, delta, reason, order_id, at) values (gen_random_uuid(), $1, 3, 'release', $2, now())`, p.ID, order)
	checks, err := catalog.Audit(m.ctx, m.db)
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
