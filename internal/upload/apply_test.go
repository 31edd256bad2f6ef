package upload_test

import (
	"sync"
	"testing"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/upload"
)

func TestWhatChangedElsewhereMeanwhileIsTold(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	priced, counted := m.Offer(m.Honey, catalogtest.Thyme()), catalogtest.Thyme()
	counted.SKU = "M-02"
	stocked := m.Offer(m.Honey, counted)
	sold := catalogtest.Thyme()
	sold.SKU = "M-03"
	untouched := m.Offer(m.Honey, sold)
	u := m.upload(m.Honey, "a.csv", "Réf;Produit;Prix;Stock;Autorisation\n"+
		"M-01;;160;20;\n"+ // a new price
		"M-02;;150;60;\n"+ // forty more
		"M-03;;140;20;\n"+ // the stock as it is
		"M-04;Pollen;50;5;X\n") // new
	if u.Summary.Changed != 3 || u.Summary.New != 1 {
		t.Fatalf("%+v", u.Rows)
	}
	// Before she applies it, a colleague changes a price, adds the pollen, and buyers buy.
	if err := m.SetPriceStock(m.Ctx, m.Honey, priced.ID, new(money.Amount(155_00)), nil, m.Member); err != nil {
		t.Fatal(err)
	}
	pollen := catalogtest.Thyme()
	pollen.SKU = "M-04"
	m.Offer(m.Honey, pollen)
	if _, err := m.Reserve(postgres.NewID(), catalog.StockLine{ProductID: stocked.ID, Quantity: 3}, catalog.StockLine{ProductID: untouched.ID, Quantity: 2}); err != nil {
		t.Fatal(err)
	}
	u = m.apply(m.Honey, u)
	if u.Summary.Applied != 2 || u.Summary.Meanwhile != 2 {
		t.Fatalf("%+v", u.Summary)
	}
	if p := m.Product(m.Honey, priced.ID); p.Price != 155_00 || u.Rows[0].Outcome != upload.OutcomeMeanwhile {
		t.Errorf("the colleague's price stays: %d, %s", p.Price, u.Rows[0].Outcome)
	}
	if p := m.Product(m.Honey, stocked.ID); p.Stock != 57 || u.Rows[1].Notes[0].Message.Key != "upload.meanwhile_stock" {
		t.Errorf("what was sold is not for sale again: %d, %+v", p.Stock, u.Rows[1].Notes)
	}
	if p := m.Product(m.Honey, untouched.ID); p.Price != 140_00 || p.Stock != 18 {
		t.Errorf("the price changes, the stock does not come back: %d, %d", p.Price, p.Stock)
	}
	if p := m.BySKU(m.Honey, "M-04"); p.Name.FR != "Miel de thym" {
		t.Errorf("the colleague's product stays: %s", p.Name.FR)
	}
	report := u.Report(m.Locale("fr"))
	if report.Applied != 2 || len(report.Errors) != 2 || report.Errors[0].Row != 2 {
		t.Errorf("report %+v", report)
	}
	m.sound()
}

func TestAppliedByTwoAtOnceItIsAppliedOnce(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.Offer(m.Honey, catalogtest.Thyme())
	first := m.upload(m.Honey, "a.csv", "Réf;Produit;Prix;Stock\nM-01;;160;25\nM-02;Pollen;50;5\n")
	second := m.upload(m.Honey, "a.csv", "Réf;Produit;Prix;Stock\nM-01;;160;25\nM-02;Pollen;50;5\n")
	var wait sync.WaitGroup
	for i := range 8 {
		id := first.ID
		if i%2 == 1 {
			id = second.ID
		}
		wait.Go(func() {
			if _, err := m.Apply(m.Ctx, m.Honey, id, m.Member); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if n := m.Number(`select count(*) from products`); n != 2 {
		t.Errorf("%d products", n)
	}
	if p := m.BySKU(m.Honey, "M-02"); p.Stock != 5 {
		t.Errorf("stock %d", p.Stock)
	}
	m.sound()
}

func TestAnUploadIsItsCooperativesOwn(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	u := m.upload(m.Honey, "a.csv", "Produit;Prix\nMiel;10\n")
	_, err := m.Get(m.Ctx, m.Couscous, u.ID)
	m.Refused(err, fault.NotFound, "upload.not_found")
	_, err = m.Apply(m.Ctx, m.Couscous, u.ID, m.Member)
	m.Refused(err, fault.NotFound, "upload.not_found")
	m.Refused(m.Discard(m.Ctx, m.Couscous, u.ID, nil), fault.NotFound, "upload.not_found")
	if err := m.Discard(m.Ctx, m.Honey, u.ID, nil); err != nil {
		t.Fatal(err)
	}
	if err := m.Discard(m.Ctx, m.Honey, u.ID, nil); err != nil {
		t.Errorf("thrown away twice: %v", err)
	}
	_, err = m.Apply(m.Ctx, m.Honey, u.ID, m.Member)
	m.Refused(err, fault.Conflict, "upload.discarded")
	applied := m.apply(m.Honey, m.upload(m.Honey, "a.csv", "Produit;Prix\nMiel;10\n"))
	m.Refused(m.Discard(m.Ctx, m.Honey, applied.ID, nil), fault.Conflict, "upload.already_applied")
	// The same references in another cooperative are other products.
	m.apply(m.Couscous, m.upload(m.Couscous, "a.csv", "Produit;Prix\nMiel;10\n"))
	if n := m.Number(`select count(*) from products`); n != 2 {
		t.Errorf("%d products", n)
	}
}

func TestTheDatabaseKnowsTheUploadsStates(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	u := m.upload(m.Honey, "a.csv", "Produit;Prix\nMiel de thym;150\n")
	_, err := m.DB.ExecContext(m.Ctx, `update uploads set state = 'lost' where id = $1`, u.ID)
	if !postgres.Violates(err, "uploads_state_known") {
		t.Error(err)
	}
}
