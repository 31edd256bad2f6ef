package catalog_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/postgres"
)

const fiveHundred = "code;stock\nM-01;500\n"

// A double click on «send», or two members with the same file.
func TestTheSameFileAppliedFromTwoPreviewsCountsOnce(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	p := m.add(m.honey, thyme())
	first, second, third := m.upload(m.honey, "a.csv", fiveHundred), m.upload(m.honey, "a.csv", fiveHundred), m.upload(m.honey, "a.csv", fiveHundred)
	m.apply(m.honey, first)
	if got := m.apply(m.honey, second); got.Summary.Applied != 1 || m.product(m.honey, p.ID).Stock != 500 {
		t.Errorf("the second leaves %d in stock, %+v", m.product(m.honey, p.ID).Stock, got.Summary)
	}
	if n := m.number(`select count(*) from stock_movements where product_id = $1 and delta > 0`, p.ID); n != 2 {
		t.Errorf("%d times something was counted in", n)
	}
	// Three are sold before the third is applied: they were counted before.
	_, err := m.reserve(postgres.NewID(), catalog.StockLine{ProductID: p.ID, Quantity: 3})
	must(t, err)
	got := m.apply(m.honey, third)
	if m.product(m.honey, p.ID).Stock != 497 || got.Rows[0].Outcome != catalog.OutcomeMeanwhile || got.Rows[0].Notes[0].Message.Key != "upload.meanwhile_changed" {
		t.Errorf("the third leaves %d in stock, %+v", m.product(m.honey, p.ID).Stock, got.Rows[0])
	}
	m.sound()
}

func TestThreePreviewsAppliedAtOnceCountOnce(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	e := thyme()
	e.Stock = ptr(977)
	p := m.add(m.honey, e)
	var wait sync.WaitGroup
	for range 3 {
		u := m.upload(m.honey, "a.csv", "code;stock\nM-01;600\n")
		wait.Go(func() {
			if _, err := m.ApplyUpload(m.ctx, m.honey, u.ID, m.member); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if got := m.product(m.honey, p.ID).Stock; got != 600 {
		t.Errorf("%d are in stock", got)
	}
	m.sound()
}

func TestAStockThatWasCountedSinceThePreviewStays(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	p := m.add(m.honey, thyme())
	_, err := m.reserve(postgres.NewID(), catalog.StockLine{ProductID: p.ID, Quantity: 2})
	must(t, err)
	for name, count := range map[string]func(){
		"on a page": func() { must(t, m.SetPriceStock(m.ctx, m.honey, p.ID, nil, ptr(30), m.member)) },
		"by a file": func() { m.apply(m.honey, m.upload(m.honey, "b.csv", "code;stock\nM-01;40\n")) },
		"as before": func() {
			must(t, m.SetPriceStock(m.ctx, m.honey, p.ID, nil, ptr(19), m.member))
			must(t, m.SetPriceStock(m.ctx, m.honey, p.ID, nil, ptr(18), m.member))
		},
	} {
		must(t, m.SetPriceStock(m.ctx, m.honey, p.ID, nil, ptr(18), m.member))
		u := m.upload(m.honey, "a.csv", fiveHundred)
		count()
		counted := m.product(m.honey, p.ID).Stock
		got := m.apply(m.honey, u)
		if m.product(m.honey, p.ID).Stock != counted || got.Summary.Meanwhile != 1 {
			t.Errorf("counted %s, then %d are in stock instead of %d: %+v", name, m.product(m.honey, p.ID).Stock, counted, got.Summary)
		}
		// Compared again, the file says what it would do now.
		u = m.upload(m.honey, "a.csv", "code;stock\nM-01;500\nM-02;5\n")
		must(t, m.SetPriceStock(m.ctx, m.honey, p.ID, nil, ptr(counted+1), m.member))
		u, err := m.RepairUpload(m.ctx, m.honey, u.ID, 3, "sku", "M-01x")
		must(t, err)
		m.apply(m.honey, u)
		if now := m.product(m.honey, p.ID).Stock; now != 500 {
			t.Errorf("compared again, then %d are in stock", now)
		}
	}
	m.sound()
}

// Two previews of a catalogue that was downloaded, sold from and counted in the file.
func TestADownloadedCatalogueThatIsAppliedTwiceCountsOnce(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	e := thyme()
	e.Stock = ptr(40)
	p := m.add(m.honey, e)
	file := string(m.template(m.honey, "fr", "csv"))
	m.today = m.today.Add(time.Minute)
	_, err := m.reserve(uuid.New(), catalog.StockLine{ProductID: p.ID, Quantity: 3})
	must(t, err)
	if got := m.apply(m.honey, m.upload(m.honey, "a.csv", file)); got.Summary.Unchanged != 1 || m.product(m.honey, p.ID).Stock != 37 {
		t.Errorf("unchanged, it leaves %d in stock: %+v", m.product(m.honey, p.ID).Stock, got.Summary)
	}
	counted := strings.Replace(file, ";40;", ";38;", 1)
	first, second := m.upload(m.honey, "a.csv", counted), m.upload(m.honey, "a.csv", counted)
	m.apply(m.honey, first)
	m.apply(m.honey, second)
	if got := m.product(m.honey, p.ID).Stock; got != 35 {
		t.Errorf("%d are left", got)
	}
	m.sound()
}
