package catalog_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
)

// Many publish, hide and sell, cooperatives come and go, and the changes are gathered meanwhile: nothing is lost.
func TestWhatIsOfferedIsCountedWhateverBecomesOfIt(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	var honey, couscous []uuid.UUID
	for n := range 8 {
		h, c := catalogtest.Thyme(), catalogtest.Wheat()
		h.SKU, c.SKU = fmt.Sprint(n), fmt.Sprint(n)
		honey, couscous = append(honey, m.Offer(m.Honey, h).ID), append(couscous, m.Offer(m.Couscous, c).ID)
	}
	states := []string{catalog.Draft, catalog.Published, catalog.Archived}
	var wait sync.WaitGroup
	for n := range 6 {
		wait.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(n)))
			for range 12 {
				coop, products := m.Honey, honey
				if random.IntN(2) == 0 {
					coop, products = m.Couscous, couscous
				}
				if err := m.SetState(m.Ctx, coop, products[random.IntN(len(products))], states[random.IntN(len(states))], m.Member); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Go(func() {
		for range 10 {
			if err := (&catalog.DrawShelvesWorker{Catalog: m.Service}).Work(m.Ctx, nil); err != nil {
				t.Error(err)
			}
		}
	})
	for n := range 10 {
		m.Exec(`update cooperatives set state = $2 where id = $1`, m.Couscous, []string{"suspended", "approved"}[n%2])
		draw(m)
	}
	wait.Wait()
	m.Sound()
	draw(m)
	m.Sound()
	if n := m.Number(`select count(*) from offered_changes`); n != 1 {
		t.Errorf("%d changes are left when they were gathered", n)
	}
	m.Today = m.Today.Add(time.Hour)
	if n, err := m.CountPublished(m.Ctx); err != nil || n != m.Number(`select count(*) from offered`) {
		t.Errorf("%d are offered (%v)", n, err)
	}
}
