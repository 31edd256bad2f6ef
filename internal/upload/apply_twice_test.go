package upload_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/upload"
)

const manyMore = "code;stock\nM-01;150\n"

// A double click on «send», or two members with the same file.
func TestTheSameFileAppliedFromTwoPreviewsCountsOnce(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	p := m.Offer(m.Honey, catalogtest.Thyme())
	first, second, third := m.upload(m.Honey, "a.csv", manyMore), m.upload(m.Honey, "a.csv", manyMore), m.upload(m.Honey, "a.csv", manyMore)
	m.apply(m.Honey, first)
	if got := m.apply(m.Honey, second); got.Summary.Applied != 1 || m.Product(m.Honey, p.ID).Stock != 150 {
		t.Errorf("the second leaves %d in stock, %+v", m.Product(m.Honey, p.ID).Stock, got.Summary)
	}
	if n := m.Number(`select count(*) from stock_movements where product_id = $1 and delta > 0`, p.ID); n != 2 {
		t.Errorf("%d times something was counted in", n)
	}
	// Three are sold before the third is applied: they were counted before.
	_, err := m.Reserve(postgres.NewID(), catalog.StockLine{ProductID: p.ID, Quantity: 3})
	m.Must(err)
	got := m.apply(m.Honey, third)
	if m.Product(m.Honey, p.ID).Stock != 147 || got.Rows[0].Outcome != upload.OutcomeMeanwhile || got.Rows[0].Notes[0].Message.Key != "upload.meanwhile_changed" {
		t.Errorf("the third leaves %d in stock, %+v", m.Product(m.Honey, p.ID).Stock, got.Rows[0])
	}
	m.sound()
}

func TestThreePreviewsAppliedAtOnceCountOnce(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	e := catalogtest.Thyme()
	e.Stock = new(977)
	p := m.Offer(m.Honey, e)
	var wait sync.WaitGroup
	for range 3 {
		u := m.upload(m.Honey, "a.csv", "code;stock\nM-01;600\n")
		wait.Go(func() {
			if _, err := m.Apply(m.Ctx, m.Honey, u.ID, m.Member); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if got := m.Product(m.Honey, p.ID).Stock; got != 600 {
		t.Errorf("%d are in stock", got)
	}
	m.sound()
}

func TestAStockThatWasCountedSinceThePreviewStays(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	p := m.Offer(m.Honey, catalogtest.Thyme())
	_, err := m.Reserve(postgres.NewID(), catalog.StockLine{ProductID: p.ID, Quantity: 2})
	m.Must(err)
	for name, count := range map[string]func(){
		"on a page": func() { m.Must(m.SetPriceStock(m.Ctx, m.Honey, p.ID, nil, new(30), m.Member)) },
		"by a file": func() { m.apply(m.Honey, m.upload(m.Honey, "b.csv", "code;stock\nM-01;40\n")) },
		"as before": func() {
			m.Must(m.SetPriceStock(m.Ctx, m.Honey, p.ID, nil, new(19), m.Member))
			m.Must(m.SetPriceStock(m.Ctx, m.Honey, p.ID, nil, new(18), m.Member))
		},
	} {
		m.Must(m.SetPriceStock(m.Ctx, m.Honey, p.ID, nil, new(18), m.Member))
		u := m.upload(m.Honey, "a.csv", manyMore)
		count()
		counted := m.Product(m.Honey, p.ID).Stock
		got := m.apply(m.Honey, u)
		if m.Product(m.Honey, p.ID).Stock != counted || got.Summary.Meanwhile != 1 {
			t.Errorf("counted %s, then %d are in stock instead of %d: %+v", name, m.Product(m.Honey, p.ID).Stock, counted, got.Summary)
		}
		// Compared again, the file says what it would do now.
		u = m.upload(m.Honey, "a.csv", "code;stock\nM-01;150\nM-02;5\n")
		m.Must(m.SetPriceStock(m.Ctx, m.Honey, p.ID, nil, new(counted+1), m.Member))
		u, err := m.Repair(m.Ctx, m.Honey, u.ID, 3, "sku", "M-01x")
		m.Must(err)
		m.apply(m.Honey, u)
		if now := m.Product(m.Honey, p.ID).Stock; now != 150 {
			t.Errorf("compared again, then %d are in stock", now)
		}
	}
	m.sound()
}

// Two previews of a catalogue that was downloaded, sold from and counted in the file.
func TestADownloadedCatalogueThatIsAppliedTwiceCountsOnce(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	e := catalogtest.Thyme()
	e.Stock = new(40)
	p := m.Offer(m.Honey, e)
	file := string(m.template(m.Honey, "fr", "csv"))
	m.Today = m.Today.Add(time.Minute)
	_, err := m.Reserve(uuid.New(), catalog.StockLine{ProductID: p.ID, Quantity: 3})
	m.Must(err)
	if got := m.apply(m.Honey, m.upload(m.Honey, "a.csv", file)); got.Summary.Unchanged != 1 || m.Product(m.Honey, p.ID).Stock != 37 {
		t.Errorf("unchanged, it leaves %d in stock: %+v", m.Product(m.Honey, p.ID).Stock, got.Summary)
	}
	counted := strings.Replace(file, ";40;", ";38;", 1)
	first, second := m.upload(m.Honey, "a.csv", counted), m.upload(m.Honey, "a.csv", counted)
	m.apply(m.Honey, first)
	m.apply(m.Honey, second)
	if got := m.Product(m.Honey, p.ID).Stock; got != 35 {
		t.Errorf("%d are left", got)
	}
	m.sound()
}
