package sample

import (
	"testing"
	"time"
)

func TestALargeMarketIsAsTrueAsTheSample(t *testing.T) {
	t.Parallel()
	m := inMonth(t, time.November)
	if err := Load(t.Context(), m, Size{Days: 150, Busy: 1.5, Copies: 5, Products: 1600, Shelf: 90, Sales: 3}); err != nil {
		t.Fatal(err)
	}
	clean(t, m.DB)

	for what, query := range map[string]string{
		"five markets' cooperatives":    `select count(*) = 125 from cooperatives`,
		"as many products as were said": `select count(*) = 1600 from products`,
		"a long shelf":                  `select count(*) >= 90 from products p join cooperatives c on c.id = p.cooperative_id where c.slug = 'nouarat-echcharaa'`,
		"three markets' sales of hers": `
			select count(*) filter (where c.slug = 'nouarat-echcharaa') = 3 * count(*) filter (where c.slug = 'nouarat-echcharaa-4')
			   and count(*) filter (where c.slug = 'nouarat-echcharaa-2') = 0
			from sub_orders s join cooperatives c on c.id = s.cooperative_id`,
		"and of her payouts": `
			select count(*) filter (where c.slug = 'nouarat-echcharaa') = 3 * count(*) filter (where c.slug = 'nouarat-echcharaa-4')
			from payouts t join cooperatives c on c.id = t.cooperative_id`,
		"names of their own":    `select count(distinct name_fr) = count(*) from cooperatives`,
		"five markets' orders":  `select count(*) % 5 = 0 and count(*) > 1000 from orders`,
		"five markets' returns": `select count(*) = 5 * 4 from order_returns`,
		"each with its refund and its time": `
			select bool_and(exists (select from payment_refunds_now p where p.reference = r.order_id and p.request = r.order_id || ':return:' || r.id) = (r.received_at is not null)
			    and exists (select from river_job where kind = 'order_return_due' and args->>'return_id' = r.id::text))
			from order_returns r`,
		"every member's own account": `select count(*) = 5 * 28 from users`,
	} {
		var holds bool
		if err := m.DB.Get(&holds, query); err != nil || !holds {
			t.Errorf("not there: %s (%v)", what, err)
		}
	}
	var missing []string
	err := m.DB.Select(&missing, `
		select conname from pg_constraint where not convalidated
		union all select tgname from pg_trigger where not tgisinternal and tgenabled = 'D'`)
	if err != nil || len(missing) > 0 {
		t.Errorf("not restored: %v, %v", missing, err)
	}
}
