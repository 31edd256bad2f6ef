package finding_test

import (
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
	"github.com/souk-taawon/souk/search"
)

func TestSearchLearnsOfASeasonThatHasTurned(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	e := catalogtest.Wheat()
	e.SeasonFrom, e.SeasonTo, e.Perishable = new(12), new(2), true
	winter := m.Offer(m.Couscous, e)
	e.SKU, e.SeasonFrom, e.SeasonTo, e.Stock = "", nil, nil, new(0)
	e.Name.FR, e.Name.AR = "Couscous d’orge", "كسكس الشعير"
	sold := m.Offer(m.Couscous, e)
	source := m.source("engine")
	told := func(id string) search.Document {
		t.Helper()
		docs, err := source.Documents(m.Ctx, []string{id})
		m.Must(err)
		if len(docs) != 1 {
			t.Fatalf("search is told %+v", docs)
		}
		return docs[0]
	}
	if d := told(winter.ID.String()); d.Availability != search.OffSeason || !d.Perishable || d.InStock {
		t.Errorf("out of season: %+v", d)
	}
	if d := told(sold.ID.String()); d.Availability != search.SoldOut || d.InStock {
		t.Errorf("sold out: %+v", d)
	}
	m.Today = time.Date(2026, 11, 30, 23, 30, 0, 0, time.UTC) // past midnight in Morocco
	m.Must((&catalog.TurnSeasonsWorker{Catalog: m.Service}).Work(m.Ctx, nil))
	changes := m.claim(source, "engine")
	if len(changes) != 1 || changes[0].ID != winter.ID.String() {
		t.Fatalf("search is to learn of %v, want only of %s", changes, winter.ID)
	}
	if d := told(winter.ID.String()); d.Availability != search.Available || !d.InStock {
		t.Errorf("in season: %+v", d)
	}
}
