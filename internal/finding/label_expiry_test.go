package finding_test

import (
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
)

func TestSearchLearnsOfACertificateThatRanOut(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	e := catalogtest.Wheat()
	e.Labels = []catalog.Label{{Slug: "terroir-du-maroc", Certificate: "1", ExpiresOn: "2026-11-23"}}
	ranOut := m.Offer(m.Couscous, e)
	e.SKU, e.Labels = "", []catalog.Label{{Slug: "igp", Certificate: "2", ExpiresOn: "2027-01-01"}}
	e.Name.FR, e.Name.AR = "Couscous d’orge", "كسكس الشعير"
	m.Offer(m.Couscous, e)
	source := m.source("engine")

	m.Today = time.Date(2026, 11, 23, 23, 30, 0, 0, time.UTC) // past midnight in Morocco
	worker := &catalog.ExpireLabelsWorker{Catalog: m.Service}
	m.Must(worker.Work(m.Ctx, nil))
	changes := m.claim(source, "engine")
	if len(changes) != 1 || changes[0].ID != ranOut.ID.String() {
		t.Fatalf("search is to learn of %v, want only of %s", changes, ranOut.ID)
	}
	docs, err := source.Documents(m.Ctx, []string{ranOut.ID.String()})
	m.Must(err)
	if len(docs) != 1 || len(docs[0].Labels) != 0 {
		t.Fatalf("search is told %+v", docs)
	}
	if p := m.Product(m.Couscous, ranOut.ID); len(p.Labels) != 0 {
		t.Errorf("pages show %+v", p.Labels)
	}
}
