package catalog_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/fault"
)

// manyRows is a file of n new products.
func manyRows(n int) string {
	var b strings.Builder
	b.WriteString("Code;Produit;Catégorie;Unité;Prix\n")
	for i := range n {
		fmt.Fprintf(&b, "R-%d;Tapis %d;craft;1 m2;900\n", i, i)
	}
	return b.String()
}

func TestALargeFileIsAppliedByAJobOnce(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	u := m.upload(m.honey, "a.csv", manyRows(1001))
	for range 2 { // an impatient finger
		started, err := m.StartApply(m.ctx, m.honey, u.ID, nil, m.member)
		if err != nil || started.State != catalog.UploadApplying {
			t.Fatalf("%s %v", started.State, err)
		}
	}
	if n := m.number(`select count(*) from river_job where kind = 'catalog.apply' and queue = 'costly'`); n != 1 {
		t.Errorf("%d jobs", n)
	}
	// Meanwhile nothing else can be done with it.
	_, err := m.RepairUpload(m.ctx, m.honey, u.ID, 2, "price", "1")
	refused(t, err, fault.Conflict, "upload.applying")
	refused(t, m.DiscardUpload(m.ctx, m.honey, u.ID, nil), fault.Conflict, "upload.applying")

	work := func() {
		t.Helper()
		must(t, (&catalog.ApplyWorker{Catalog: m.Service}).Work(m.ctx, &river.Job[catalog.ApplyArgs]{
			JobRow: &rivertype.JobRow{Attempt: 1, MaxAttempts: 5},
			Args:   catalog.ApplyArgs{CooperativeID: m.honey, UploadID: u.ID, By: m.member},
		}))
	}
	work()
	work() // taken up again after its process was killed behind the commit
	got, err := m.GetUpload(m.ctx, m.honey, u.ID)
	must(t, err)
	if n := m.number(`select count(*) from products`); got.State != catalog.UploadApplied || got.Summary.Applied != 1001 || n != 1001 {
		t.Errorf("%s, %d applied, %d products", got.State, got.Summary.Applied, n)
	}
	if started, err := m.StartApply(m.ctx, m.honey, u.ID, nil, m.member); err != nil || started.State != catalog.UploadApplied {
		t.Errorf("asked again: %s %v", started.State, err)
	}
	m.sound()
}

func TestAJobThatCannotApplyAFileTellsSo(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	u := m.upload(m.honey, "a.csv", manyRows(1001))
	_, err := m.StartApply(m.ctx, m.honey, u.ID, nil, m.member)
	must(t, err)
	m.exec(`alter table products add constraint unlucky check (sku <> 'R-77')`)
	work := func(attempt int) error {
		return (&catalog.ApplyWorker{Catalog: m.Service}).Work(m.ctx, &river.Job[catalog.ApplyArgs]{
			JobRow: &rivertype.JobRow{Attempt: attempt, MaxAttempts: 5},
			Args:   catalog.ApplyArgs{CooperativeID: m.honey, UploadID: u.ID, By: m.member},
		})
	}
	if err := work(1); err == nil {
		t.Error("a first failure is not tried again")
	}
	must(t, work(5))
	got, err := m.GetUpload(m.ctx, m.honey, u.ID)
	must(t, err)
	if got.State != catalog.UploadPreviewed || got.Summary.Failed == nil || got.Summary.Failed.Key != "upload.apply_failed" || m.number(`select count(*) from products`) != 0 {
		t.Errorf("%s, %+v", got.State, got.Summary)
	}
	m.exec(`alter table products drop constraint unlucky`)
	_, err = m.StartApply(m.ctx, m.honey, u.ID, nil, m.member)
	must(t, err)
	must(t, work(1))
	if n := m.number(`select count(*) from products`); n != 1001 {
		t.Errorf("%d products", n)
	}
	m.sound()
}

func TestProductsOfACooperativeAreBounded(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	p := m.add(m.honey, thyme())
	m.exec(`insert into products (id, cooperative_id, sku, slug, category, name_ar, unit_amount, unit_code, price_centimes, stock, state, created_at, updated_at)
		select gen_random_uuid(), cooperative_id, 'Q-' || n, 'q-' || n, category, name_ar, unit_amount, unit_code, price_centimes, 0, 'archived', created_at, updated_at
		from products, generate_series(1, $2) as n where id = $1`, p.ID, catalog.MaxProducts-2)
	full := m.upload(m.honey, "a.csv", manyRows(2))
	_, err := m.StartApply(m.ctx, m.honey, full.ID, nil, m.member)
	refused(t, err, fault.Invalid, "catalog.too_many_products")
	e := thyme()
	e.SKU = "last"
	m.add(m.honey, e)
	e.SKU = "beyond"
	_, err = m.Create(m.ctx, m.honey, e, m.member)
	refused(t, err, fault.Invalid, "catalog.too_many_products")
}
