package sample

import (
	"testing"
	"time"
)

func TestALargeMarketIsAsTrueAsTheSample(t *testing.T) {
	t.Parallel()
	m := inMonth(t, time.November)
	if err := Load(t.Context(), m, Size{Days: 150, Busy: 1.5, Copies: 5, Products: 1600, Shelf: 90}); err != nil {
		t.Fatal(err)
	}
	clean(t, m.DB)

	for what, query := range map[string]string{
		"five markets' cooperatives":    `select count(*) = 125 from cooperatives`,
		"as many products as were said": `select count(*) = 1600 from products`,
		"a long shelf":                  `select count(*) >= 90 from products p join cooperatives c on c.id = p.cooperative_id where c.slug = 'nouarat-echcharaa'`,
		"names of their own":            `select count(distinct name_fr) = count(*) from cooperatives`,
		"five markets' orders":          `select count(*) % 5 = 0 and count(*) > 1000 from orders`,
		"every member's own account":    `select count(*) = 5 * 28 from users`,
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
