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
	m.Exec(`insert into stock_movements (id, product_id, delta, reason, order_id, actor, at) values (gen_random_uuid(), $1, 3, 'release', $2, 'buyer', now())`, p.ID, order)
	m.Exec(`
		insert into product_labels (product_id, cooperative_id, label, certificate, expires_on)
		select $1, $2, slug, 'C-1', current_date + 1 from labels limit 1`, p.ID, m.Honey)
	m.Exec(`update product_labels set cooperative_id = gen_random_uuid()`)
	m.Exec(`delete from product_counts where cooperative_id = $1`, m.Honey)
	m.Exec(`insert into offered_changes (products) values (1)`)
	checks, err := catalog.Audit(m.Ctx, m.DB)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"catalog: stock is the sum of its movements", "catalog: what an order released, it had reserved",
		"catalog: a label is its product's cooperative's", "catalog: a cooperative's products are counted as they are",
		"catalog: what is offered is counted as it is",
	} {
		i := slices.IndexFunc(checks, func(c audit.Check) bool { return c.Name == name })
		if i < 0 || checks[i].Count != 1 {
			t.Errorf("%s: %+v", name, checks)
		}
	}
}
