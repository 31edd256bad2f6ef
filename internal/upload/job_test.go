package upload_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/upload"
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
	u := m.upload(m.Honey, "a.csv", manyRows(1001))
	for range 2 { // an impatient finger
		started, err := m.StartApply(m.Ctx, m.Honey, u.ID, nil, m.Member)
		if err != nil || started.State != upload.Applying {
			t.Fatalf("%s %v", started.State, err)
		}
	}
	if n := m.Number(`select count(*) from river_job where kind = 'catalog.apply' and queue = 'costly'`); n != 1 {
		t.Errorf("%d jobs", n)
	}
	// Meanwhile nothing else can be done with it.
	_, err := m.Repair(m.Ctx, m.Honey, u.ID, 2, "price", "1")
	m.Refused(err, fault.Conflict, "upload.applying")
	m.Refused(m.Discard(m.Ctx, m.Honey, u.ID, nil), fault.Conflict, "upload.applying")

	work := func() {
		t.Helper()
		m.Must((&upload.ApplyWorker{Uploads: m.Service}).Work(m.Ctx, &river.Job[upload.ApplyArgs]{
			JobRow: &rivertype.JobRow{Attempt: 1, MaxAttempts: 5},
			Args:   upload.ApplyArgs{CooperativeID: m.Honey, UploadID: u.ID, By: m.Member.User},
		}))
	}
	work()
	work() // taken up again after its process was killed behind the commit
	got, err := m.Get(m.Ctx, m.Honey, u.ID)
	m.Must(err)
	if n := m.Number(`select count(*) from products`); got.State != upload.Applied || got.Summary.Applied != 1001 || n != 1001 {
		t.Errorf("%s, %d applied, %d products", got.State, got.Summary.Applied, n)
	}
	if started, err := m.StartApply(m.Ctx, m.Honey, u.ID, nil, m.Member); err != nil || started.State != upload.Applied {
		t.Errorf("asked again: %s %v", started.State, err)
	}
	m.sound()
}

func TestAJobThatCannotApplyAFileTellsSo(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	u := m.upload(m.Honey, "a.csv", manyRows(1001))
	_, err := m.StartApply(m.Ctx, m.Honey, u.ID, nil, m.Member)
	m.Must(err)
	m.Exec(`alter table products add constraint unlucky check (sku <> 'R-77')`)
	work := func(attempt int) error {
		return (&upload.ApplyWorker{Uploads: m.Service}).Work(m.Ctx, &river.Job[upload.ApplyArgs]{
			JobRow: &rivertype.JobRow{Attempt: attempt, MaxAttempts: 5},
			Args:   upload.ApplyArgs{CooperativeID: m.Honey, UploadID: u.ID, By: m.Member.User},
		})
	}
	if err := work(1); err == nil {
		t.Error("a first failure is not tried again")
	}
	m.Must(work(5))
	got, err := m.Get(m.Ctx, m.Honey, u.ID)
	m.Must(err)
	if got.State != upload.Previewed || got.Summary.Failed == nil || got.Summary.Failed.Key != "upload.apply_failed" || m.Number(`select count(*) from products`) != 0 {
		t.Errorf("%s, %+v", got.State, got.Summary)
	}
	m.Exec(`alter table products drop constraint unlucky`)
	_, err = m.StartApply(m.Ctx, m.Honey, u.ID, nil, m.Member)
	m.Must(err)
	m.Must(work(1))
	if n := m.Number(`select count(*) from products`); n != 1001 {
		t.Errorf("%d products", n)
	}
	m.sound()
}

func TestProductsOfACooperativeAreBounded(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	p := m.Offer(m.Honey, catalogtest.Thyme())
	for first := 1; first <= catalog.MaxProducts-2; first += 5_000 { // as many as a slow machine takes in the time of a statement
		m.Exec(`insert into products (id, cooperative_id, sku, slug, category, name_ar, unit_amount, unit_code, price_centimes, stock, state, created_at, updated_at)
			select gen_random_uuid(), cooperative_id, 'Q-' || n, 'q-' || n, category, name_ar, unit_amount, unit_code, price_centimes, 0, 'archived', created_at, updated_at
			from products, generate_series($2::int, least($2::int + 4999, $3::int)) as n where id = $1`, p.ID, first, catalog.MaxProducts-2)
	}
	full := m.upload(m.Honey, "a.csv", manyRows(2))
	_, err := m.StartApply(m.Ctx, m.Honey, full.ID, nil, m.Member)
	m.Refused(err, fault.Invalid, "catalog.too_many_products")
	e := catalogtest.Thyme()
	e.SKU = "last"
	m.Offer(m.Honey, e)
	e.SKU = "beyond"
	_, err = m.Create(m.Ctx, m.Honey, e, m.Member)
	m.Refused(err, fault.Invalid, "catalog.too_many_products")
}
