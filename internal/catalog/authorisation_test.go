package catalog_test

import (
	"fmt"
	"testing"

	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
	"github.com/souk-taawon/souk/internal/clock"
)

func TestAnAuthorisationHoldsOnTheSameDaysForAProductAndForTheCountOfAll(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	today := clock.Day(m.Today)
	without := 0
	for _, number := range []string{"", "ONSSA 1"} {
		for _, days := range []string{"null::int", "-1", "0", "1"} {
			e := catalogtest.Thyme()
			e.SKU = fmt.Sprint("A", len(number), days)
			p := m.Offer(m.Honey, e)
			m.Exec(fmt.Sprintf(`update products set authorisation = $2, authorisation_expires_on = $3::date + (%s), state = 'published' where id = $1`, days), p.ID, number, today)
			if !m.Product(m.Honey, p.ID).Authorised(today) {
				without++
			}
			if n, _, err := m.Unauthorised(m.Ctx); err != nil || n != without {
				t.Errorf("with %q until %s days from now %d are without authorisation, counted are %d (%v)", number, days, without, n, err)
			}
		}
	}
	if without != 5 {
		t.Errorf("%d of 8 are without", without)
	}
}
